"""Find a learning rate: let it rise from nothing to far too much over some steps, and see where the loss falls most."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pytorch_lightning as pl
from pytorch_lightning.utilities.seed import isolate_rng
from scipy.signal import lfilter

from galexp.optimizer.schedule import constant
from galexp.trainer import quiet

if TYPE_CHECKING:
    from jaxtyping import Float

    from galexp.datamodule import GalaxyDataModule
    from galexp.task.base import Task

LOWEST, HIGHEST = 1e-7, 10.0
_MEMORY = 0.98
_TOO_HIGH = 4.0
_SETTLING = 10
_IDLE = 1e-5


@dataclass(frozen=True)
class RateSweep:
    """What was seen while the learning rate rose.

    Attributes:
        rates: Learning rate of each step.
        losses: Loss of its batch, before the step.
        smoothed: Running average of the losses.
        suggestion: Rate at which the smoothed loss falls most steeply.
    """

    rates: Float[np.ndarray, " step"]
    losses: Float[np.ndarray, " step"]
    smoothed: Float[np.ndarray, " step"]
    suggestion: float


def find_learning_rate(
    task: Task, datamodule: GalaxyDataModule, new_trainer: Callable[..., pl.Trainer], steps: int = 100
) -> RateSweep:
    """Train a copy of a task while the learning rate rises exponentially from 1e-7 to 10, and suggest a rate.

    It ends early where the smoothed loss is above four times its lowest, or no number. The task itself, its weights to
    the bit, and the state of random numbers stay what they were; nothing is written. Where groups of layers have rates
    of their own, they keep their proportions to the optimizer's.

    Args:
        task: Which has learned its statistics.
        datamodule: That serves its training batches.
        new_trainer: From keyword arguments of Lightning's trainer to a trainer on the devices of the run.
        steps: Of the optimizer.

    Returns:
        One number per step that was made.

    Raises:
        ValueError: If the loss never falls.

    References:
        Smith 2017 (arXiv:1506.01186), section 3.3, for the idea; fastai 1 for smoothing, end and suggestion.
    """
    sweep = _Sweep(np.geomspace(LOWEST, HIGHEST, steps))
    probe = copy.deepcopy(task)
    probe.make_schedule = constant
    options: dict[str, Any] = {"max_epochs": -1, "max_steps": steps, "limit_val_batches": 0, "num_sanity_val_steps": 0}
    options |= {f"enable_{what}": False for what in ("checkpointing", "progress_bar", "model_summary")}
    with quiet(), isolate_rng():
        trainer = new_trainer(callbacks=[sweep], logger=False, use_distributed_sampler=False, **options)
        trainer.fit(probe, datamodule=datamodule)
    losses = np.array(sweep.losses)
    rates, smoothed = sweep.rates[: len(losses)], smooth(losses)
    return RateSweep(rates, losses, smoothed, steepest_fall(rates, losses, smoothed))


def smooth(losses: Float[np.ndarray, " step"], memory: float = _MEMORY) -> Float[np.ndarray, " step"]:
    """Return the exponential running average of losses, without the pull to zero of its start.

    a_i = memory a_(i-1) + (1 - memory) loss_i from a_0 = 0, divided by 1 - memory^i, with i counted from 1.

    Args:
        losses: In the order of steps.
        memory: Weight of the past.

    Returns:
        As many values; NaN from the first NaN on.

    Example:
        >>> smooth(np.array([3.0, 3.0, 3.0])).round(12).tolist()
        [3.0, 3.0, 3.0]
        >>> smooth(np.array([1.0, 4.0]), memory=0.5).tolist()
        [1.0, 3.0]
    """
    return lfilter([1 - memory], [1, -memory], losses) / (1 - memory ** np.arange(1, len(losses) + 1))


def steepest_fall(
    rates: Float[np.ndarray, " step"], losses: Float[np.ndarray, " step"], smoothed: Float[np.ndarray, " step"]
) -> float:
    """Return the rate at which the smoothed loss falls most steeply against the logarithm of the rate.

    Batches differ, and their chance makes the average wander before anything is learned. So the fall is looked for
    between the last rate at which the average is not yet below the mean loss at rates under 1e-5, by more than the
    error of that mean, and the rate of its lowest value; fastai looks at all steps but the first ten.

    Args:
        rates: Learning rate of each step, rising.
        losses: Loss of each step.
        smoothed: Smoothed loss of each step.

    Raises:
        ValueError: If the loss falls nowhere below that mean, by two of its errors.

    Example:
        A loss of -arctan(log10(rate) + 3) falls most steeply at 1e-3.

        >>> rates = np.geomspace(1e-7, 10, 81)
        >>> losses = -np.arctan(np.log10(rates) + 3)
        >>> round(steepest_fall(rates, losses, losses), 6)
        0.001
    """
    idle = losses[rates < _IDLE]
    error = float(np.std(idle, ddof=1)) / math.sqrt(len(idle)) if len(idle) > 1 else math.nan
    before = float(np.mean(idle)) if len(idle) else math.nan
    lowest = _SETTLING + int(np.argmin(smoothed[_SETTLING:])) if len(smoothed) > _SETTLING else 0
    if not lowest or not smoothed[lowest] < before - 2 * error:
        ends = f"{smoothed[0]:.4g} at {rates[0]:.1g} to {smoothed[-1]:.4g} at {rates[-1]:.1g}" if len(rates) else "none"
        raise ValueError(
            f"the loss never falls while the learning rate rises (smoothed: {ends}); look at the targets and the loss, "
            "or set optimizer.lr and trainer.lr_find=false"
        )
    not_yet = np.flatnonzero(smoothed[:lowest] >= before - error)
    start = max(int(not_yet[-1]), _SETTLING) if len(not_yet) else _SETTLING
    slopes = np.gradient(smoothed, np.log(rates))
    return float(rates[start + np.argmin(slopes[start : lowest + 1])])


class _Sweep(pl.Callback):
    """Set the learning rate of each step, and keep its loss."""

    def __init__(self, rates: Float[np.ndarray, " step"]) -> None:
        self.rates = rates
        self.losses: list[float] = []
        self._factors: list[float] = []
        self._loss = 0.0

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        (optimizer,) = trainer.optimizers
        self._factors = [group["lr"] / optimizer.defaults["lr"] for group in optimizer.param_groups]

    def on_train_batch_start(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, batch: Any, batch_idx: int
    ) -> None:
        (optimizer,) = trainer.optimizers
        for group, factor in zip(optimizer.param_groups, self._factors, strict=True):
            group["lr"] = self.rates[len(self.losses)].item() * factor

    def on_train_batch_end(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        self._loss += trainer.strategy.reduce(outputs["loss"], reduce_op="mean").item()
        if trainer.global_step == len(self.losses):
            return  # Gradients of further batches are to be added to this one's.
        if math.isfinite(self._loss):
            self.losses.append(self._loss)
        trainer.should_stop = not math.isfinite(self._loss) or _is_diverged(smooth(np.array(self.losses)))
        self._loss = 0.0


def _is_diverged(smoothed: Float[np.ndarray, " step"]) -> bool:
    """Tell whether the last value is above four times the lowest or, where that is negative, as far above it."""
    first, lowest, last = smoothed[0], smoothed.min(), smoothed[-1]
    scale = lowest if lowest > 0 else max(-lowest, first - lowest)
    return bool(last > lowest + (_TOO_HIGH - 1) * scale)
