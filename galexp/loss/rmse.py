"""Root mean squared error as a loss."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import distributed, nn

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor

# The root has an infinite slope at zero.
EPSILON = 1e-12


def rmse(preds: Float[Tensor, "*shape"], target: Float[Tensor, "*shape"]) -> Float[Tensor, ""]:
    """Compute the root of the mean squared error over a batch.

    sqrt(mean((preds - target)^2) + 1e-12), the mean being over rows and, where there are several, over targets: a
    target with a larger spread weighs more. The mean of this over batches is not the RMSE of a sample, but less.

    Args:
        preds: Predictions, of any precision; the error is taken in float32 at least.
        target: True values, all finite: rows without a target are to be left out before.

    Returns:
        The loss in the unit of the target; NaN if anything is NaN. Its gradient is finite everywhere.

    Raises:
        ValueError: If the shapes differ, which would broadcast.

    Example:
        >>> rmse(torch.tensor([3.0, 0.0]), torch.tensor([0.0, 4.0])).square().item()
        12.5
    """
    return (_mean_square(preds, target) + EPSILON).sqrt()


class RMSELoss(nn.Module):
    """Root mean squared error that several ranks share.

    Each rank divides the slope of its own mean square by the root over all ranks: the average of the ranks' gradients
    is then the gradient of the RMSE over the global batch, and not of the mean of the ranks' roots. The batches of all
    ranks are taken to be of one size. Without a gradient (in validation) or on one rank it is `rmse`.
    """

    def forward(self, preds: Float[Tensor, "*shape"], target: Float[Tensor, "*shape"]) -> Float[Tensor, ""]:
        """Return the loss, whose value is the RMSE over all ranks."""
        if not (preds.requires_grad and distributed.is_available() and distributed.is_initialized()):
            return rmse(preds, target)
        mean_square = _mean_square(preds, target)
        shared = mean_square.detach().clone()
        distributed.all_reduce(shared)
        root = (shared / distributed.get_world_size() + EPSILON).sqrt()
        return root + (mean_square - mean_square.detach()) / (2 * root)


def _mean_square(preds: Tensor, target: Tensor) -> Tensor:
    if preds.shape != target.shape:
        raise ValueError(f"preds have shape {list(preds.shape)}, target {list(target.shape)}; they must be equal")
    precision = torch.promote_types(preds.dtype, torch.float32)
    return (preds.to(precision) - target.to(precision)).square().mean()
