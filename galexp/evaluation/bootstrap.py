"""How far a metric would move had the survey caught other galaxies."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jaxtyping import Float, Int
    from torch import Tensor

    Statistic = Callable[[Tensor, Tensor], Tensor]

# Numbers gathered at once, which bounds the memory to some 100 MB.
CHUNK = 4_000_000


class BootstrapInterval(NamedTuple):
    """A statistic with its uncertainty, one number a target each.

    Attributes:
        value: Of the sample itself.
        low: Lower end of the interval.
        high: Upper end of the interval.
        standard_error: Standard deviation over the draws, ddof 1.
    """

    value: Float[np.ndarray, "*target"]
    low: Float[np.ndarray, "*target"]
    high: Float[np.ndarray, "*target"]
    standard_error: Float[np.ndarray, "*target"]


def bootstrap_interval(
    statistic: Statistic,
    preds: Float[np.ndarray, " galaxy *target"],
    target: Float[np.ndarray, " galaxy *target"],
    draws: int = 1000,
    seed: int = 0,
    level: float = 0.68,
) -> BootstrapInterval:
    """Draw the galaxies anew, with replacement, and see how far a statistic moves (percentile bootstrap).

    The interval holds the central `level` of the draws. It covers the chance of which galaxies were tested, not that of
    the training; and galaxies of one group are taken as independent, which they are not quite. The percentile interval
    does not correct the bias that a statistic has on few galaxies: below some 50 it covers a little less than it says.

    Args:
        statistic: Of predictions and true values, over the first axis and separate for all others, as those of
            `galexp.metric.regression`.
        preds: Predictions.
        target: True values.
        draws: Number of bootstrap samples.
        seed: Of the draws. The same seed and number of galaxies draw the same galaxies, whatever the statistic.
        level: Share of the draws inside the interval.

    Returns:
        Value, interval and standard error. NaN where the sample's own value is NaN; draws in which the statistic is
        undefined (all galaxies equal, say) are left out.

    Raises:
        ValueError: If the shapes differ, there are no galaxies, fewer than two draws, or `level` is not in (0, 1).

    Example:
        >>> from galexp.metric.regression import rmse
        >>> interval = bootstrap_interval(rmse, np.full(10, 2.0), np.zeros(10))
        >>> interval.low.item(), interval.high.item(), interval.standard_error.item()
        (2.0, 2.0, 0.0)

    References:
        Efron & Tibshirani (1993), An Introduction to the Bootstrap, sections 6.2 and 13.3.
    """
    _check(target, draws, level, preds=preds)
    columns = _stack(preds, target)
    drawn = [statistic(*columns[..., rows].movedim(-1, 1)) for rows in _resamples(columns, draws, seed)]
    return _summary(statistic(*columns.movedim(-1, 1)), torch.cat(drawn, -1), level)


def paired_bootstrap_difference(
    statistic: Statistic,
    preds_a: Float[np.ndarray, " galaxy *target"],
    preds_b: Float[np.ndarray, " galaxy *target"],
    target: Float[np.ndarray, " galaxy *target"],
    draws: int = 1000,
    seed: int = 0,
    level: float = 0.68,
) -> BootstrapInterval:
    """Bootstrap the difference of a statistic between two models on the same galaxies, s(a, t) - s(b, t).

    Each draw gives both models the same galaxies, so that hard galaxies, which both get wrong, cancel. Positive for an
    error means that `a` is the worse model.

    Args:
        statistic: As in `bootstrap_interval`.
        preds_a: Predictions of one model.
        preds_b: Predictions of the other, row by row for the same galaxies.
        target: True values.
        draws: Number of bootstrap samples.
        seed: Of the draws.
        level: Share of the draws inside the interval.

    Returns:
        Difference, its interval and its standard error, with the NaN policy of `bootstrap_interval`.

    Raises:
        ValueError: As in `bootstrap_interval`.

    Example:
        >>> from galexp.metric.regression import rmse
        >>> paired_bootstrap_difference(rmse, np.full(10, 2.0), np.full(10, 0.5), np.zeros(10)).low.item()
        1.5
    """
    _check(target, draws, level, preds_a=preds_a, preds_b=preds_b)
    columns = _stack(preds_a, preds_b, target)

    def difference(columns: Float[Tensor, "array galaxy *rest"]) -> Float[Tensor, "*rest"]:
        a, b, t = columns
        return statistic(a, t) - statistic(b, t)

    drawn = [difference(columns[..., rows].movedim(-1, 1)) for rows in _resamples(columns, draws, seed)]
    return _summary(difference(columns.movedim(-1, 1)), torch.cat(drawn, -1), level)


def _check(target: np.ndarray, draws: int, level: float, **preds: np.ndarray) -> None:
    for name, values in preds.items():
        if values.shape != target.shape:
            raise ValueError(f"{name} have shape {values.shape}, target {target.shape}; they must be equal")
    if len(target) == 0:
        raise ValueError("no galaxies to draw from; the bootstrap needs at least one")
    if draws < 2 or not 0 < level < 1:
        raise ValueError(f"draws is {draws} and level {level}; expected draws >= 2 and 0 < level < 1")


def _stack(*values: np.ndarray) -> Float[Tensor, "array *target galaxy"]:
    """Put the galaxies last, so that those of a draw lie together in memory."""
    return torch.from_numpy(np.stack([np.moveaxis(value, 0, -1).astype(np.float64) for value in values]))


def _resamples(columns: Tensor, draws: int, seed: int) -> Iterator[Int[Tensor, " draw galaxy"]]:
    galaxies = columns.shape[-1]
    rng = np.random.default_rng(seed)
    at_once = max(1, CHUNK // columns.numel())
    for start in range(0, draws, at_once):
        yield torch.from_numpy(rng.integers(galaxies, size=(min(at_once, draws - start), galaxies)))


def _summary(sample: Float[Tensor, "*target"], drawn: Float[Tensor, "*target draw"], level: float) -> BootstrapInterval:
    value, numbers = sample.numpy(), drawn.numpy()
    undefined = np.isnan(value) | (np.isfinite(numbers).sum(-1) < 2)
    kept = np.where(undefined[..., None], 0.0, numbers)
    low, high = np.nanquantile(kept, [(1 - level) / 2, (1 + level) / 2], axis=-1)
    error = np.nanstd(kept, axis=-1, ddof=1)
    return BootstrapInterval(value, *(np.where(undefined, np.nan, number) for number in (low, high, error)))
