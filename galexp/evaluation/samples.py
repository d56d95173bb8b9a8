"""The samples within a sample: all objects, and those that a survey marks as well measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from astropy.table import Table
    from jaxtyping import Bool

_EXCLUDED_BY = {"detections": "hi_is_limit", "unconfused": "hi_confused"}


def samples_of(table: Table) -> dict[str, Bool[np.ndarray, " galaxy"]]:
    """Return which rows belong to ``all`` and, where the table has the flags, to ``detections`` and ``unconfused``."""
    samples = {"all": np.ones(len(table), dtype=bool)}
    for sample, flag in _EXCLUDED_BY.items():
        if flag in table.colnames:
            samples[sample] = ~np.asarray(table[flag], dtype=bool)
    return samples
