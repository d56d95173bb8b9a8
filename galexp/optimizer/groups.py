"""Which parameters decay, and which layers learn at a rate of their own."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from torch import nn

from galexp.model.layers import layer_groups


def decay_groups(
    module: nn.Module, lr: float | None = None, rates: Sequence[float] | None = None
) -> list[dict[str, Any]]:
    """Split the trainable parameters in those that decay and those that do not, with a rate for each group of layers.

    Normalization layers, biases and other vectors (one dimension or none) do not decay: shrinking them restrains no
    function of the network. The groups that do leave `weight_decay` open, so that the optimizer's own fills it. With
    `rates` the body is divided evenly in all but one of as many groups of layers, and the last is the head.

    Args:
        module: The network.
        lr: Learning rate that `rates` are factors on.
        rates: Factor of each group of layers, from the image to the head; None for the optimizer's own rate throughout.

    Returns:
        Parameter groups for any PyTorch optimizer, those of one group of layers side by side; an empty one is left out.

    Raises:
        ValueError: If no parameter is trainable, a factor is not above zero, `rates` have no `lr`, or there are more of
            them than the network has units.

    Example:
        >>> layers = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))
        >>> [len(group["params"]) for group in decay_groups(layers)]
        [1, 3]
        >>> from galexp.model.small_cnn import SmallCNN
        >>> [group["lr"] for group in decay_groups(SmallCNN(), lr=0.5, rates=[0.1, 1])]
        [0.05, 0.05, 0.5, 0.5]
    """
    trainable = {p: name for name, p in module.named_parameters() if p.requires_grad}
    if not trainable:
        raise ValueError(f"{type(module).__name__} has no trainable parameter; unfreeze at least its classifier")
    if rates is None:
        return _split(trainable, trainable)
    groups = []
    for rate, parameters in zip(_learning_rates(lr, rates), layer_groups(module, len(rates)), strict=True):
        groups += [{**group, "lr": rate} for group in _split(parameters, trainable)]
    return groups


def _split(parameters: Iterable[nn.Parameter], names: dict[nn.Parameter, str]) -> list[dict[str, Any]]:
    decayed: dict[str, Any] = {"params": []}
    undecayed: dict[str, Any] = {"params": [], "weight_decay": 0.0}
    for parameter in parameters:
        if parameter in names:
            decays = parameter.ndim > 1 and not names[parameter].endswith("bias")
            (decayed if decays else undecayed)["params"].append(parameter)
    return [group for group in (decayed, undecayed) if group["params"]]


def _is_rate(rate: Any) -> bool:
    return isinstance(rate, int | float) and not isinstance(rate, bool) and 0 < rate < math.inf


def _learning_rates(lr: float | None, rates: Sequence[Any]) -> list[float]:
    if lr is None:
        raise ValueError(f"layers.rates are {rates} and there is no lr that they are factors on; give both")
    known = [_is_rate(rate) for rate in rates] if isinstance(rates, list | tuple) else [False]
    if not all(known):
        raise ValueError(
            f"layers.rates are {rates}; expected numbers above 0, one a group of layers, such as [0.1, 1] "
            "(layers.frozen holds layers)"
        )
    return [lr * rate for rate in rates]
