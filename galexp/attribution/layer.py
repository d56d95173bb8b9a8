"""The layers of a network whose output is a map, of which Grad-CAM can be made."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import nn

from galexp.attribution.output import Explained
from galexp.config import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from torch import Tensor

_FEWEST_CELLS = 2
_NO_MAP = (nn.Softmax, nn.Dropout)
_PIXELS = "explain.methods=[saliency,integrated_gradients], which need none"


class SpatialLayer(NamedTuple):
    """A layer that gives a map.

    Attributes:
        name: Within the network, as ``explain.layer`` takes it.
        channels: Of the map.
        height: Of the map [cell].
        width: Of the map [cell].
    """

    name: str
    channels: int
    height: int
    width: int

    def __str__(self) -> str:
        return f"{self.name} ({self.height} x {self.width})"


@torch.no_grad()
def spatial_layers(explained: Explained, image: Tensor) -> list[SpatialLayer]:
    """Return the layers on the way from image to output whose output is a map, in the order in which they are passed.

    A map is a tensor [batch, channel, height, width] of at least two cells along each side, in the proportions of the
    image. Attention holds none: its heads and weights are tensors of tokens. A network that keeps channels last, as its
    ``output_fmt`` says in timm, has maps of its convolutions alone, and nothing has one after global pooling.

    Args:
        explained: The network.
        image: One of those that it sees, [1, band, height, width].

    Example:
        >>> from galexp.model.normalize import NormalizedModel
        >>> from galexp.model.small_cnn import SmallCNN
        >>> network = NormalizedModel(SmallCNN(width=2, depth=2), [0.5] * 3, [1.0] * 3)
        >>> layers = spatial_layers(Explained(network, ["target"]), torch.zeros(1, 3, 16, 16))
        >>> str(layers[0]), str(layers[-1])
        ('blocks.0.0 (16 x 16)', 'blocks (4 x 4)')
    """
    found: dict[str, SpatialLayer] = {}
    model = explained.network.model

    def watch(name: str) -> Callable[[nn.Module, tuple[Tensor, ...], object], None]:
        def see(module: nn.Module, inputs: tuple[Tensor, ...], output: object) -> None:
            if isinstance(output, torch.Tensor) and _is_map(output, image):
                found[name] = SpatialLayer(name, *map(int, output.shape[1:]))

        return see

    hooks = [module.register_forward_hook(watch(name)) for name, module in _may_have_map(model)]
    try:
        explained(image)
    finally:
        for hook in hooks:
            hook.remove()
    return list(found.values())


def _is_map(output: Tensor, image: Tensor) -> bool:
    if output.ndim != 4 or len(output) != len(image):
        return False
    height, width = output.shape[2:]
    return min(height, width) >= _FEWEST_CELLS and height * image.shape[-1] == width * image.shape[-2]


def _may_have_map(model: nn.Module) -> Iterator[tuple[str, nn.Module]]:
    """Yield layers by name, without those whose output can have four axes and the shape of a map by accident."""
    layers = dict(model.named_modules())
    attention = tuple(f"{name}." for name, layer in layers.items() if name and "Attention" in type(layer).__name__)
    are_channels_last = any(getattr(layer, "output_fmt", None) == "NHWC" for layer in layers.values())
    for name, layer in layers.items():
        is_read = isinstance(layer, nn.Conv2d) if are_channels_last else not isinstance(layer, _NO_MAP)
        if name and is_read and not name.startswith(attention):
            yield name, layer


def find_layer(explained: Explained, name: str | None, image: Tensor) -> nn.Module:
    """Return the layer whose map Grad-CAM is made of.

    Args:
        explained: The network.
        name: Of a layer; None for the last feature map, what ``forward_features`` gives.
        image: One of those that the network sees, [1, band, height, width].

    Raises:
        ValueError: for a name that is not of a layer on the way or whose output is no map, and where the network has no
            last feature map; the message names the layers that have one.
    """
    layers = spatial_layers(explained, image)
    if name is None:
        _check_last_map(explained, image, layers)
        return explained.map
    if name not in {layer.name for layer in layers}:
        is_there = name in dict(explained.network.model.named_modules())
        fault = "gives no map on the way to the output of" if is_there else "is no layer of"
        hint = nearest(name, [layer.name for layer in layers])
        hint = f" ({hint})" if hint.startswith("did you mean") else ""
        kind = type(explained.network.model).__name__
        raise ValueError(f"explain.layer is {name!r}, which {fault} {kind}; {_choice(layers)}{hint}")
    return explained.network.model.get_submodule(name)


@torch.no_grad()
def _check_last_map(explained: Explained, image: Tensor, layers: list[SpatialLayer]) -> None:
    network = explained.network
    kind = type(network.model).__name__
    if not hasattr(network.model, "forward_features"):
        raise ValueError(f"{kind} has no forward_features that would give its last feature map; {_choice(layers)}")
    shape = list(network.forward_features(image.contiguous(memory_format=torch.channels_last)).shape)
    if len(shape) != 4 or shape[1] != network.num_features:
        raise ValueError(
            f"{kind} gives features of shape {shape}, which are no map [image, {network.num_features}, height, width], "
            f"so that Grad-CAM has no last feature map to show; {_choice(layers)}"
        )
    if min(shape[2:]) < _FEWEST_CELLS:
        raise ValueError(
            f"the last feature map of {kind} has {shape[2]} x {shape[3]} cells at {image.shape[-1]} px and shows no "
            f"place; {_choice(layers)}"
        )


def _choice(layers: list[SpatialLayer]) -> str:
    """Name the last layer of each size of map, the coarsest first."""
    if not layers:
        return f"no layer of it gives a map: set {_PIXELS}"
    last = {(layer.height, layer.width): layer for layer in layers}
    names = ", ".join(str(layer) for layer in sorted(last.values(), key=lambda layer: layer.height))
    return f"set explain.layer to one with a map, such as {names}, or {_PIXELS}"
