"""Losses that want a single number of each target."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import nn

from galexp.loss.base import Likelihood, check_outputs, precise

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor


class Point(Likelihood):
    """One output per target, which is the prediction.

    Args:
        loss: Of (preds, target), both with axes batch and target, such as `RMSELoss` or `torch.nn.HuberLoss`.
    """

    outputs = 1
    columns = ("pred",)

    def __init__(self, loss: nn.Module) -> None:
        super().__init__()
        self.loss = loss

    def read(self, outputs: Float[Tensor, "batch target 1"]) -> Float[Tensor, "batch target 1"]:
        """Return the outputs as they are."""
        return precise(outputs)

    def forward(
        self, outputs: Float[Tensor, "batch target 1"], target: Float[Tensor, "batch target"]
    ) -> Float[Tensor, ""]:
        """Return the loss of the predictions.

        Raises:
            ValueError: If the shapes do not belong together.
        """
        check_outputs(outputs, target, self.outputs)
        return self.loss(precise(outputs[..., 0]), target)

    def start(self, mean: Float[Tensor, " target"], std: Float[Tensor, " target"]) -> Float[Tensor, "target 1"]:
        """Return the mean."""
        return mean[:, None]
