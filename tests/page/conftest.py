"""Runs that were never trained: folders as ``train`` leaves them, with predictions of a known error."""

from __future__ import annotations

import copy
import csv
import dataclasses
import functools
import json
import pathlib
from typing import Any

import numpy as np
import pytest
from astropy.table import Table

from galexp.catalog.parquet import write_parquet
from galexp.config import compose
from galexp.evaluation.classes import class_score_table
from galexp.evaluation.metrics import score_table
from galexp.evaluation.reconstruction import reconstruction_score_table
from galexp.page.material import Material, Options, ReportRun
from galexp.run.directory import RunDirectory
from galexp.run.name import run_folder, run_hash
from galexp.shard.read import PreparedData
from galexp.task.label import add_labels, class_names, truth_columns

ROLES = ("test", "test", "val", "train", "train")


@functools.cache
def composed(words: tuple[str, ...]) -> dict[str, Any]:
    return compose(list(words))


def catalog_of(rows: int, seed: int = 0) -> Table:
    """Return galaxies as xGASS has them: positions, environment, masses, and a gas fraction that falls with mass."""
    rng = np.random.default_rng(seed)
    table = Table({"id": [f"G{row:05d}" for row in range(rows)]})
    table["ra"], table["dec"] = rng.uniform(120, 240, rows), rng.uniform(0, 30, rows)
    table["redshift"] = rng.uniform(0.01, 0.05, rows)
    table["log_stellar_mass"] = rng.uniform(9, 11.5, rows)
    table["log_one_plus_delta5_fixed"] = rng.normal(0, 0.5, rows)
    table["log_one_plus_delta5_paper"] = table["log_one_plus_delta5_fixed"] + 0.1
    table["log_one_plus_delta5_code"] = table["log_one_plus_delta5_fixed"] - 0.1
    table["log_hi_fraction"] = 8.5 - 0.9 * table["log_stellar_mass"] + rng.normal(0, 0.3, rows)
    table["hi_is_limit"] = rng.uniform(size=rows) < 0.3
    return table


def _roles(settings: dict[str, Any], rows: int) -> np.ndarray:
    """Return roles by chance, another for each seed; of folds of one seed every galaxy is held out by one."""
    rng = np.random.default_rng(settings["seed"])
    if settings["choices"]["split"] != "kfold":
        return np.array(ROLES)[rng.integers(len(ROLES), size=rows)]
    fold = rng.integers(settings["split"]["folds"], size=rows)
    return np.where(fold == settings["split"]["fold"], "test", np.where(np.arange(rows) % 5, "train", "val"))


def _add_probabilities(table: Table, label: str, names: list[str], rng: np.random.Generator) -> None:
    """Give the true class the most probability, as a rule."""
    is_true = np.arange(len(names)) == np.asarray(table[f"true_{label}"])[:, None]
    chance = np.exp(is_true + rng.normal(0, 1, is_true.shape))
    chance /= chance.sum(axis=1, keepdims=True)
    for infix in ("", "tta_"):
        table[f"pred_{infix}{label}"] = chance.argmax(axis=1).astype(np.float64)
        for column, name in enumerate(names):
            table[f"prob_{infix}{name}"] = chance[:, column]


@dataclasses.dataclass
class RunMaker:
    """Write runs below one folder, all on the same prepared data; ``on`` takes other data."""

    folder: pathlib.Path
    data: PreparedData

    def on(self, data: PreparedData) -> RunMaker:
        """Return what writes runs on other data into the same folder."""
        return dataclasses.replace(self, data=data)

    def __call__(
        self, *words: str, error: float = 0.2, predict: Any = None, finished: bool = True, **metrics: Any
    ) -> ReportRun:
        """Write the run of a command line.

        Args:
            *words: Overrides, as for ``train``.
            error: Standard deviation of prediction minus truth.
            predict: (truth, rng) -> predictions, instead of a Gaussian error.
            finished: Whether it came to its end.
            **metrics: Further entries of ``metrics.json``.
        """
        settings = copy.deepcopy(composed(words))
        settings["paths"]["runs"] = str(self.folder / "multirun")
        run = RunDirectory(run_folder(settings, self.data.folder.name, self.data.origin))
        run.start(settings, anew=True)
        catalog, seed = self.data.catalog, settings["seed"]
        roles = _roles(settings, len(catalog))
        write_parquet(
            Table({"id": catalog["id"], "sha256": catalog["sha256"], "role": roles}), run.folder / "split.parquet"
        )
        sha256 = self.data.manifest.content_sha256
        identity = {"data_sha256": sha256, "data_name": self.data.folder.name}
        counts = {role: int(np.sum(roles == role)) for role in ("train", "val", "test", "unused")}
        audit = {"run_hash": run_hash(settings, self.data.folder.name), "hash": f"{seed:064d}", "counts": counts}
        run.write_json("audit.json", {**identity, **audit, "same_id": 0, "sky_neighbors": 0, "label_shift": {}})
        self._write_history(run)
        if not finished:
            return ReportRun(run)
        table, scores = self._predict(settings, roles, error, predict)
        write_parquet(table, run.folder / "predictions.parquet")
        origin = {"seed": seed, "data_folder": str(self.data.folder), "data_sha256": sha256, "wall_time_s": 60.0 + seed}
        versions = {"command": " ".join(["galexp train", *words]), "git_revision": "0" * 40, "versions": {"torch": "2"}}
        run.write_json(
            "provenance.json",
            {**origin, **versions, "machine": {"cores": 2}, "device": "cpu", "parameters": 1000, "in_chans": 3},
        )
        head = {"data": str(self.data.origin), "data_sha256": sha256, "dataset": settings["choices"]["dataset"]}
        head |= {"recipe": settings["choices"].get("experiment"), "pretrained": "false", "counts": counts}
        run.write_json("metrics.json", {**head, **metrics, "test": scores})
        return ReportRun(run)

    def _predict(self, settings: dict[str, Any], roles: np.ndarray, error: float, predict: Any) -> tuple[Table, Any]:
        rng = np.random.default_rng([settings["seed"], 1])
        shown = np.isin(roles, ("val", "test"))
        catalog, task = self.data.catalog[shown], settings["task"]
        if "classes" in task:
            add_labels(catalog, task)
        table = Table({"id": catalog["id"], "role": roles[shown]})
        if "hi_is_limit" in catalog.colnames:
            table["hi_is_limit"] = catalog["hi_is_limit"]
        drawn: dict[str, Any] = {}
        if settings["choices"]["task"].startswith("representation"):
            for name in ("reconstruction_rmse", "reconstruction_latent_rmse", "latent_00"):
                table[name] = rng.uniform(0.1, 0.2, len(table))
            test = table[np.asarray(table["role"]) == "test"]
            drawn = reconstruction_score_table(test, {"mean": np.full(len(test), 0.3)})
        targets = truth_columns(task)
        if not targets:
            return table, drawn
        baselines = []
        for target in targets:
            truth = np.asarray(catalog[target], dtype=np.float64)
            preds = predict(truth, rng) if predict else truth + rng.normal(0, error, len(truth))
            table[f"true_{target}"], table[f"pred_{target}"] = truth, preds
            table[f"pred_tta_{target}"] = truth + 0.9 * (preds - truth)
            baselines.append(np.full(np.sum(table["role"] == "test"), truth.mean()))
        test = table[np.asarray(table["role"]) == "test"]
        if "classes" in task:
            _add_probabilities(table, targets[0], class_names(task), rng)
            test = table[np.asarray(table["role"]) == "test"]
            return table, class_score_table(test, targets[0], class_names(task), {}, 20, 0, False, None) | drawn
        return table, score_table(test, targets, {"mean": np.stack(baselines, axis=1)}, 20, 0) | drawn

    def _write_history(self, run: RunDirectory) -> None:
        with (run.folder / "history.csv").open("w", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(["epoch", "step", "lr", "train/rmse", "val/rmse"])
            writer.writerows([epoch, 10 * epoch, 0.01, 0.6 / epoch, 0.65 / epoch] for epoch in (1, 2, 3))


@pytest.fixture(scope="session")
def sky(tmp_path_factory, build_data, fake_imaging) -> PreparedData:
    """Return prepared data of 300 galaxies with positions, environment and masses, observed."""
    return build_data(tmp_path_factory.mktemp("sky") / "xgass-file-files", catalog_of(300), fake_imaging())


@pytest.fixture(scope="session")
def skies(tmp_path_factory, build_data, fake_imaging):
    """Return what makes prepared data of another name, seed and origin, each once."""

    @functools.cache
    def make(name: str, rows: int = 100, seed: int = 1, mock: tuple[str, ...] = ()) -> PreparedData:
        data = build_data(tmp_path_factory.mktemp("skies") / name, catalog_of(rows, seed), fake_imaging())
        path = data.folder / "manifest.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), "mock": mock}))
        return PreparedData(data.folder)

    return make


@pytest.fixture
def make_run(tmp_path: pathlib.Path, sky: PreparedData) -> RunMaker:
    """Return what writes runs into a folder of the test's own."""
    return RunMaker(tmp_path, sky)


@pytest.fixture
def material():
    """Return what makes the material of a report out of runs."""

    def make(*runs: ReportRun, **options: Any) -> Material:
        return Material(tuple(runs), options=Options(**{"draws": 50, **options}))

    return make
