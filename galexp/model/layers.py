"""The layers of a network in their order, from the image to the head: which train, and together with which others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from typing import Any, cast

from torch import nn
from torch.nn.modules.batchnorm import _NormBase
from torch.nn.utils.parametrizations import _SpectralNorm

_BODY = "body"
_CONTAINERS = ("stages", "blocks", "layers", "features")
_POOLINGS = ("global_pool", "attn_pool", "fc_norm")
_NORMS = (_NormBase, nn.LayerNorm, nn.GroupNorm, nn.RMSNorm)
_MEASURING = (_NormBase, _SpectralNorm)


@dataclass
class Unit:
    """One step of a network, which trains or stays as a whole.

    Attributes:
        name: Of its first module in the network, or of the one that holds the classifier.
        modules: What it is made of.
        parameters: All of its parameters.
    """

    name: str
    modules: list[nn.Module] = field(default_factory=list)
    parameters: list[nn.Parameter] = field(default_factory=list)

    def add(self, module: nn.Module) -> None:
        """Let a module belong to the unit."""
        self.modules.append(module)
        self.parameters.extend(module.parameters())


def units(model: nn.Module) -> list[Unit]:
    """Return the units of a network from the image to the head; every parameter belongs to exactly one.

    A unit is a stem, a stage, or a block of a network without stages. A normalization, and whatever has no
    parameters, belongs to the unit before it; tokens and positions that the network holds itself to the first. The
    last unit is the head: all from the global pooling on, or behind what the network calls its body, and at least what
    holds the classifier.

    Args:
        model: Network with the protocol of timm, or a module that wraps one.

    Returns:
        At least one unit, the head.

    Raises:
        ValueError: If the network's classifier is not one of its modules, as where it has two.

    Example:
        >>> from galexp.model.small_cnn import SmallCNN
        >>> [unit.name for unit in units(SmallCNN(depth=3))]
        ['blocks.0', 'blocks.1', 'blocks.2', 'fc']
    """
    model = _unwrapped(model)
    children = list(model.named_children())
    start, holder = _head(model, children)
    found: list[Unit] = []
    for name, module in _steps(children[:start]):
        learns = any(True for _ in module.parameters()) and not isinstance(module, _NORMS)
        if not found or (learns and found[-1].parameters):
            found.append(Unit(name))
        found[-1].add(module)
    found.append(Unit(children[holder][0]))
    for _, module in children[start:]:
        found[-1].add(module)
    counted = {parameter for unit in found for parameter in unit.parameters}
    found[0].parameters[:0] = [parameter for parameter in model.parameters() if parameter not in counted]
    return found


def layer_groups(model: nn.Module, number: int) -> list[list[nn.Parameter]]:
    """Return the parameters of a network in groups of layers: an even division of the body, then the head.

    Where the body's units cannot be divided evenly, the first groups are the larger ones: three groups of a resnet34
    are its stem with two stages, its last two stages, and its head.

    Args:
        model: Network with the protocol of timm.
        number: Of groups.

    Raises:
        ValueError: If there are fewer than two groups, or more than units.
    """
    *body, head = units(model)
    if not 2 <= number <= len(body) + 1:
        names = ", ".join(unit.name for unit in (*body, head))
        raise ValueError(f"{number} groups of layers asked for; choose 2 to {len(body) + 1} of a network of {names}")
    least, larger = divmod(len(body), number - 1)
    edges = accumulate((least + (index < larger) for index in range(number - 1)), initial=0)
    parts = [body[first:last] for first, last in pairwise(edges)]
    return [[parameter for unit in part for parameter in unit.parameters] for part in (*parts, [head])]


def freeze(model: nn.Module, number: int) -> None:
    """Let the first units of a network never train, in place.

    Their parameters get no gradient. What their normalizations have measured still moves in training mode, unless
    `hold_norms` stops it.

    Args:
        model: Network with the protocol of timm.
        number: How many, from the image on; 0 freezes none.

    Raises:
        ValueError: If there are not so many units besides the head.
    """
    *body, head = units(model)
    if not 0 <= number <= len(body):
        names = ", ".join(unit.name for unit in body)
        raise ValueError(f"layers.frozen is {number}; choose 0 to {len(body)} of {names}, and let {head.name} train")
    for unit in body[:number]:
        for parameter in unit.parameters:
            parameter.requires_grad_(False)


def frozen_modules(model: nn.Module) -> list[nn.Module]:
    """Return the modules of those units of a network of which no parameter trains.

    Example:
        >>> from galexp.model.small_cnn import SmallCNN
        >>> network = SmallCNN(depth=3)
        >>> freeze(network, 2)
        >>> frozen_modules(network) == list(network.blocks[:2])
        True
    """
    frozen = (unit for unit in units(model) if not any(parameter.requires_grad for parameter in unit.parameters))
    return [module for unit in frozen if unit.parameters for module in unit.modules]


def norms(modules: Iterable[nn.Module]) -> Iterator[nn.Module]:
    """Yield the normalizations in some modules that measure in training what they use in evaluation."""
    return (part for module in modules for part in module.modules() if isinstance(part, _MEASURING))


def hold_norms(modules: Iterable[nn.Module]) -> None:
    """Let the normalizations in some modules use and keep what they have measured, until the next `train()`.

    Args:
        modules: Such as `frozen_modules` returns.
    """
    for norm in norms(modules):
        norm.eval()


def _unwrapped(model: nn.Module) -> nn.Module:
    """Go down to the network itself through modules that wrap one and have no parameters of their own."""
    while True:
        inside = [child for child in model.children() if any(True for _ in child.parameters())]
        own = next(iter(model.parameters(recurse=False)), None)
        if own is not None or len(inside) != 1 or not hasattr(inside[0], "get_classifier"):
            return model
        model = inside[0]


def _head(model: nn.Module, children: list[tuple[str, nn.Module]]) -> tuple[int, int]:
    """Return where among its children the head of a network begins, and which of them holds the classifier."""
    classifier = cast(Any, model).get_classifier()
    holds = [any(part is classifier for part in child.modules()) for _, child in children]
    if not any(holds):
        raise ValueError(
            f"the classifier of {type(model).__name__} is {type(classifier).__name__}, which is none of its modules; "
            "choose a network with one classifier"
        )
    holder = holds.index(True)
    names = [name for name, _ in children[:holder]]
    pooled = [index for index, name in enumerate(names) if name in _POOLINGS]
    behind = [index + 1 for index, name in enumerate(names) if name == _BODY]
    return min([holder, *pooled, *behind]), holder


def _steps(children: Iterable[tuple[str, nn.Module]], prefix: str = "") -> Iterator[tuple[str, nn.Module]]:
    for name, child in children:
        if name == _BODY:
            yield from _steps(child.named_children(), f"{prefix}{name}.")
        elif name in _CONTAINERS and isinstance(child, nn.Sequential | nn.ModuleList):
            yield from ((f"{prefix}{name}.{inner}", module) for inner, module in child.named_children())
        else:
            yield f"{prefix}{name}", child
