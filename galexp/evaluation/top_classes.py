"""What the probabilities of classes in an order say of one image: the first few, the spread, how sure they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.stats import entropy, percentileofscore

if TYPE_CHECKING:
    from jaxtyping import Float, Int64, UInt8

STATISTICS = ("mean", "median", "spread")
"""Of the pixels of an image, in the order of :func:`brightness`."""


class TopClasses(NamedTuple):
    """The classes of each image, and how sure they are.

    Attributes:
        classes: The most probable ones, the first of them first.
        shares: Their probabilities.
        entropy: -sum p ln p [nat]; 0 for one class alone, ln(classes) for all alike.
        mean: sum p t over classes, in the unit of the values.
        spread: sqrt(sum p (t - mean)^2), likewise.
    """

    classes: Int64[np.ndarray, "image place"]
    shares: Float[np.ndarray, "image place"]
    entropy: Float[np.ndarray, " image"]
    mean: Float[np.ndarray, " image"]
    spread: Float[np.ndarray, " image"]


def top_classes(
    probabilities: Float[np.ndarray, "image class"], values: Float[np.ndarray, " class"], most: int
) -> TopClasses:
    """Return the most probable classes of each image, the first of those that tie first, and mean and spread.

    Of an image unlike any that was learned from, a network may be as sure as of any other: neither the entropy nor the
    spread is an error.

    Args:
        probabilities: Of each class, 1 in sum.
        values: What each class stands for, such as a time.
        most: Classes of each image.

    Raises:
        ValueError: for other than one value a class, or fewer than one class asked for.

    Example:
        >>> found = top_classes(np.array([[0.25, 0.0, 0.75]]), np.array([0.0, 5.0, 10.0]), most=2)
        >>> found.classes.tolist(), found.shares.tolist(), found.mean.tolist()
        ([[2, 0]], [[0.75, 0.25]], [7.5])
    """
    if len(values) != probabilities.shape[1] or most < 1:
        raise ValueError(
            f"{probabilities.shape[1]} classes have {len(values)} values, and {most} are asked for; give a value a "
            "class, and ask for one or more"
        )
    order = np.argsort(-probabilities, axis=1, kind="stable")[:, :most]
    mean = probabilities @ values
    square = probabilities @ values**2 - mean**2
    found = np.take_along_axis(probabilities, order, axis=1)
    return TopClasses(order, found, entropy(probabilities, axis=1), mean, np.sqrt(np.maximum(square, 0)))


def brightness(image: UInt8[np.ndarray, "height width band"]) -> Float[np.ndarray, " statistic"]:
    """Return mean, median and standard deviation of the pixels of an image [8-bit counts].

    Example:
        >>> brightness(np.array([[[0], [0]], [[0], [100]]], dtype=np.uint8)).round(1).tolist()
        [25.0, 0.0, 43.3]
    """
    return np.array([image.mean(), np.median(image), image.std()])


def ranks(
    values: Float[np.ndarray, "image statistic"], reference: Float[np.ndarray, "other statistic"]
) -> Float[np.ndarray, "image statistic"]:
    """Return the share of the reference that lies below each value, those that tie counted half.

    0 or 1 says that none of the reference is like it, by this one number; anything between does not say that one is.

    Args:
        values: Of images.
        reference: Of others, one or more.

    Raises:
        ValueError: for no reference, or another number of statistics.

    Example:
        >>> ranks(np.array([[2.0], [9.0]]), np.array([[1.0], [2.0], [3.0], [4.0]])).tolist()
        [[0.375], [1.0]]
    """
    if not len(reference) or values.shape[1:] != reference.shape[1:]:
        raise ValueError(
            f"values of shape {values.shape} are ranked among {reference.shape}; give the same statistics of both"
        )
    columns = [percentileofscore(reference[:, k], values[:, k], kind="mean") / 100 for k in range(values.shape[1])]
    return np.stack(columns, axis=1)
