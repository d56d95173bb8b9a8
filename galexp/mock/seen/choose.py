"""For each galaxy the first of several measurements, or else a draw, and which of both it was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jaxtyping import Bool, Float
    from numpy import ndarray


@dataclass(frozen=True)
class Choice:
    """One number a galaxy and where it comes from.

    Attributes:
        values: none of them NaN where the draws are not.
        drawn: whether the number was drawn.
        source: in words, from what the numbers were taken.
    """

    values: Float[ndarray, " galaxy"]
    drawn: Bool[ndarray, " galaxy"]
    source: str


def first_finite(measured: Mapping[str, Float[ndarray, " galaxy"]]) -> Float[ndarray, " galaxy"]:
    """Return of each galaxy the first finite measurement, NaN where there is none.

    Example:
        >>> first_finite({"g - r": np.array([0.5, np.nan, np.nan]), "u - r": np.array([0.4, 0.6, np.nan])}).tolist()
        [0.5, 0.6, nan]
    """
    found = np.full(len(next(iter(measured.values()))), np.nan)
    for values in measured.values():
        found = np.where(np.isfinite(found), found, values)
    return np.where(np.isfinite(found), found, np.nan)


def choose(measured: Mapping[str, Float[ndarray, " galaxy"]], drawn: Float[ndarray, " galaxy"], how: str) -> Choice:
    """Take the first finite measurement of each galaxy, or its draw.

    Args:
        measured: what it is taken from, in words -> values with NaN for gaps, the best first.
        drawn: one a galaxy.
        how: of the draws, in words.

    Returns:
        The numbers; the source names only what was used.

    Example:
        >>> chosen = choose({"r50": np.array([3.0, np.nan])}, np.array([7.0, 8.0]), "the size of its mass")
        >>> chosen.values.tolist(), chosen.drawn.tolist(), chosen.source
        ([3.0, 8.0], [False, True], 'from r50 (1 row), the size of its mass (drawn, 1 row)')
    """
    found, parts = np.full(len(drawn), np.nan), []
    for source, values in measured.items():
        fills = ~np.isfinite(found) & np.isfinite(values)
        found = np.where(fills, values, found)
        parts += [f"from {source} ({rows_of(fills)})"] * bool(fills.any())
    missing = ~np.isfinite(found)
    parts += [f"{how} (drawn, {rows_of(missing)})"] * bool(missing.any())
    return Choice(np.where(missing, drawn, found), missing, ", ".join(parts))


def rows_of(chosen: Bool[ndarray, " galaxy"]) -> str:
    """Say how many galaxies are chosen, as `3 rows`."""
    count = int(chosen.sum())
    return f"{count:,} row{'s' * (count != 1)}"
