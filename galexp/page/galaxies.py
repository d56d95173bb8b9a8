"""Held-out galaxies of a group: what was predicted, how wrong it is, how sure the network was, and where they are."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from galexp.evaluation.classes import probabilities_of
from galexp.evaluation.ensemble import SPREAD
from galexp.page.content import Link
from galexp.page.material import ReportRun, with_catalog
from galexp.page.members import together
from galexp.task.label import class_names, truth_columns

if TYPE_CHECKING:
    from astropy.table import Table
    from jaxtyping import Float

NAVIGATE = "https://skyserver.sdss.org/dr18/VisualTools/navi?ra={ra:.6f}&dec={dec:.6f}&scale=0.2"
FLAGS = {"hi_is_limit": "limit", "hi_confused": "confused"}


def sky_address(ra: float, dec: float) -> str:
    """Return where SkyServer shows a position; empty where there is none.

    Args:
        ra: Right ascension [deg].
        dec: Declination [deg].

    Example:
        >>> sky_address(182.5, -1.25)
        'https://skyserver.sdss.org/dr18/VisualTools/navi?ra=182.500000&dec=-1.250000&scale=0.2'
    """
    return NAVIGATE.format(ra=ra, dec=dec) if np.isfinite([ra, dec]).all() else ""


@dataclasses.dataclass(frozen=True)
class Predicted:
    """The held-out galaxies of one group, each once, by predictions that are averaged over views.

    Args:
        run: One of the group, whose task they share.
        table: Predictions, with the columns of the catalog and ``row`` where the data is on this disk.
    """

    run: ReportRun
    table: Table

    @classmethod
    def of(cls, runs: Sequence[ReportRun]) -> Predicted:
        """Take the galaxies of a group that was scored on something."""
        table = together(runs)
        return cls(runs[0], table if runs[0].data is None else with_catalog(table, runs[0].data))

    @property
    def targets(self) -> list[str]:
        """What is predicted; empty for a reconstruction."""
        return truth_columns(self.run.settings["task"])

    @property
    def classes(self) -> list[str]:
        """Names of the classes; empty where numbers are predicted."""
        task = self.run.settings["task"]
        return class_names(task) if "classes" in task else []

    def truth(self, target: str) -> Float[np.ndarray, " galaxy"]:
        """Return the true values of a target."""
        return np.asarray(self.table[f"true_{target}"], dtype=np.float64)

    def prediction(self, target: str) -> Float[np.ndarray, " galaxy"]:
        """Return the predictions of a target; of classes the number of the most probable one."""
        return np.asarray(self.table[f"pred_tta_{target}"], dtype=np.float64)

    @property
    def probabilities(self) -> Float[np.ndarray, "galaxy class"]:
        """Of each class."""
        return probabilities_of(self.table, self.classes, "tta_")

    def of_truth(self) -> Float[np.ndarray, " galaxy"]:
        """Return the probability that each galaxy's true class was given; NaN where that is not known."""
        truth = self.truth(self.targets[0])
        known = np.isfinite(truth)
        column = np.where(known, truth, 0).astype(np.int64)[:, None]
        return np.where(known, np.take_along_axis(self.probabilities, column, axis=1)[:, 0], np.nan)

    def uncertainty(self, target: str) -> tuple[str, Float[np.ndarray, " galaxy"]] | None:
        """Return by what the network is unsure, and how much; None where it does not say.

        The entropy of the classes [nat], the width that the network predicts, or how far several networks differ.
        """
        if self.classes:
            p = self.probabilities
            return "entropy", -np.sum(p * np.log(np.maximum(p, 1e-12)), axis=1)
        for name, column in (("sigma", f"sigma_tta_{target}"), ("sd of networks", f"{SPREAD}_{target}")):
            if column in self.table.colnames:
                return name, np.asarray(self.table[column], dtype=np.float64)
        return None

    @property
    def addresses(self) -> list[str]:
        """Where SkyServer shows each galaxy; empty of galaxies without a position, or whose position was drawn."""
        data = self.run.data
        drawn = data.manifest.drawn_columns if data is not None else []
        if not {"ra", "dec"} <= set(self.table.colnames) or {"ra", "dec"} & set(drawn):
            return [""] * len(self.table)
        places = zip(self.table["ra"].tolist(), self.table["dec"].tolist(), strict=True)
        return [sky_address(ra, dec) for ra, dec in places]

    @property
    def links(self) -> list[Link | str]:
        """The identifier of each galaxy, which leads to the sky where it can."""
        names = map(str, self.table["id"].tolist())
        return [Link(name, address) if address else name for name, address in zip(names, self.addresses, strict=True)]

    @property
    def flags(self) -> list[str]:
        """What a survey says against each measurement, in words; empty where nothing."""
        found = {
            word: np.asarray(self.table[name], dtype=bool)
            for name, word in FLAGS.items()
            if name in self.table.colnames
        }
        return [", ".join(word for word, of in found.items() if of[row]) for row in range(len(self.table))]

    @property
    def has_flags(self) -> bool:
        """Whether the survey has such words."""
        return any(name in self.table.colnames for name in FLAGS)
