"""Every label of many, predicted against true."""

from __future__ import annotations

import numpy as np

from galexp.figure.methods import readable
from galexp.figure.vote_panels import vote_panels
from galexp.page.content import Block, Column, DataTable, Measured, Notice, Part, Picture, Row
from galexp.page.material import Material, ReportRun
from galexp.page.prepared import MANY_LABELS, called, leader
from galexp.page.section.base import Section

_COLUMNS = (
    Column("label"),
    Column("n", digits=0),
    Column("RMSE", hint="Averaged over views, with the standard deviation of its bootstrap over galaxies."),
    Column("RMSE/scatter", digits=3, hint="1 is what the mean of the held-out labels would give."),
    Column("RMSE of the mean", hint="Of the mean of the learned labels, on the same galaxies."),
)


class VotePanels(Section):
    """Draw predictions against the truth of each of many labels, small, for each configuration.

    Args:
        pictures: At most; further configurations have a table alone.
    """

    order = 33

    def __init__(self, pictures: int) -> None:
        self.pictures = pictures

    def part(self, material: Material) -> Part | None:
        """Take the run of the lowest validation error of each group."""
        groups = {name: members for name, members in material.groups.items() if _has_many(members[0])}
        names, blocks = called(groups), list[Block]()
        for number, (name, members) in enumerate(groups.items()):
            run = leader(members)
            which = f" (seed {run.settings['seed']}, of {len(members)} runs)" if len(members) > 1 else ""
            pictures = [_picture(run, f"{names[name]}{which}", number)] if number < self.pictures else []
            blocks += [*pictures, _table(run, f"{names[name]}{which}", number)]
        if len(groups) > self.pictures:
            blocks.append(Notice(f"{len(groups) - self.pictures} more configurations have a table alone."))
        return Part("vote_panels", "Each label, predicted and true", tuple(blocks)) if blocks else None


def _has_many(run: ReportRun) -> bool:
    return len(run.targets) >= MANY_LABELS and "rmse" in _scores(run, run.targets[0])


def _scores(run: ReportRun, target: str) -> dict[str, float]:
    return run.metrics["test"][target]["all"]["network_tta"]


def _picture(run: ReportRun, name: str, number: int) -> Picture:
    table, targets = run.held_out, run.targets
    truth, preds = (
        np.stack([np.asarray(table[f"{kind}_{target}"], dtype=np.float64) for target in targets], axis=1)
        for kind in ("true", "pred_tta")
    )
    figure = vote_panels(truth, preds, [readable(target) for target in targets], origin=run.origin)
    caption = (
        f"{len(table):,} held-out galaxies of {name}; black 1:1, dashed the regression of predictions on the truth, "
        "whose slope is below 1 for any network that does not know everything."
    )
    return Picture(f"vote_panels-{number}", caption, figure)


def _table(run: ReportRun, name: str, number: int) -> DataTable:
    rows = []
    for target in run.targets:
        scores = _scores(run, target)
        mean = run.metrics["test"][target]["all"].get("mean", {}).get("rmse")
        rmse = Measured(scores["rmse"], scores.get("rmse_error", np.nan))
        values = (readable(target), int(scores["n"]), rmse, scores["normalized_rmse"], mean)
        rows.append(Row(values, run.origin.label))
    return DataTable(f"labels-{number}", f"Error of each label, {name}", _COLUMNS, tuple(rows))
