"""Metrics that need the whole sample at once, gathered over batches and ranks."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any

import torch
from torchmetrics import Metric
from torchmetrics.utilities import dim_zero_cat

from galexp.metric.regression import nmad

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor


class SampleMetric(Metric):
    """Keep every prediction and true value until the sample is whole.

    Attributes:
        preds: Predictions so far, a list of batches.
        target: True values so far.
    """

    is_differentiable = False
    higher_is_better = False
    full_state_update = False
    preds: list[Tensor]
    target: list[Tensor]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.add_state("preds", default=[], dist_reduce_fx="cat")
        self.add_state("target", default=[], dist_reduce_fx="cat")

    def update(self, preds: Float[Tensor, " batch *target"], target: Float[Tensor, " batch *target"]) -> None:
        """Add a batch.

        Args:
            preds: Predictions.
            target: True values.

        Raises:
            ValueError: If the shapes differ.
        """
        if preds.shape != target.shape:
            raise ValueError(f"preds have shape {list(preds.shape)}, target {list(target.shape)}; they must be equal")
        self.preds.append(preds.detach().to(torch.promote_types(preds.dtype, torch.float32)))
        self.target.append(target.detach())

    def gathered(self) -> tuple[Float[Tensor, " sample *target"], Float[Tensor, " sample *target"]]:
        """Return the predictions and true values of all batches and, inside `compute`, of all ranks."""
        return dim_zero_cat(self.preds), dim_zero_cat(self.target)

    @abstractmethod
    def compute(self) -> Float[Tensor, "*target"]:
        """Compute the metric of the whole sample."""


class NMAD(SampleMetric):
    """Normalized median absolute deviation of the residuals, as `galexp.metric.regression.nmad`.

    Args:
        **kwargs: What every torchmetrics metric takes.

    Example:
        >>> metric = NMAD()
        >>> metric.update(torch.tensor([1.0, 1.0]), torch.zeros(2))
        >>> metric.update(torch.tensor([1.0]), torch.zeros(1))
        >>> metric.compute().item()
        0.0
    """

    def compute(self) -> Float[Tensor, "*target"]:
        """Return one number a target, in its unit."""
        return nmad(*self.gathered())
