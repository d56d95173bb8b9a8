"""How much of the spread of repeated experiments comes from the split, and how much from the training."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import stats

if TYPE_CHECKING:
    from collections.abc import Sequence


class NestedVariance(NamedTuple):
    """Variance components of scores of several trainings on each of several splits.

    Attributes:
        mean: Of all scores.
        split_variance: Of the expectation of a split's score; 0 where the estimate came out negative.
        training_variance: Of scores within a split.
        split_estimate: The estimate as it came out, negative where splits differ less than trainings let expect.
        f: Mean square between over mean square within.
        p_value: Of an F at least as large where splits do not differ at all.
        splits: Number of them.
        scores: Number of them.
    """

    mean: float
    split_variance: float
    training_variance: float
    split_estimate: float
    f: float
    p_value: float
    splits: int
    scores: int

    @property
    def redrawn_sd(self) -> float:
        """Standard deviation of scores for which split and training are both drawn anew each time."""
        return math.sqrt(self.split_variance + self.training_variance)


def nested_variance(scores: Sequence[Sequence[float]]) -> NestedVariance:
    """Part the variance of scores between splits and trainings, one-way analysis of variance with random effects.

    score_ij = mean + split_i + training_ij, with k trainings of each split:
    sigma_split^2 = (MS_between - MS_within) / k and sigma_training^2 = MS_within. With n_i trainings of split i of N in
    all, k is (N - sum(n_i^2) / N) / (splits - 1), which is n where all n_i are n.

    With five splits sigma_split itself is known to a third at best. The estimate is negative about every other time
    where splits do not differ; it is then reported as 0, and as it came out in `split_estimate`. F and its p-value
    assume Gaussian effects of equal variance; what seeds have in common from split to split is not modeled.

    Args:
        scores: One sequence a split, with the score of each training on it.

    Returns:
        The components. Where no two trainings differ F is infinite, or NaN where the splits do not differ either.

    Raises:
        ValueError: For fewer than two splits, a split without a score, no split with two, or a score that is not
            finite.

    Example:
        >>> found = nested_variance([[1.0, 3.0], [5.0, 7.0]])
        >>> found.split_variance, found.training_variance, found.f
        (7.0, 2.0, 8.0)
    """
    groups = [np.asarray(split, dtype=np.float64) for split in scores]
    _check(groups)
    sizes = np.array([len(group) for group in groups])
    everything = np.concatenate(groups)
    between_freedom, within_freedom = len(groups) - 1, int(sizes.sum()) - len(groups)
    means = np.array([group.mean() for group in groups])
    between = float(np.sum(sizes * (means - everything.mean()) ** 2)) / between_freedom
    within = sum(float(np.sum((group - group.mean()) ** 2)) for group in groups) / within_freedom
    k = (sizes.sum() - np.sum(sizes**2) / sizes.sum()) / between_freedom
    estimate = float((between - within) / k)
    f = between / within if within > 0 else math.inf if between > 0 else math.nan
    p_value = float(stats.f.sf(f, between_freedom, within_freedom))
    numbers = len(groups), len(everything)
    return NestedVariance(float(everything.mean()), max(estimate, 0.0), within, estimate, f, p_value, *numbers)


def _check(groups: list[np.ndarray]) -> None:
    sizes = [len(group) for group in groups]
    if len(sizes) < 2 or min(sizes) < 1 or max(sizes) < 2:
        raise ValueError(
            f"{len(sizes)} splits have {sizes} scores; give two splits or more, each with a score and one with several"
        )
    if not np.isfinite(np.concatenate(groups)).all():
        raise ValueError(f"scores {[group.tolist() for group in groups]} are not all finite; leave out what failed")
