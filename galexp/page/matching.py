"""Runs that hold out a side of a split, and the out-of-fold runs of that side; see MatchedSplit."""

from __future__ import annotations

import dataclasses
import pathlib
import shlex
from collections.abc import Mapping
from typing import Any

from galexp.config import composed, sweep_parameters
from galexp.page.material import Material, ReportRun
from galexp.page.members import Key, fold_of, member_of
from galexp.page.repeats import distinct
from galexp.run.name import computed

MATCHED = "matched"
FOLDS = 5
"""How many folds are asked for where none was begun."""

_BY_CHANCE = ("random", "kfold", "file", "shuffled", MATCHED)
_TRAIN = ("python", "-m", "galexp", "train")
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
    return {key: value for key, value in computed(run.settings).items() if key not in ("split", "seed")}


def by_chance(material: Material, like: ReportRun) -> list[ReportRun]:
    """Return the runs of random splits that learned from the same data in the same way as another, each once.

    A random split does not ask how overdensities were measured.

    Args:
        material: Where they are looked for.
        like: The run of another split.
    """
    random = [run for run in material.runs if run.choices["split"] == "random" and run.targets]
    return distinct([run for run in random if _what(run) == _what(like)])


def _what(run: ReportRun) -> tuple[str, dict[str, Any]]:
    others = {key: value for key, value in other_settings(run).items() if key != "environment"}
    return run.metrics["data_sha256"], others


def completing_command(one: Matching) -> str:
    """Return the command that trains the folds that are missing, with the words of the run that they belong to.

    These words hold the point of a sweep that the run is; what its experiment goes through by itself is left out. A
    search chooses its points, so that where the run is one of these each fold has a line of its own.

    Args:
        one: A configuration that lacks folds.
    """
    run = one.base[next(iter(one.missing))]
    typed = shlex.split(run.directory.command) or run.provenance["command"].split()
    folds = sorted({fold for folds in one.missing.values() for fold in folds})
    seeds = sorted({seed for _, seed in one.missing})
    words = [*_options(typed), *(_moved(word) for word in typed if _is_taken(word))]
    words += [f"split={MATCHED}", f"split@split.of={run.choices['split']}", f"split.folds={one.number or FOLDS}"]
    own, is_search = _sweep_of(run, typed)
    if is_search:
        points = [[f"split.fold={fold}", f"seed={seed}"] for seed in seeds for fold in folds]
        return "\n".join(shlex.join([*_TRAIN, *words, *point]) for point in points)
    words += [f"split.fold={','.join(map(str, folds))}", f"seed={','.join(map(str, seeds))}"]
    return shlex.join([*_TRAIN, "--multirun", *words, *(["hydra.sweeper.params=null"] if own else [])])


def _sweep_of(run: ReportRun, typed: list[str]) -> tuple[bool, bool]:
    """Tell whether a run's experiment goes through points by itself, and whether it searches."""
    experiment, options = run.choices.get("experiment"), _options(typed)
    folder = pathlib.Path(options[1]) if options else None
    if not experiment or not sweep_parameters(experiment, folder):
        return False, False
    return True, composed([f"experiment={experiment}"], folder).hydra.runtime.choices["hydra/sweeper"] != "basic"


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
