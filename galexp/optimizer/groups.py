"""Which parameters decay."""

from __future__ import annotations

from typing import Any

from torch import nn


def decay_groups(module: nn.Module) -> list[dict[str, Any]]:
    """Split the trainable parameters in those that decay and those that do not.

    Normalization layers, biases and other vectors (one dimension or none) do not decay: shrinking them restrains no
    function of the network. The first group leaves `weight_decay` open, so that the optimizer's own fills it.

    Args:
        module: The network.

    Returns:
        Parameter groups for any PyTorch optimizer; an empty one is left out.

    Raises:
        ValueError: If no parameter is trainable.

    Example:
        >>> layers = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))
        >>> [len(group["params"]) for group in decay_groups(layers)]
        [1, 3]
    """
    trainable = [(name, p) for name, p in module.named_parameters() if p.requires_grad]
    if not trainable:
        raise ValueError(f"{type(module).__name__} has no trainable parameter; unfreeze at least its classifier")
    decayed: dict[str, Any] = {"params": []}
    undecayed: dict[str, Any] = {"params": [], "weight_decay": 0.0}
    for name, parameter in trainable:
        group = decayed if parameter.ndim > 1 and not name.endswith("bias") else undecayed
        group["params"].append(parameter)
    return [group for group in (decayed, undecayed) if group["params"]]
