"""Groups of runs that predict numbers, target by target, and those of them that stand for a survey."""

from __future__ import annotations

import collections
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from galexp.page.galaxies import Predicted
from galexp.page.members import names_network, scores_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from astropy.table import Table
    from jaxtyping import Float

    from galexp.page.material import Material, ReportRun

MOST_TARGETS = 4
_MOST_LETTERS = 120


class NumberGroup(NamedTuple):
    """One target of a group of runs, each held-out galaxy once."""

    name: str
    runs: list[ReportRun]
    target: str
    galaxies: Predicted
    network: str

    @property
    def table(self) -> Table:
        """Predictions, with the columns of the catalog where the data is on this disk."""
        return self.galaxies.table

    @property
    def preds(self) -> Float[np.ndarray, " galaxy"]:
        """Predictions, averaged over views."""
        return self.galaxies.prediction(self.target)

    @property
    def truth(self) -> Float[np.ndarray, " galaxy"]:
        """True values; NaN where there is none."""
        return self.galaxies.truth(self.target)


def number_groups(material: Material) -> list[NumberGroup]:
    """Return the groups of runs that predict numbers, no more than a few, with catalog columns where there is data."""
    return material.once(_number_groups)


def _number_groups(material: Material) -> list[NumberGroup]:
    found = []
    for name, runs in material.groups.items():
        scores = scores_of(runs[0])
        targets = [target for target in scores if "rmse" in scores[target]["all"].get("network_tta", {})]
        if not 0 < len(targets) <= MOST_TARGETS:
            continue
        galaxies, network = Predicted.of(runs), names_network(runs)
        found += [NumberGroup(name, runs, target, galaxies, network) for target in targets]
    return found


class Typical(NamedTuple):
    """The group whose galaxies stand for prepared data.

    Attributes:
        name: Of the data, unique among those of a report: the survey, or more where there are several data of it.
        group: The group.
        passed_over: Names of the other groups on this data.
    """

    name: str
    group: NumberGroup
    passed_over: list[str]

    @property
    def whose(self) -> str:
        """Say whose predictions these are, and which are passed over for them, for a caption."""
        whose, others = f"{self.group.name}, {self.group.network}", ", ".join(self.passed_over)
        if len(others) > _MOST_LETTERS:
            others = f"{len(self.passed_over)} other configurations"
        return f"{whose}; passed over: {others}" if others else whose


def typical_groups(material: Material, target: str) -> list[Typical]:
    """Return one group of runs of each prepared data, so that a mock does not stand for what was observed.

    Those that hold out galaxies at random come before those that choose them; of these the group with the most
    galaxies, and of several such the most accurate.

    Args:
        material: The runs.
        target: That they predict.
    """
    by_data: dict[str, list[NumberGroup]] = collections.defaultdict(list)
    for group in number_groups(material):
        if group.target == target:
            by_data[group.runs[0].metrics["data_sha256"]].append(group)
    chosen = [min(groups, key=_rank) for groups in by_data.values()]
    return [
        Typical(name, one, [other.name for other in groups if other is not one])
        for name, one, groups in zip(_names(chosen), chosen, by_data.values(), strict=True)
    ]


def _names(groups: Sequence[NumberGroup]) -> list[str]:
    surveys = [group.runs[0].choices["dataset"] for group in groups]
    names: list[str] = []
    for survey, group in zip(surveys, groups, strict=True):
        name = survey if surveys.count(survey) == 1 else str(group.runs[0].audit["data_name"])
        taken = sum(other.split("--")[0] == name for other in names)
        names.append(f"{name}--{taken + 1}" if taken else name)
    return names


def _rank(group: NumberGroup) -> tuple[bool, int, float]:
    is_chosen = group.runs[0].choices["split"] not in ("random", "kfold")
    known = np.isfinite(group.truth) & np.isfinite(group.preds)
    error = float(np.sqrt(np.mean((group.preds - group.truth)[known] ** 2))) if known.any() else np.inf
    return is_chosen, -int(known.sum()), error
