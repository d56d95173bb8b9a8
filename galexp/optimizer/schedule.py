"""Schedules called as PyTorch's one-cycle schedule is: with the largest rate of each group and the number of steps."""

from __future__ import annotations

import math
from collections.abc import Callable

from torch.optim import Optimizer
from torch.optim.lr_scheduler import ConstantLR, LambdaLR, ReduceLROnPlateau


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
    set_rates(optimizer, max_lr)
    return ConstantLR(optimizer, factor=1.0)


def cosine(optimizer: Optimizer, max_lr: float | list[float], total_steps: int, flat: float = 0.0) -> LambdaLR:
    """Keep the learning rate for a share of the steps, then let it fall to zero as half a cosine.

    Step i of N, counted from 0, has the rate max_lr c((i / N - flat) / (1 - flat)), with c as in `half_cosine`. Zero
    is reached after the last step, so that every step moves.

    Args:
        optimizer: The optimizer, whose learning rates are set.
        max_lr: The learning rate at the start, or one for each parameter group.
        total_steps: Length of the training [step].
        flat: Share of the training before the fall.

    Returns:
        The schedule.

    Raises:
        ValueError: If there is not one learning rate for each group, or `flat` is not in [0, 1).

    Example:
        >>> import torch
        >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
        >>> schedule = cosine(optimizer, max_lr=1.0, total_steps=8, flat=0.5)
        >>> [round(schedule.lr_lambdas[0](step), 3) for step in (0, 4, 6, 8)]
        [1.0, 1.0, 0.5, 0.0]
    """
    if not 0 <= flat < 1:
        raise ValueError(f"schedule.flat is {flat}; expected a share of the training, at least 0 and below 1")
    return by_step(optimizer, max_lr, lambda step: half_cosine((step / total_steps - flat) / (1 - flat)))


def plateau(
    optimizer: Optimizer, max_lr: float | list[float], total_steps: int, factor: float = 0.5, patience: int = 3
) -> ReduceLROnPlateau:
    """Shrink the learning rate where the error of the validation rows stops to fall.

    It is to be stepped once an epoch, with that error. Its `patience` counts epochs without a new lowest that are
    tolerated: the rate shrinks after one more.

    Args:
        optimizer: The optimizer, whose learning rates are set.
        max_lr: The learning rate at the start, or one for each parameter group.
        total_steps: Length of the training, which changes nothing here.
        factor: By which the rate is multiplied.
        patience: Epochs that are tolerated.

    Returns:
        PyTorch's schedule.

    Raises:
        ValueError: If there is not one learning rate for each group, or `factor` is not in (0, 1).

    Example:
        >>> import torch
        >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
        >>> schedule = plateau(optimizer, max_lr=1.0, total_steps=0, patience=1)
        >>> for error in (0.3, 0.3, 0.3):
        ...     schedule.step(error)
        >>> schedule.get_last_lr()
        [0.5]
    """
    if not 0 < factor < 1:
        raise ValueError(f"schedule.factor is {factor}; expected a number between 0 and 1")
    set_rates(optimizer, max_lr)
    return ReduceLROnPlateau(optimizer, factor=factor, patience=patience)


def half_cosine(progress: float) -> float:
    """Return (1 + cos(pi progress)) / 2, which falls from 1 to 0 over a stage; 1 before it and 0 after it.

    Example:
        >>> [round(half_cosine(progress), 3) for progress in (-1, 0, 1 / 3, 0.5, 1, 2)]
        [1.0, 1.0, 0.75, 0.5, 0.0, 0.0]
    """
    return (1 + math.cos(math.pi * min(max(progress, 0.0), 1.0))) / 2


def by_step(optimizer: Optimizer, max_lr: float | list[float], factor: Callable[[int], float]) -> LambdaLR:
    """Multiply the learning rate of every group by a function of the step.

    Args:
        optimizer: The optimizer, whose learning rates are set.
        max_lr: The learning rate where the factor is 1, or one for each parameter group.
        factor: Of the step, counted from 0.

    Raises:
        ValueError: If there is not one learning rate for each group.
    """
    set_rates(optimizer, max_lr)
    return LambdaLR(optimizer, factor)


def set_rates(optimizer: Optimizer, max_lr: float | list[float]) -> None:
    """Give each parameter group its learning rate, from which schedules start.

    Raises:
        ValueError: If there is not one learning rate for each group.
    """
    groups = optimizer.param_groups
    rates = max_lr if isinstance(max_lr, list) else [max_lr] * len(groups)
    if len(rates) != len(groups):
        raise ValueError(f"max_lr has {len(rates)} values for {len(groups)} parameter groups; give one for each")
    for group, rate in zip(groups, rates, strict=True):
        group["lr"] = group["initial_lr"] = rate
