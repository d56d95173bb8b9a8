"""What metrics of classification are taken over: probabilities of classes, and the true ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from jaxtyping import Float, Int
    from torch import Tensor

# By how much a row may miss a sum of 1: probabilities may have been rounded to bfloat16.
TOLERANCE = 0.01


def checked(
    probabilities: Float[Tensor, "sample class"], labels: Int[Tensor, " sample"]
) -> tuple[Float[Tensor, "sample class"], Int[Tensor, " sample"]]:
    """Refuse what no metric of classification can be taken of.

    Args:
        probabilities: Of each class.
        labels: True classes.

    Returns:
        Probabilities in float32 at least, NaN where they were, and labels as 64-bit integers.

    Raises:
        ValueError: If shapes do not belong together, a label is no class, or rows do not sum to 1 as logits do not.
    """
    if probabilities.ndim != 2 or labels.shape != probabilities.shape[:1]:
        raise ValueError(
            f"probabilities have shape {list(probabilities.shape)}, labels {list(labels.shape)}; "
            "expected [sample, class] and [sample]"
        )
    values = probabilities.to(torch.promote_types(probabilities.dtype, torch.float32))
    if len(labels):
        _check_labels(labels, probabilities.shape[1])
        _check_sums(values)
    return values, labels.long()


def _check_labels(labels: Tensor, classes: int) -> None:
    if labels.is_floating_point():
        raise ValueError(f"labels are {labels.dtype}; expected whole numbers; leave rows without a label out")
    lowest, highest = int(labels.min()), int(labels.max())
    if lowest < 0 or highest >= classes:
        raise ValueError(
            f"labels run from {lowest} to {highest}; expected 0 to {classes - 1}, as there are {classes} classes"
        )


def _check_sums(values: Tensor) -> None:
    sums = values.sum(1)
    if (values < -TOLERANCE).any() or ((sums - 1).abs() > TOLERANCE).any():
        raise ValueError(
            f"probabilities run from {values.min():.3g} to {values.max():.3g} and rows sum to {sums.min():.3g} to "
            f"{sums.max():.3g}; expected 0 to 1 and a sum of 1; apply a softmax"
        )
