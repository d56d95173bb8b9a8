"""Refuse a sweep that would train the same run twice."""

from __future__ import annotations

import copy
import pathlib
from collections.abc import Iterator

from hydra.core.override_parser.overrides_parser import OverridesParser
from omegaconf import OmegaConf

from galexp.config import Settings, UsageError, choices, composed, settings
from galexp.dataset.location import find, made_folder, origin, settled
from galexp.run.name import run_folder
from galexp.sweep.plan import Plan

_PLACES = ("paths", "paths.runs")


def refuse_same_runs(plan: Plan) -> None:
    """Refuse two points that land in the same folder, and points that differ in where they are written alone.

    Each key's values are compared with the other keys at their first one, so that no product is composed.

    Raises:
        UsageError: naming the two points, or the key, and what to do.
    """
    for key, values in plan.values().items():
        if key in _PLACES:
            raise UsageError(
                f"{key} differs in where runs are written, not in what they are; sweep over something else, and let "
                "paths.runs follow it, as in 'paths.runs=multirun/${trainer.devices}-devices'"
            )
        seen: dict[pathlib.Path, str] = {}
        for value, point in zip(values, _variants(plan, key, values), strict=True):
            place = _place(point)
            if place in seen:
                raise UsageError(
                    f"{key}={seen[place]} and {key}={value} are the same run, {place}; {_remedy(plan, key)}"
                )
            seen[place] = value


def _variants(plan: Plan, key: str, values: list[str]) -> Iterator[Settings]:
    """Yield the first point with one key at each of its values; options of a group are composed anew."""
    is_group = "/" in key or key.lstrip("+").partition("@")[0] in choices(plan.folders)
    for value in values:
        if is_group:
            yield settings(composed(plan.at(**{key: value}), plan.config_dir))
            continue
        varied = copy.deepcopy(plan.first)
        word = OverridesParser.create().parse_override(f"{key}={value}")
        OmegaConf.update(varied, word.key_or_group, word.value(), merge=True, force_add=True)
        yield settings(varied)


def _place(point: Settings) -> pathlib.Path:
    data = find(point) or made_folder(point)
    return run_folder(settled(point, data), data.name, origin(point, data))


def _remedy(plan: Plan, key: str) -> str:
    values = plan.values()[key]
    if len(set(values)) < len(values):
        return "give each value once"
    name = key.lstrip("+")
    node = f"hydra:runtime.choices.{name}" if name in choices(plan.folders) else name
    return f"leave one out, or give each its own place: 'paths.runs={plan.settings['paths']['runs']}/${{{node}}}'"
