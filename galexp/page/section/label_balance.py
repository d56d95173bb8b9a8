"""Whether a split gave both sides the same labels, and what the mean of the labels is worth as a prediction."""

from __future__ import annotations

import numpy as np

from galexp.evaluation.baseline.regression import predict_mean
from galexp.evaluation.bootstrap import bootstrap_interval
from galexp.figure.methods import readable
from galexp.page.content import Block, Column, DataTable, Measured, Part, Row
from galexp.page.material import Material
from galexp.page.prepared import MANY_LABELS, Shown, shown_data
from galexp.page.section.base import Section
from galexp.split.audit import label_shift
from galexp.split.base import TEST, TRAIN, VAL

_ROLES = {"training": TRAIN, "validation": VAL, "held-out": TEST}
_BALANCE_COLUMNS = (
    Column("label"),
    Column("mean, learned from", hint="Of train and val together, as in the audit."),
    Column("mean, held out"),
    Column("difference", hint="Held out minus learned from, with its standard error."),
    Column("KS", digits=3, hint="Largest difference of the two cumulative distributions."),
    Column("p", digits=3, hint="Of so large a difference by chance; of 37 labels about two lie below 0.05 by chance."),
)
_MEAN_COLUMNS = (
    Column("rows"),
    Column("galaxies", digits=0),
    Column("RMSE over all labels", hint="Over galaxies and labels, with the standard deviation of its bootstrap."),
)


class LabelBalance(Section):
    """Compare the labels on both sides of a split of many labels, one by one, and predict all by their mean."""

    order = 84

    def part(self, material: Material) -> Part | None:
        """Take the first run on each dataset; its split and its training rows are meant."""
        found, _ = shown_data(material)
        blocks: list[Block] = []
        for shown in found:
            if len(shown.labels) >= MANY_LABELS:
                roles = _roles(shown)
                blocks += [self._balance(shown, roles), self._mean(shown, roles, material)]
        return Part("label_balance", "The labels on both sides of the split", tuple(blocks)) if blocks else None

    def _balance(self, shown: Shown, roles: np.ndarray) -> DataTable:
        values = shown.values(shown.labels)
        learn, test = np.isin(roles, (TRAIN, VAL)), roles == TEST
        rows = [
            _compared(label, column, learn, test, shown.mark)
            for label, column in zip(shown.labels, values.T, strict=True)
        ]
        low = sum(isinstance(row.values[-1], float) and row.values[-1] < 0.05 for row in rows)
        expected = 0.05 * len(rows)
        note = f"{low} of {len(rows)} labels lie below p = 0.05; {expected:.1f} are expected where nothing differs."
        return DataTable(
            f"label_balance-{shown.name}", f"Labels of {shown.run.name}", _BALANCE_COLUMNS, tuple(rows), note
        )

    def _mean(self, shown: Shown, roles: np.ndarray, material: Material) -> DataTable:
        values, rows = shown.values(shown.labels), []
        complete = np.isfinite(values).all(axis=1)
        mean = predict_mean(values[complete & (roles == TRAIN)], 1)
        for name, role in _ROLES.items():
            own = values[complete & (roles == role)]
            if len(own):
                rows.append(Row((name, len(own), _rmse(own - mean, material)), shown.mark))
        note = (
            "The mean of each label over the training rows, predicted for every galaxy: what a network has to beat. On "
            "the training rows it is the best constant there is, and no prediction."
        )
        return DataTable(
            f"mean_of_labels-{shown.name}", "The mean of the labels as a prediction", _MEAN_COLUMNS, tuple(rows), note
        )


def _roles(shown: Shown) -> np.ndarray:
    split = shown.run.split
    role_of = dict(zip(split["id"].tolist(), split["role"].tolist(), strict=True))
    return np.array([role_of[name] for name in shown.data.catalog["id"].tolist()])


def _compared(label: str, values: np.ndarray, learn: np.ndarray, test: np.ndarray, mark: str) -> Row:
    sides = [values[side & np.isfinite(values)] for side in (learn, test)]
    means = [float(side.mean()) if len(side) else np.nan for side in sides]
    error = float(np.sqrt(sum(side.var(ddof=1) / len(side) for side in sides))) if min(map(len, sides)) > 1 else np.nan
    shift = label_shift(values, learn, test)
    difference = Measured(means[1] - means[0], error)
    return Row((readable(label), *means, difference, shift["statistic"], shift["p_value"]), mark)


def _rmse(residuals: np.ndarray, material: Material) -> Measured:
    """Return the error over all labels, with a bootstrap over galaxies: those of one are not independent."""
    squares = np.mean(residuals**2, axis=1)
    value = float(np.sqrt(squares.mean()))
    if material.options.draws < 2:
        return Measured(value)
    interval = bootstrap_interval(
        lambda found, _: found.mean(0).sqrt(),
        squares,
        np.zeros_like(squares),
        material.options.draws,
        material.options.seed,
    )
    return Measured(value, float(interval.standard_error))
