"""Schedules that PyTorch does not have, called as its one-cycle schedule is."""

from __future__ import annotations

from torch.optim import Optimizer
from torch.optim.lr_scheduler import ConstantLR


def constant(optimizer: Optimizer, max_lr: float | list[float], total_steps: int) -> ConstantLR:
    """Keep the learning rate.

    Args:
        optimizer: The optimizer, whose learning rates are set.
        max_lr: The learning rate, or one for each parameter group.
        total_steps: Length of the training, which changes nothing here.

    Returns:
        The schedule.

    Raises:
        ValueError: If there is not one learning rate for each group.

    Example:
        >>> import torch
        >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
        >>> constant(optimizer, max_lr=0.5, total_steps=10).get_last_lr()
        [0.5]
    """
    groups = optimizer.param_groups
    rates = max_lr if isinstance(max_lr, list) else [max_lr] * len(groups)
    if len(rates) != len(groups):
        raise ValueError(f"max_lr has {len(rates)} values for {len(groups)} parameter groups; give one for each")
    for group, rate in zip(groups, rates, strict=True):
        group["lr"] = rate
    return ConstantLR(optimizer, factor=1.0)
