"""How large a network is, and how much memory one more image of a training batch costs; nothing is computed."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

if TYPE_CHECKING:
    from torch import Tensor

_COPIES = 4
_BATCHES = (2, 4)


@dataclass(frozen=True)
class NetworkSize:
    """Numbers to set beside a training set and a machine's memory.

    The memory of an image is what one more of a training batch costs, in the precision of the parameters: the bytes
    of all that automatic differentiation keeps between the forward and the backward pass, which are the storages of
    the saved tensors, each once, without those of parameters and buffers; of a batch of 4 less that of 2, halved. The
    normalized image is among them, and so are the indices of a maximum, at 8 bytes each. Gradients of activations and
    work space come while these go: on a CPU the peak of a training step was found to grow by 0.91 to 1.04 of it for
    an image more. Under bfloat16 autocast roughly half is left.

    Attributes:
        parameters: All, whether they are trained or frozen.
        head_parameters: Those on which the last feature map does not depend; None where the network shows no map.
        num_features: Channels of the last feature map; None likewise.
        map_side: Its side [pixel]; None where there is no map, as in a network of tokens.
        bytes_per_image: What one more image of the batch costs in training.
        fixed_bytes: See :func:`fixed_bytes`.

    Example:
        >>> class Brightness(nn.Sequential):
        ...     in_chans = 1
        >>> network = Brightness(nn.Conv2d(1, 2, 3, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(2 * 8 * 8, 1))
        >>> image, activated = 4 * 1 * 8 * 8, 4 * 2 * 8 * 8  # for the convolution; for ReLU and the linear layer
        >>> network_size(network, image_size=8).bytes_per_image == image + activated
        True
    """

    parameters: int
    head_parameters: int | None
    num_features: int | None
    map_side: int | None
    bytes_per_image: int
    fixed_bytes: int


def network_size(network: nn.Module, image_size: int) -> NetworkSize:
    """Measure a network, as if all of it were trained, on a copy without content on torch's meta device.

    Args:
        network: With `in_chans`.
        image_size: Side of the images [pixel].

    Raises:
        ValueError: If the network does not take an image of this side.
    """
    shadow: Any = copy.deepcopy(network).to("meta").requires_grad_().train()
    try:
        (few, features), (more, _) = (_forward(shadow, batch, image_size) for batch in _BATCHES)
    except Exception as error:  # Torch, timm and a network of the user's raise what they like.
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise ValueError(f"an image of {image_size} px does not fit {type(network).__name__} ({reason})") from error
    is_map = features is not None and features.ndim == 4 and features.shape[1] == shadow.num_features
    return NetworkSize(
        parameters=parameter_count(network),
        head_parameters=None if features is None else _head_parameters(shadow, features),
        num_features=None if features is None else int(shadow.num_features),
        map_side=features.shape[-1] if features is not None and is_map else None,
        bytes_per_image=(more - few) // (_BATCHES[1] - _BATCHES[0]),
        fixed_bytes=fixed_bytes(network),
    )


def parameter_count(network: nn.Module) -> int:
    """Return the number of parameters; buffers, such as running statistics, are none.

    Example:
        >>> parameter_count(nn.Linear(3, 2))
        8
    """
    return sum(parameter.numel() for parameter in network.parameters())


def fixed_bytes(network: nn.Module) -> int:
    """Return what training holds whatever the batch: weights, gradients and the two moments of Adam.

    4 x 4 bytes a parameter. SGD with momentum needs three quarters of it, SGD alone a half; Ranger, whose Lookahead
    keeps a copy more, five quarters.

    Example:
        >>> fixed_bytes(nn.Linear(3, 2))
        128
    """
    return _COPIES * sum(parameter.numel() * parameter.element_size() for parameter in network.parameters())


def _forward(network: Any, batch: int, side: int) -> tuple[int, Tensor | None]:
    """Send a batch through; return the bytes that are kept for the backward pass, and the last feature map."""
    held = {_storage(tensor) for tensor in (*network.parameters(), *network.buffers())}
    images = torch.zeros(batch, int(network.in_chans), side, side, device="meta")
    kept: list[Tensor] = []

    def keep(tensor: Tensor) -> Tensor:
        kept.append(tensor)
        return tensor

    features = None
    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        if hasattr(network, "forward_features"):
            features = network.forward_features(images)
            network.forward_head(features)
        else:
            network(images)
    sizes = {_storage(tensor): tensor.untyped_storage().nbytes() for tensor in kept}
    return sum(size for storage, size in sizes.items() if storage not in held), features


def _storage(tensor: Tensor) -> int:
    """Return what tells two storages apart on the meta device, where none has an address."""
    return tensor.untyped_storage()._cdata


def _head_parameters(network: nn.Module, features: Tensor) -> int:
    parameters = list(network.parameters())
    gradients: Sequence[Tensor | None] = torch.autograd.grad(features.sum(), parameters, allow_unused=True)
    return sum(parameter.numel() for parameter, gradient in zip(parameters, gradients, strict=True) if gradient is None)
