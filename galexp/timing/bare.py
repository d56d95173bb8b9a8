"""The same network stepping with nothing around it: what training is compared with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import torch
from torch import nn

from galexp import launch
from galexp.datamodule import GalaxyDataModule
from galexp.task.build import build_task
from galexp.transform.crop import center_crop_to_float

if TYPE_CHECKING:
    from torch import Tensor

PRECISIONS = ("32-true", "bf16-mixed")
MOST_BATCHES = 32
"""Batches held in memory; further steps go through them again."""


class BareLoop:
    """Network, loss, optimizer and schedule of a training, on batches that lie ready on the device.

    The images are cropped and normalized; nothing is read, augmented, logged or written.

    Args:
        settings: The resolved configuration.
        datamodule: Where the batches are taken from.
        total_steps: That the schedule is made for.
        device: On which it runs.
        precision: ``32-true`` or ``bf16-mixed``.

    Raises:
        ValueError: for another precision.
    """

    def __init__(
        self,
        settings: dict[str, Any],
        datamodule: GalaxyDataModule,
        total_steps: int,
        device: torch.device,
        precision: str = "32-true",
    ) -> None:
        if precision not in PRECISIONS:
            raise ValueError(f"trainer.precision is {precision!r}; a bare loop knows {' and '.join(PRECISIONS)}")
        task = cast("Any", build_task(settings, datamodule.bands))
        task.learn_statistics(datamodule)
        task.to(device).train()
        self.device, self.mixed = device, precision == "bf16-mixed"
        self.batches = _ready(task, datamodule, device)
        self.batch_size = datamodule.batch_size
        task.network.normalize = nn.Identity()
        self.model, self.outputs, self.objective = task.network.model, task.outputs, task.objective
        self.optimizer, self.schedule = task.make_optimizer_and_schedule(total_steps)

    @torch.enable_grad()
    def run(self, steps: int) -> None:
        """Take some steps, and wait until the device has done them."""
        for step in range(steps):
            images, targets = self.batches[step % len(self.batches)]
            with torch.autocast(self.device.type, torch.bfloat16, enabled=self.mixed):
                loss = self.objective(self.outputs(images), targets)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            self.schedule.step()
        wait_for(self.device)


def where(trainer: dict[str, Any]) -> tuple[torch.device, str]:
    """Return the device and the precision that a training on one device has."""
    gpu = launch.on_gpu(trainer)
    automatic = "bf16-mixed" if gpu else "32-true"
    precision = automatic if trainer["precision"] == "auto" else trainer["precision"]
    return torch.device("cuda" if gpu else "cpu"), precision


def wait_for(device: torch.device) -> None:
    """Wait until a device has done what it was given."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


@torch.no_grad()
def _ready(task: Any, datamodule: GalaxyDataModule, device: torch.device) -> list[tuple[Tensor, Tensor]]:
    ready = []
    for batch in datamodule.train_dataloader():
        images = task.network.normalize(center_crop_to_float(batch.images.to(device), task.image_size))
        ready.append((images.contiguous(memory_format=torch.channels_last), batch.targets.to(device)))
        if len(ready) == MOST_BATCHES:
            break
    return ready
