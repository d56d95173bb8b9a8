"""Adadelta, whose learning rate grows with the number of processes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch

from galexp import world


def adadelta(
    params: Iterable[Any], lr: float, rho: float = 0.95, eps: float = 1e-7, weight_decay: float = 0.0
) -> torch.optim.Adadelta:
    """Build PyTorch's Adadelta at a learning rate that is proportional to the number of processes.

    With n processes the rate is n lr, since one of their steps is to stand for n steps of a single one. That is so only
    where the batch grows along: `datamodule.batch_size` is shared by all processes, so make it n times a single one's.

    Args:
        params: Parameters or parameter groups, whose own learning rates are scaled as well.
        lr: Learning rate of a single process; the method as published has none, which is a rate of 1.
        rho: Decay rate of both running averages.
        eps: Added to both averages under the root; it sets the length of the first steps.
        weight_decay: Added to the gradient times the parameter, of groups that set none of their own.

    Returns:
        The optimizer.

    Example:
        The first step has the length lr sqrt(eps / (1 - rho)), if the gradient is far above eps.

        >>> weight = torch.nn.Parameter(torch.zeros(1))
        >>> optimizer = adadelta([weight], lr=8.0, rho=0.75, eps=1e-6)
        >>> weight.grad = -torch.ones(1)
        >>> optimizer.step()
        >>> round(weight.item(), 6)
        0.016

    References:
        Zeiler 2012 (arXiv:1212.5701), algorithm 1; Goyal et al. 2017 (arXiv:1706.02677), section 2.1.
    """
    processes = world.size()
    scaled = [
        {**group, "lr": processes * group["lr"]} if isinstance(group, dict) and "lr" in group else group
        for group in params
    ]
    return torch.optim.Adadelta(scaled, lr=processes * lr, rho=rho, eps=eps, weight_decay=weight_decay)
