"""Two networks on the same galaxies, and a result beside a published one."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from galexp.evaluation.bootstrap import BootstrapInterval

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jaxtyping import Float

    Losses = Float[np.ndarray, "galaxy member"]

# Counts of draws held at once, which bounds the memory to some 100 MB.
CHUNK = 8_000_000


def mean_scores(losses: Losses, is_root: bool) -> Float[np.ndarray, " member"]:
    """Return the mean loss of each member over the galaxies that it has, or the root of it.

    Args:
        losses: One a galaxy and member, NaN where a member did not predict a galaxy.
        is_root: Whether a score is sqrt(mean), as an RMSE of squared errors, or the mean itself.

    Returns:
        NaN for a member without a galaxy.

    Example:
        >>> mean_scores(np.array([[9.0, 1.0], [25.0, np.nan]]), is_root=True).round(4).tolist()
        [4.1231, 1.0]
    """
    return _weighted(np.ones((1, len(losses))), losses, is_root)[0]


def paired_difference(
    first: Losses, second: Losses, is_root: bool, draws: int = 1000, seed: int = 0, level: float = 0.68
) -> BootstrapInterval:
    """Bootstrap the mean over members of the difference of their scores, s(first) - s(second), on the same galaxies.

    A member is a pair of networks, such as those of one seed. Every draw takes galaxies anew, with replacement, and
    gives all members and both sides the same: what makes a galaxy hard for everybody cancels. The interval holds the
    chance of which galaxies were tested; what other trainings would change shows in the spread over members. With one
    member and squared errors it is :func:`galexp.evaluation.bootstrap.paired_bootstrap_difference` of the RMSE.

    Args:
        first: Losses of one side.
        second: Losses of the other, for the same galaxies and members; NaN in the same places.
        is_root: As in :func:`mean_scores`.
        draws: Of the bootstrap; fewer than two give no interval.
        seed: Of the draws.
        level: Share of the draws inside the interval.

    Returns:
        Difference, interval and standard error. Draws that leave a member without a galaxy are not counted; interval
        and error are NaN where fewer than two are left.

    Raises:
        ValueError: If the shapes differ, there are no galaxies or members, or NaN stand in other places.

    Example:
        >>> paired_difference(np.full((5, 2), 9.0), np.full((5, 2), 4.0), is_root=True, draws=10).low.item()
        1.0
    """
    _check(first, second)
    value = np.mean(mean_scores(first, is_root) - mean_scores(second, is_root))
    drawn = [
        np.mean(_weighted(counts, first, is_root) - _weighted(counts, second, is_root), axis=1)
        for counts in _drawn_counts(len(first), draws, seed)
    ]
    known = np.concatenate([np.empty(0), *drawn])
    known = known[np.isfinite(known)]
    if len(known) < 2:
        return BootstrapInterval(value, *(np.array(np.nan) for _ in range(3)))
    low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2])
    return BootstrapInterval(value, np.asarray(low), np.asarray(high), np.asarray(np.std(known, ddof=1)))


def _check(first: Losses, second: Losses) -> None:
    if first.shape != second.shape or first.ndim != 2 or not first.size:
        raise ValueError(f"losses have shapes {first.shape} and {second.shape}; give the same galaxies and members")
    if not np.array_equal(np.isnan(first), np.isnan(second)):
        raise ValueError("a galaxy has a loss on one side alone; pair the galaxies that both sides predicted")


def _weighted(counts: Float[np.ndarray, "draw galaxy"], losses: Losses, is_root: bool) -> Float[np.ndarray, "d m"]:
    known = np.isfinite(losses)
    with np.errstate(invalid="ignore"):
        means = (counts @ np.where(known, losses, 0.0)) / (counts @ known.astype(np.float64))
    return np.sqrt(means) if is_root else means


def _drawn_counts(galaxies: int, draws: int, seed: int) -> Iterator[Float[np.ndarray, "draw galaxy"]]:
    """Yield how often each galaxy is drawn, for the same draws as those of `bootstrap_interval` with this seed."""
    rng = np.random.default_rng(seed)
    at_once = max(1, CHUNK // galaxies)
    for start in range(0, draws if draws > 1 else 0, at_once):
        number = min(at_once, draws - start)
        rows = rng.integers(galaxies, size=(number, galaxies)) + galaxies * np.arange(number)[:, None]
        counts = np.bincount(rows.ravel(), minlength=number * galaxies)
        yield counts.reshape(number, galaxies).astype(np.float64)


class Judged(NamedTuple):
    """How far a result is from a published one.

    Attributes:
        difference: Ours minus the published value.
        error: Of the difference; NaN where it cannot be told.
        in_errors: Difference over error.
    """

    difference: float
    error: float
    in_errors: float


def judge(
    value: float,
    bootstrap_error: float,
    training_spread: float,
    published: float,
    published_error: float = math.nan,
) -> Judged:
    """Compare a result with a published value, in units of what chance alone would change.

    error^2 = bootstrap_error^2 + training_spread^2 + published_error^2. The spread over trainings alone is some ten
    times too small: the paper tested other galaxies. So without a bootstrap error there is none of the difference. A
    spread that is not known, since there was one training, and an error that was not published are left out, and the
    difference then looks more certain than it is.

    Args:
        value: Ours, the mean over trainings.
        bootstrap_error: Over galaxies, of one training.
        training_spread: Sample standard deviation over trainings; NaN for one.
        published: Value.
        published_error: NaN where none was given.

    Example:
        >>> [round(number, 2) for number in judge(0.30, 0.03, 0.04, 0.20)]
        [0.1, 0.05, 2.0]
    """
    parts = [part for part in (training_spread, published_error) if math.isfinite(part)]
    error = math.hypot(bootstrap_error, *parts)
    difference = value - published
    return Judged(difference, error, difference / error if error > 0 else math.nan)
