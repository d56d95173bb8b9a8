"""The last layer of a network: in float32 whatever the rest is, and started at the mean of the targets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

import torch
import torch.nn.functional as F
from torch import nn

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor


class Float32Linear(nn.Linear):
    """Linear layer that leaves autocast for its own product.

    bfloat16 has a spacing of 0.06 near 9: a metallicity would be rounded by more than its error. It takes over the
    parameters and buffers of another layer, so that names in a checkpoint stay what they were.

    Args:
        linear: Layer whose weight, bias and buffers it shares.
    """

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__(linear.in_features, linear.out_features, bias=linear.bias is not None, device="meta")
        self.weight, self.bias = linear.weight, linear.bias
        for name, buffer in linear.named_buffers(recurse=False):
            self.register_buffer(name, buffer)

    def forward(self, input: Float[Tensor, "*batch feature"]) -> Float[Tensor, "*batch output"]:
        """Apply the layer in the precision of its parameters."""
        with torch.autocast(device_type=input.device.type, enabled=False):
            return F.linear(input.to(self.weight.dtype), self.weight, self.bias)


def classify_in_float32(model: nn.Module) -> nn.Module:
    """Make the last layer of a network run in float32 under autocast, in place.

    Call it again after `reset_classifier`, which makes a new layer.

    Args:
        model: Network with `get_classifier()`.

    Returns:
        The same network, whose classifier is a `Float32Linear` of the same name with the same parameters.

    Raises:
        ValueError: If the classifier is not a linear layer.
    """
    classifier = _linear(cast(Any, model).get_classifier())
    name = next(name for name, module in model.named_modules() if module is classifier)
    model.set_submodule(name, Float32Linear(classifier))
    return model


@torch.no_grad()
def initialize_bias(classifier: nn.Module, target_mean: Sequence[float] | Float[Tensor, " output"]) -> None:
    """Set the last bias to the mean of the training targets, in place.

    A loss in the target's own unit would otherwise spend its first epochs on the offset.

    Args:
        classifier: Last layer of a network.
        target_mean: Mean of each target over the training set.

    Raises:
        ValueError: If the layer is not linear, has no bias, or has another number of outputs; or if a mean is not
            finite.
    """
    linear = _linear(classifier)
    if linear.bias is None:
        raise ValueError("the classifier has no bias to hold the mean of the targets; give it one or skip this step")
    mean = torch.as_tensor(target_mean, dtype=torch.float64)
    if mean.shape != linear.bias.shape:
        raise ValueError(f"target_mean has shape {list(mean.shape)}, the classifier {linear.out_features} outputs")
    if not mean.isfinite().all():
        raise ValueError(f"target_mean is {mean.tolist()}; leave rows without a target out of the mean")
    linear.bias.copy_(mean)


def _linear(classifier: nn.Module) -> nn.Linear:
    if not isinstance(classifier, nn.Linear):
        raise ValueError(f"the classifier is {type(classifier).__name__}; expected a Linear (is num_classes 0?)")
    return classifier
