"""The surroundings of a catalog's galaxies: overdensities among tracers and groups, where these are configured."""

from __future__ import annotations

import dataclasses
from typing import Any

from astropy.table import Table

from galexp.catalog.match import left_join
from galexp.dataset.base import Selection
from galexp.environment.attach import put_columns, with_density, with_groups
from galexp.target import instantiate

GROUPS = ("tracers", "groups")
_NEEDED = ("id", "ra", "dec", "redshift", "distance")


def with_surroundings(settings: dict[str, Any], selection: Selection) -> Selection:
    """Add the columns of ``tracers`` and ``groups``, where these are chosen.

    Overdensities are measured on every row that the survey has before its cuts: the variants that divide by the median
    of the targets mean the survey's own galaxies, not those that happen to have a stellar mass or an image. Their
    counts are of those rows. Groups are looked up for the rows that the cuts leave.
    """
    if settings.get("tracers"):
        parent = selection.catalog if selection.parent is None else selection.parent
        measured, counts = with_density(_positions(parent), instantiate(settings["tracers"]))
        selection = _joined(selection, measured, counts)
    if settings.get("groups"):
        found, counts = with_groups(_positions(selection.catalog), instantiate(settings["groups"]))
        selection = _joined(selection, found, counts)
    return selection


def fingerprints(settings: dict[str, Any]) -> dict[str, str]:
    """Return a hash for each of ``tracers`` and ``groups`` that is chosen: of its tables and its decisions."""
    return {key: instantiate(settings[key]).fingerprint() for key in GROUPS if settings.get(key)}


def _positions(catalog: Table) -> Table:
    return catalog[[name for name in _NEEDED if name in catalog.colnames]]


def _joined(selection: Selection, measured: Table, counts: dict[str, int]) -> Selection:
    new = tuple(name for name in measured.colnames if name not in _NEEDED)
    found = left_join(selection.catalog[["id"]], measured, "id", "id", only=new)
    catalog = put_columns(selection.catalog, {name: (found[name], measured[name].description) for name in new})
    return dataclasses.replace(selection, catalog=catalog, counts={**selection.counts, **counts})
