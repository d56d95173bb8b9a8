"""Runs that hold out a side of a split, and the out-of-fold runs of that side; see MatchedSplit."""

from __future__ import annotations

import dataclasses
import shlex
from collections.abc import Mapping
from typing import Any

from galexp.page.material import Material, ReportRun
from galexp.page.members import Key, fold_of, member_of
from galexp.page.repeats import distinct

MATCHED = "matched"
FOLDS = 5
"""How many folds are asked for where none was begun."""

_BY_CHANCE = ("random", "kfold", "file", "shuffled", MATCHED)
_NOT_COMPARED = ("split", "choices", "paths", "logger", "force", "verify", "report", "seed")
_KEPT = ("split.seed", "split.val_fraction")


@dataclasses.dataclass(frozen=True)
class Matching:
    """A configuration that holds out one side, and the out-of-fold runs of that side.

    Args:
        name: Of the configuration.
        base: Its runs, by seeds.
        folds: For each seed, the runs that were found by fold.
        number: Of folds that there are to be; 0 where none was begun.
    """

    name: str
    base: Mapping[Key, ReportRun]
    folds: Mapping[Key, Mapping[int, ReportRun]]
    number: int

    @property
    def fold_runs(self) -> list[ReportRun]:
        """All out-of-fold runs that were found."""
        return [run for of in self.folds.values() for run in of.values()]

    @property
    def missing(self) -> dict[Key, list[int]]:
        """The folds that each seed lacks."""
        number = self.number or FOLDS
        found = {key: sorted(set(range(number)) - set(self.folds.get(key, {}))) for key in self.base}
        return {key: folds for key, folds in found.items() if folds}


def matchings(material: Material) -> list[Matching]:
    """Return every configuration that holds out a side other than by chance, with its out-of-fold runs."""
    folds = [run for run in material.runs if run.choices["split"] == MATCHED and run.targets]
    found = []
    for name, runs in material.groups.items():
        scored = [run for run in distinct(runs) if run.targets and run.settings["task"]["targets"]]
        if not scored or runs[0].choices["split"] in _BY_CHANCE:
            continue
        base = {member_of(run): run for run in scored}
        by_seed = {key: {fold_of(one) or 0: one for one in folds if _is_fold_of(one, run)} for key, run in base.items()}
        number = max((run.settings["split"]["folds"] for of in by_seed.values() for run in of.values()), default=0)
        found.append(Matching(name, base, {key: of for key, of in by_seed.items() if of}, number))
    return found


def _is_fold_of(fold: ReportRun, base: ReportRun) -> bool:
    """Tell whether a run is a fold of another's held-out side, and else the same."""
    same_data = fold.metrics["data_sha256"] == base.metrics["data_sha256"]
    same_split = fold.settings["split"]["of"] == base.settings["split"]
    return (
        same_data and same_split and member_of(fold) == member_of(base) and other_settings(fold) == other_settings(base)
    )


def other_settings(run: ReportRun) -> dict[str, Any]:
    """Return what a run computes beside its split and its seed."""
    return {key: value for key, value in run.settings.items() if key not in _NOT_COMPARED}


def completing_command(one: Matching) -> str:
    """Return the command that trains the folds that are missing, with the words of the run that they belong to.

    Args:
        one: A configuration that lacks folds.
    """
    run = one.base[next(iter(one.missing))]
    typed = shlex.split(run.directory.command) or run.provenance["command"].split()
    folds = sorted({fold for folds in one.missing.values() for fold in folds})
    seeds = sorted({seed for _, seed in one.missing})
    words = [*_options(typed), *(_moved(word) for word in typed if _is_taken(word))]
    words += [f"split={MATCHED}", f"split@split.of={run.choices['split']}", f"split.folds={one.number or FOLDS}"]
    words += [f"split.fold={','.join(map(str, folds))}", f"seed={','.join(map(str, seeds))}"]
    return shlex.join(["python", "-m", "galexp", "train", "--multirun", *words])


def _options(typed: list[str]) -> list[str]:
    """Return where the user's own configuration lies, as it was typed."""
    if "--config-dir" not in typed:
        return []
    place = typed.index("--config-dir")
    return typed[place : place + 2]


def _is_taken(word: str) -> bool:
    return "=" in word and word.lstrip("+~").split("=")[0] not in ("split", "seed", "force")


def _moved(word: str) -> str:
    """Let a word about the split be about the split whose folds are trained."""
    key = word.split("=")[0]
    if not key.startswith("split.") or key in _KEPT:
        return word
    return f"split.of.{word.removeprefix('split.')}"
