"""Does a map depend on what the network learned? Its layers are made random, from the last to the first."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from scipy.stats import rankdata

from galexp.attribution.heat import enlarged
from galexp.loss.image import structural_similarity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jaxtyping import Float
    from torch import Tensor, nn

    from galexp.attribution.output import Explained

STAGES = 5


class Stage(NamedTuple):
    """How much of a network is random.

    Attributes:
        layers: The random layer that is nearest to the image.
        share: Share of the parameters that are random.
    """

    layers: str
    share: float


def ordered_layers(explained: Explained, image: Tensor) -> list[str]:
    """Return the layers that hold parameters or statistics of their own, in the order in which an image passes them.

    Args:
        explained: The network; the normalization of its input belongs to none of its layers.
        image: One of those that it sees, [1, band, height, width].
    """
    passed: list[str] = []
    model = explained.network.model
    hooks = []
    for name, module in model.named_modules():
        if module._parameters or module._buffers:
            hooks.append(module.register_forward_pre_hook(lambda module, inputs, name=name: passed.append(name)))
    try:
        with torch.no_grad():
            explained(image)
    finally:
        for hook in hooks:
            hook.remove()
    return list(dict.fromkeys(passed))


def cascade(explained: Explained, fresh: nn.Module, image: Tensor, stages: int = STAGES) -> Iterator[Stage]:
    """Make a network random from its output to its input, and stop after each part of it; in the end it is restored.

    First the last layer alone, then what lies before it in parts of about as many layers each, until all of them are
    as they are at the start of a training; what no layer on the way holds, such as the positions of a transformer's
    tokens, comes with the last part. A map that stays as it is while this happens shows edges of the image, not what
    was learned.

    Args:
        explained: The network, which is random meanwhile.
        fresh: One of the same kind that has learned nothing.
        image: One of those that it sees, [1, band, height, width].
        stages: To stop at; fewer where there are fewer layers.

    Yields:
        How far it got.

    References:
        Adebayo et al. 2018 (arXiv:1810.03292), cascading randomization.
    """
    model = explained.network.model
    passed = ordered_layers(explained, image)
    last, *before = reversed(passed)
    parts = [[last], *(part.tolist() for part in np.array_split(np.array(before, dtype=object), stages - 1))]
    parts = [part for part in parts if part]
    parts[-1] = [*(name for name, _ in model.named_modules() if name not in passed), *parts[-1]]
    learned = {name: value.clone() for name, value in model.state_dict().items()}
    total = sum(parameter.numel() for parameter in model.parameters())
    made = 0
    try:
        for part in parts:
            for name in part:
                made += _take_over(model.get_submodule(name), fresh.get_submodule(name))
            yield Stage(part[-1], made / total)
    finally:
        model.load_state_dict(learned)


@torch.no_grad()
def _take_over(layer: nn.Module, fresh: nn.Module) -> int:
    """Copy what a layer itself holds, and return the number of parameters among it."""
    for own, other in ((layer._parameters, fresh._parameters), (layer._buffers, fresh._buffers)):
        for name, value in own.items():
            source = other[name]
            if value is not None and source is not None:
                value.copy_(source)
    return sum(parameter.numel() for parameter in layer._parameters.values() if parameter is not None)


def rank_correlation(
    first: Float[np.ndarray, "galaxy map_height map_width"], second: Float[np.ndarray, "galaxy map_height map_width"]
) -> Float[np.ndarray, " galaxy"]:
    """Return Spearman's rank correlation of two maps of each galaxy, over their cells.

    Args:
        first: Maps.
        second: Maps of the same size.

    Returns:
        -1 to 1; NaN where either map is the same everywhere.

    Example:
        >>> first = np.array([[[1.0, 2.0], [3.0, 4.0]]])
        >>> rank_correlation(first, first**3).tolist(), rank_correlation(first, -first).tolist()
        ([1.0], [-1.0])
    """
    a, b = (rankdata(maps.reshape(len(maps), -1), axis=1) for maps in (first, second))
    a, b = a - a.mean(axis=1, keepdims=True), b - b.mean(axis=1, keepdims=True)
    scale = np.sqrt((a**2).sum(axis=1) * (b**2).sum(axis=1))
    return np.divide((a * b).sum(axis=1), scale, out=np.full(len(a), np.nan), where=scale > 0)


def map_similarity(
    first: Float[np.ndarray, "galaxy map_height map_width"],
    second: Float[np.ndarray, "galaxy map_height map_width"],
    height: int,
    width: int,
) -> Float[np.ndarray, " galaxy"]:
    """Return the structural similarity (SSIM) of two maps of each galaxy, without their sign.

    Of |M| / max |M|, as large as the image, as :func:`galexp.loss.image.structural_similarity` has it.

    Args:
        first: Signed or not.
        second: Of the same size.
        height: Of the image [pixel].
        width: Of the image [pixel].

    Returns:
        1 for the same map; NaN where either is zero everywhere.

    Example:
        >>> maps = np.random.default_rng(0).normal(size=(1, 16, 16))
        >>> round(map_similarity(maps, -3 * maps, 16, 16).item(), 6)
        1.0
    """
    sizes = [np.abs(maps).max(axis=(1, 2), keepdims=True) for maps in (first, second)]
    a, b = (
        torch.from_numpy(enlarged(np.abs(maps) / np.where(size > 0, size, 1), height, width))[:, None]
        for maps, size in zip((first, second), sizes, strict=True)
    )
    found = structural_similarity(a, b)
    is_known = np.logical_and(*(size[:, 0, 0] > 0 for size in sizes))
    return np.where(is_known, found.double().numpy(), np.nan)
