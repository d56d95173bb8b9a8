"""One error from the folds of a cross-validation, over several seeds."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from astropy.table import Table, vstack

from galexp.split.base import TEST

if TYPE_CHECKING:
    from jaxtyping import Float


@dataclasses.dataclass(frozen=True)
class Pooled:
    """The out-of-fold error: the mean over seeds, each seed's own, and a bootstrap interval over galaxies."""

    rmse: float
    low: float
    high: float
    per_seed: list[float]
    galaxies: int

    def as_dict(self) -> dict[str, Any]:
        """Return plain containers."""
        return dataclasses.asdict(self)


def pooled_rmse(
    folds_of_seeds: Sequence[Sequence[Table]], target: str, method: str, draws: int, seed: int = 0
) -> Pooled:
    """Pool the test rows of all folds of each seed and average the RMSE over seeds.

    The bootstrap draws galaxies, the same ones for every seed: the interval holds what another sample of galaxies would
    change; what another seed would change shows in ``per_seed``.

    Args:
        folds_of_seeds: Per seed, the prediction tables of its folds.
        target: Column.
        method: ``pred`` or ``pred_tta``.
        draws: Of the bootstrap.
        seed: Of the bootstrap.

    Returns:
        The error with its central 68 % interval, NaN without draws.

    Raises:
        ValueError: where a galaxy is held out more than once within a seed.
    """
    squared = np.stack([_residuals(folds, target, method) for folds in folds_of_seeds]) ** 2
    per_seed = np.sqrt(squared.mean(axis=1))
    galaxies = squared.shape[1]
    rng = np.random.default_rng(seed)
    resampled = [np.sqrt(squared[:, rng.integers(galaxies, size=galaxies)].mean(axis=1)).mean() for _ in range(draws)]
    low, high = np.quantile(resampled, [0.16, 0.84]) if draws else (np.nan, np.nan)
    return Pooled(float(per_seed.mean()), float(low), float(high), per_seed.tolist(), galaxies)


def _residuals(folds: Sequence[Table], target: str, method: str) -> Float[np.ndarray, " galaxy"]:
    held_out = vstack([fold[np.asarray(fold["role"]) == TEST] for fold in folds], metadata_conflicts="silent")
    held_out.sort("id")
    if len(np.unique(held_out["id"])) != len(held_out):
        raise ValueError("a galaxy is held out in two folds: the runs belong to different cross-validations")
    return np.asarray(held_out[f"{method}_{target}"]) - np.asarray(held_out[f"true_{target}"])
