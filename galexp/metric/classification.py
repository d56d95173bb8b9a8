"""Metrics of classification, each over the rows of a sample.

Probabilities are numbers from 0 to 1 that sum to 1 over classes; labels are whole numbers from 0. Every function raises
a ValueError for what is not: logits, a label without a class, shapes that do not belong together. Rows without a label
are to be left out before. Every function gives NaN for no rows, or if any probability is NaN. The predicted class is
the most probable one, the first of those that tie.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F

from galexp.metric.labeled import checked
from galexp.metric.ranking import area_under_precision, area_under_roc

if TYPE_CHECKING:
    from collections.abc import Callable

    from jaxtyping import Float, Int
    from torch import Tensor

    Probabilities = Float[Tensor, "sample class"]
    Labels = Int[Tensor, " sample"]
    Scalar = Float[Tensor, ""]

BINS = 15


def accuracy(probabilities: Probabilities, labels: Labels) -> Scalar:
    """Compute the share of rows whose most probable class is the true one.

    With rare classes it flatters: what calls nothing rare is right as often as the frequent class occurs.

    Args:
        probabilities: Of each class.
        labels: True classes.

    Raises:
        ValueError: As the module says.

    Example:
        >>> accuracy(torch.tensor([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4], [0.6, 0.4]]), torch.tensor([0, 1, 1, 1])).item()
        0.5
    """
    return within_k(probabilities, labels, k=0)


def balanced_accuracy(probabilities: Probabilities, labels: Labels) -> Scalar:
    """Compute the mean, over classes that occur, of the share of their rows that are found.

    One over the number of classes for any prediction that does not depend on the galaxy.

    Args:
        probabilities: Of each class.
        labels: True classes.

    Raises:
        ValueError: As the module says.

    Example:
        Of the first class all are found, of the second a third:

        >>> probabilities = torch.tensor([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4], [0.6, 0.4]])
        >>> round(balanced_accuracy(probabilities, torch.tensor([0, 1, 1, 1])).item(), 4)
        0.6667
    """
    probabilities, labels = checked(probabilities, labels)
    found = _within(probabilities, labels, 0)
    return torch.stack([found[labels == label].mean() for label in labels.unique()] or [found.mean()]).mean()


def mean_absolute_class_error(probabilities: Probabilities, labels: Labels) -> Scalar:
    """Compute by how many classes the most probable one is off, mean |argmax p - label|, for ordered classes.

    With classes that are equal steps in time, times the step it is an error in time.

    Args:
        probabilities: Of each class.
        labels: True classes.

    Raises:
        ValueError: As the module says.

    Example:
        >>> mean_absolute_class_error(torch.eye(4)[[0, 3]], torch.tensor([0, 1])).item()
        1.0
    """
    return _distance(*checked(probabilities, labels)).mean()


def within_k(probabilities: Probabilities, labels: Labels, k: int = 1) -> Scalar:
    """Compute the share of rows whose most probable class is at most k classes off, for ordered classes.

    Args:
        probabilities: Of each class.
        labels: True classes.
        k: How far off still counts.

    Raises:
        ValueError: As the module says.

    Example:
        >>> within_k(torch.eye(4)[[0, 3, 2, 3]], torch.tensor([0, 1, 1, 2]), k=1).item()
        0.75
    """
    return _within(*checked(probabilities, labels), k).mean()


def log_loss(probabilities: Probabilities, labels: Labels) -> Scalar:
    """Compute the mean of minus the logarithm of the probability of the true class.

    Guessing among C classes has log(C). One row that was called impossible would make it infinite: a probability below
    the spacing of the numbers at 1 counts as that spacing, 1.2e-7 in float32, as in scikit-learn.

    Args:
        probabilities: Of each class.
        labels: True classes.

    Returns:
        In nat.

    Raises:
        ValueError: As the module says.

    Example:
        >>> round(log_loss(torch.full((5, 4), 0.25), torch.tensor([0, 1, 2, 3, 3])).exp().item(), 6)
        4.0
    """
    probabilities, labels = checked(probabilities, labels)
    true = probabilities.gather(1, labels[:, None])
    return -true.clamp(min=torch.finfo(true.dtype).eps).log().mean()


def brier(probabilities: Probabilities, labels: Labels) -> Scalar:
    """Compute the Brier score, half the mean squared distance of the probabilities from the truth.

    mean(sum over classes of (p - [class is true])^2) / 2: from 0 to 1, and with two classes mean (p - y)^2 of one of
    them, so that a tossed coin has 1/4. Brier's own definition lacks the half.

    Args:
        probabilities: Of each class.
        labels: True classes.

    Raises:
        ValueError: As the module says.

    Example:
        >>> brier(torch.tensor([[0.5, 0.5], [1.0, 0.0]]), torch.tensor([0, 1])).item()
        0.625

    References:
        Brier 1950, Monthly Weather Review 78, 1.
    """
    probabilities, labels = checked(probabilities, labels)
    truth = F.one_hot(labels, probabilities.shape[1])
    return (probabilities - truth).square().sum(1).mean() / 2


def roc_auc(probabilities: Probabilities, labels: Labels) -> Scalar:
    """Compute the area under the receiver operating characteristic: how often a member is ranked above another row.

    P(p of a member > p of a non-member) + P(equal) / 2: 0.5 by chance, however rare the class is. With two classes the
    last is the one to be found; with more it is the mean over classes that occur, each against the rest.

    Args:
        probabilities: Of each class.
        labels: True classes.

    Returns:
        In [0, 1]; NaN also where only one class occurs.

    Raises:
        ValueError: As the module says.

    Example:
        Three of four pairs are in order:

        >>> positive = torch.tensor([0.1, 0.4, 0.35, 0.8])
        >>> roc_auc(torch.stack([1 - positive, positive], 1), torch.tensor([0, 0, 1, 1])).item()
        0.75
    """
    return _one_against_rest(area_under_roc, probabilities, labels)


def average_precision(probabilities: Probabilities, labels: Labels) -> Scalar:
    """Compute the average precision, the sum over thresholds of (R_n - R_(n-1)) P_n with recall R and precision P.

    The precision of a search that goes down the ranking, averaged over the members that it finds: by chance the share
    of members. Classes as in `roc_auc`.

    Args:
        probabilities: Of each class.
        labels: True classes.

    Returns:
        In [0, 1]; NaN also where only one class occurs.

    Raises:
        ValueError: As the module says.

    Example:
        Members in the first and third place, found with precision 1 and 2/3:

        >>> positive = torch.tensor([0.1, 0.4, 0.35, 0.8])
        >>> probabilities = torch.stack([1 - positive, positive], 1)
        >>> round(average_precision(probabilities, torch.tensor([0, 0, 1, 1])).item(), 4)
        0.8333
    """
    return _one_against_rest(area_under_precision, probabilities, labels)


def expected_calibration_error(probabilities: Probabilities, labels: Labels, bins: int = BINS) -> Scalar:
    """Compute how far confidence and accuracy are apart, sum over bins of n / N |accuracy - mean confidence|.

    The confidence is the probability of the most probable class; bins have equal width from 0 to 1, each with its upper
    edge. Chance alone keeps it from 0: with n rows in a bin by some 0.8 sqrt(p (1 - p) / n). And what predicts the
    frequencies of the classes for every row has 0 without knowing anything.

    Args:
        probabilities: Of each class.
        labels: True classes.
        bins: Their number.

    Raises:
        ValueError: As the module says.

    Example:
        Four times 0.75 sure, and right twice:

        >>> probabilities = torch.tensor([[0.75, 0.25]]).expand(4, 2)
        >>> expected_calibration_error(probabilities, torch.tensor([0, 0, 1, 1])).item()
        0.25

    References:
        Guo et al. 2017, ICML, for the definition with bins of equal width.
    """
    probabilities, labels = checked(probabilities, labels)
    excess = probabilities.amax(1) - _within(probabilities, labels, 0)
    place = (probabilities.amax(1).nan_to_num() * bins).ceil().long().clamp(1, bins) - 1
    return excess.new_zeros(bins).index_add(0, place, excess).abs().sum() / len(labels)


def _one_against_rest(area: Callable[[Tensor, Tensor], Tensor], probabilities: Tensor, labels: Tensor) -> Tensor:
    probabilities, labels = checked(probabilities, labels)
    occurring = labels.unique()
    if len(occurring) < 2 or probabilities.isnan().any():
        return probabilities.new_full((), torch.nan)
    sought = occurring[1:] if probabilities.shape[1] == 2 else occurring
    return area(probabilities[:, sought], labels[:, None] == sought).mean().to(probabilities.dtype)


def _within(probabilities: Tensor, labels: Tensor, k: int) -> Tensor:
    distance = _distance(probabilities, labels)
    return torch.where(distance.isnan(), distance, (distance <= k).to(distance.dtype))


def _distance(probabilities: Tensor, labels: Tensor) -> Tensor:
    distance = (probabilities.argmax(1) - labels).abs().to(probabilities.dtype)
    return distance.masked_fill(probabilities.isnan().any(1), torch.nan)
