"""Ranger: rectified Adam that looks ahead."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from pytorch_optimizer import Lookahead


def ranger(
    params: Iterable[Any],
    lr: float,
    weight_decay: float = 0.0,
    betas: tuple[float, float] = (0.9, 0.999),
    eps: float = 1e-8,
    k: int = 6,
    alpha: float = 0.5,
) -> torch.optim.Optimizer:
    """Build RAdam inside Lookahead, in the version that came first.

    RAdam moves without an adaptive denominator until its variance is known, from step 6 on with it. Weight decay is
    decoupled: p <- p (1 - lr weight_decay) before each step. Slow weights are born with the optimizer; every k-th step
    slow <- slow + alpha (fast - slow), fast <- slow.

    Args:
        params: Parameters or parameter groups.
        lr: Learning rate.
        weight_decay: Decay of groups that set none of their own.
        betas: Decay rates of both moments; a one-cycle schedule with `cycle_momentum` overrides the first.
        eps: Added to the denominator.
        k: Steps between two looks ahead.
        alpha: Share of the way that the slow weights go.

    Returns:
        The optimizer, whose `state_dict` holds both parts.

    Example:
        >>> weight = torch.nn.Parameter(torch.zeros(1))
        >>> optimizer = ranger([weight], lr=1.0)
        >>> for _ in range(5):
        ...     weight.grad = -torch.ones(1)
        ...     optimizer.step()
        >>> weight.item()
        5.0

    References:
        Liu et al. 2020 (arXiv:1908.03265), algorithm 2; Zhang et al. 2019 (arXiv:1907.08610), algorithm 1.
    """
    base = torch.optim.RAdam(
        params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, decoupled_weight_decay=True
    )
    return Lookahead(base, k=k, alpha=alpha)
