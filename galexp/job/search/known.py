"""What is known of galaxies, by which neighbors are judged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from galexp.similarity.agreement import Property
from galexp.task.label import class_names, truth_columns

if TYPE_CHECKING:
    from galexp.shard.read import PreparedData

_OF_MERGERS = ("simulation_time", "snapshot_class", "size_ratio", "mass_ratio")


def properties_of(
    settings: dict[str, Any], data: PreparedData, gallery: np.ndarray, queries: np.ndarray, files: int
) -> list[Property]:
    """Return what is known: the targets of the run and of the dataset, and of a merger its time and its ratios.

    Args:
        settings: Resolved, with classes that have names.
        data: That is searched.
        gallery: Rows that are searched in.
        queries: Rows that look for their likes.
        files: Queries after these, of which nothing is known.
    """
    task, catalog = settings["task"], data.catalog
    labels = truth_columns(task) if "classes" in task else []
    names = dict.fromkeys([*truth_columns(task), *settings["dataset"]["targets"], *_OF_MERGERS])
    found = []
    for name in names:
        if name not in catalog.colnames or np.asarray(catalog[name]).dtype.kind not in "fiub":
            continue
        values = np.asarray(catalog[name], dtype=np.float64)
        of_queries = np.concatenate([values[queries], np.full(files, np.nan)])
        classes = tuple(class_names(task)) if name in labels else ()
        if all(word.isdecimal() for word in classes):
            classes = ()  # Numbers, such as those of snapshots: how far off says more than whether.
        unit = data.manifest.units.get(name, "")
        found.append(Property(name, unit, values[gallery], of_queries, classes))
    return [known for known in found if _differs(known)]


def _differs(known: Property) -> bool:
    """Return whether anything is known of the gallery, and not the same of all galaxies."""
    values = np.concatenate([known.gallery, known.queries])
    return bool(np.isfinite(known.gallery).any()) and len(np.unique(values[np.isfinite(values)])) > 1
