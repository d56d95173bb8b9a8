"""One number from the folds of a cross-validation, over several seeds."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from astropy.table import Table

from galexp.evaluation.ensemble import held_out

if TYPE_CHECKING:
    from jaxtyping import Float

    Read = Callable[[Table], tuple[Float[np.ndarray, "galaxy *column"], Float[np.ndarray, " galaxy"]]]
    Statistic = Callable[[Float[np.ndarray, "galaxy *column"], Float[np.ndarray, " galaxy"]], float]


@dataclasses.dataclass(frozen=True)
class Pooled:
    """An out-of-fold score: the mean over seeds, each seed's own, and a bootstrap interval over galaxies."""

    value: float
    low: float
    high: float
    per_seed: list[float]
    galaxies: int

    def as_dict(self) -> dict[str, Any]:
        """Return plain containers."""
        return dataclasses.asdict(self)


def pooled(
    folds_of_seeds: Sequence[Sequence[Table]], read: Read, statistic: Statistic, draws: int, seed: int = 0
) -> Pooled:
    """Pool the test rows of all folds of each seed, and average a statistic of them over seeds.

    The bootstrap draws galaxies, the same ones for every seed: the interval holds what another sample of galaxies would
    change; what another seed would change shows in ``per_seed``.

    Args:
        folds_of_seeds: Per seed, the prediction tables of its folds.
        read: From a table to predictions and true values.
        statistic: Of predictions and true values.
        draws: Of the bootstrap.
        seed: Of the bootstrap.

    Returns:
        The statistic with its central 68 % interval, NaN without draws.

    Raises:
        ValueError: where a galaxy is held out more than once within a seed.
    """
    pairs = [read(held_out(folds)) for folds in folds_of_seeds]
    per_seed = [statistic(*pair) for pair in pairs]
    galaxies = len(pairs[0][1])
    rng = np.random.default_rng(seed)
    drawn = [rng.integers(galaxies, size=galaxies) for _ in range(draws)]
    resampled = [np.mean([statistic(preds[rows], truth[rows]) for preds, truth in pairs]) for rows in drawn]
    low, high = np.nanquantile(resampled, [0.16, 0.84]) if draws else (np.nan, np.nan)
    return Pooled(float(np.mean(per_seed)), float(low), float(high), per_seed, galaxies)


def rmse(preds: Float[np.ndarray, " galaxy"], truth: Float[np.ndarray, " galaxy"]) -> float:
    """Return the root mean squared error, sqrt(mean((p - t)^2))."""
    return float(np.sqrt(np.mean((preds - truth) ** 2)))


def pooled_rmse(
    folds_of_seeds: Sequence[Sequence[Table]], target: str, method: str, draws: int, seed: int = 0
) -> Pooled:
    """Pool the RMSE of one target.

    Args:
        folds_of_seeds: As in :func:`pooled`.
        target: Column.
        method: ``pred`` or ``pred_tta``.
        draws: Of the bootstrap.
        seed: Of the bootstrap.
    """

    def read(table: Table) -> tuple[np.ndarray, np.ndarray]:
        return np.asarray(table[f"{method}_{target}"]), np.asarray(table[f"true_{target}"])

    return pooled(folds_of_seeds, read, rmse, draws, seed)
