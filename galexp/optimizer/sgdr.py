"""Stages of constant and falling learning rates, one after the other: warm restarts."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR

from galexp.optimizer.schedule import by_step, half_cosine

SHAPES = ("constant", "cosine")
_SLOW = 0.01


def sgdr(
    optimizer: Optimizer,
    max_lr: float | list[float],
    total_steps: int,
    stages: Sequence[Mapping[str, float]],
    slow_start: float = 0.0,
) -> LambdaLR:
    """Go through stages, in each of which the learning rate stays, or falls from its largest to zero as half a cosine.

    Stages have lengths in epochs, of which only the proportions count: they are stretched to the length of the
    training. Step i of a falling stage of n has the rate max_lr (1 + cos(pi i / n)) / 2.

    Args:
        optimizer: The optimizer, whose learning rates are set.
        max_lr: The largest learning rate, or one for each parameter group.
        total_steps: Length of the training [step].
        stages: Such as ``[{constant: 3}, {cosine: 1}, {cosine: 2}]``, the shape of each with its length.
        slow_start: Share of the first falling stage with a hundredth of the largest rate in place of the cosine.

    Returns:
        The schedule.

    Raises:
        ValueError: If there is not one learning rate for each group, `stages` are empty, one of them is not one known
            shape with a length above zero, or `slow_start` is not in [0, 1).

    Example:
        >>> import torch
        >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
        >>> stages = [{"constant": 1}, {"cosine": 1}, {"cosine": 2}]
        >>> schedule = sgdr(optimizer, max_lr=1.0, total_steps=8, stages=stages)
        >>> [round(schedule.lr_lambdas[0](step), 3) for step in range(8)]
        [1.0, 1.0, 1.0, 0.5, 1.0, 0.854, 0.5, 0.146]

    References:
        Loshchilov and Hutter 2017, SGDR (arXiv:1608.03983), equation 5.
    """
    shapes, lengths = _read(stages)
    if not 0 <= slow_start < 1:
        raise ValueError(f"schedule.slow_start is {slow_start}; expected a share of a stage, at least 0 and below 1")
    ends = [total_steps * end / sum(lengths) for end in accumulate(lengths)]
    return by_step(optimizer, max_lr, _factor(shapes, ends, slow_start))


def _factor(shapes: Sequence[str], ends: Sequence[float], slow_start: float) -> Callable[[int], float]:
    """Return what multiplies the largest learning rate at a step, of stages that end at these steps."""
    first = shapes.index("cosine") if "cosine" in shapes else None

    def factor(step: int) -> float:
        stage = min(bisect_right(ends, step), len(ends) - 1)
        if shapes[stage] == "constant":
            return 1.0
        begin = ends[stage - 1] if stage else 0.0
        progress = (step - begin) / (ends[stage] - begin)
        return _SLOW if stage == first and progress < slow_start else half_cosine(progress)

    return factor


def _read(stages: Sequence[Mapping[str, float]]) -> tuple[list[str], list[float]]:
    if not stages:
        raise ValueError("schedule.stages is empty; give at least one, such as {cosine: 1}")
    pairs = [pair for stage in stages if isinstance(stage, dict) and len(stage) == 1 for pair in stage.items()]
    known = [isinstance(length, int | float) and length > 0 and shape in SHAPES for shape, length in pairs]
    if len(known) < len(stages) or not all(known):
        raise ValueError(
            f"schedule.stages are {list(stages)}; expected for each one of {', '.join(SHAPES)} with its length in "
            "epochs, such as {cosine: 1}"
        )
    return [shape for shape, _ in pairs], [length for _, length in pairs]
