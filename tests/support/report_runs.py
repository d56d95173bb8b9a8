"""Runs of a report made into others, and what its tables say."""

from __future__ import annotations

import json

import numpy as np
from astropy.table import Table

from galexp.catalog.parquet import read_parquet, write_parquet
from galexp.evaluation.classes import class_score_table
from galexp.page.content import DataTable
from galexp.page.material import ReportRun
from galexp.page.section.paired import PairedComparison

TARGET = "log_hi_fraction"
PAIRED = PairedComparison(most=45)


def half_above(truth, rng):
    return truth + 0.5


def table_of(part, name) -> DataTable:
    return next(block for block in part.blocks if isinstance(block, DataTable) and block.name == name)


def column(table, heading):
    place = [one.heading for one in table.columns].index(heading)
    return [row.values[place] for row in table.rows]


def kinds(part):
    return [type(block).__name__ for block in part.blocks]


def scores(run, method="network_tta", sample="all"):
    return run.metrics["test"][TARGET][sample][method]


def as_fold(run, error=None):
    """Make of a run one that held out every n-th of its test galaxies, with an error of its own where one is given."""
    folder, fold, folds = run.directory.folder, run.settings["split"]["fold"], run.settings["split"]["folds"]
    table = read_parquet(folder / "predictions.parquet")
    test = np.flatnonzero(np.asarray(table["role"]) == "test")
    table = table[np.setdiff1d(np.arange(len(table)), test[np.arange(len(test)) % folds != fold])]
    if error is not None:
        table[f"pred_tta_{TARGET}"] = table[f"true_{TARGET}"] + error
    write_parquet(table, folder / "predictions.parquet")
    run.directory.write_json("audit.json", {**run.audit, "hash": f"{fold:032d}{run.settings['seed']:032d}"})
    return ReportRun(run.directory)


def as_classes(run, spread=1.0):
    """Make of a run one that tells gas-poor galaxies from rich ones."""
    rng = np.random.default_rng(0)
    label = f"{TARGET}_class"
    table = read_parquet(run.directory.folder / "predictions.parquet")
    truth = (np.asarray(table[f"true_{TARGET}"]) > -0.7).astype(float)
    chance = 1 / (1 + np.exp(-(2 * truth - 1) - rng.normal(0, spread, len(truth))))
    made = Table({"id": table["id"], "role": table["role"], f"true_{label}": truth})
    for infix in ("", "tta_"):
        made[f"pred_{infix}{label}"] = (chance > 0.5).astype(float)
        made[f"prob_{infix}poor"], made[f"prob_{infix}rich"] = 1 - chance, chance
    folder = run.directory.folder
    write_parquet(made, folder / "predictions.parquet")
    task = {**run.settings["task"], "classes": {"poor": [None, -0.7], "rich": [-0.7, None]}, "ordered": False}
    (folder / "resolved.yaml").write_text(json.dumps({**run.settings, "task": task}))
    test = made[np.asarray(made["role"]) == "test"]
    found = class_score_table(test, label, ["poor", "rich"], {}, 20, 0)
    run.directory.write_json("metrics.json", {**run.metrics, "test": found})
    return ReportRun(run.directory)
