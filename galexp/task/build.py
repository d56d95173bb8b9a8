"""Put a task together from its configuration and the facts of the data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from galexp.config import instantiate

if TYPE_CHECKING:
    from galexp.task.base import Task


def build_task(settings: dict[str, Any], bands: int) -> Task:
    """Make model, loss, optimizer, schedule and augmentation, and the task that trains them.

    Args:
        settings: The resolved configuration.
        bands: Of the images; the number of outputs is the number of targets.
    """
    targets = settings["task"]["targets"]
    return instantiate(
        settings["task"],
        model=instantiate(settings["model"], in_chans=bands, num_classes=len(targets)),
        loss=instantiate(settings["loss"]),
        optimizer=instantiate(settings["optimizer"]),
        schedule=instantiate(settings["schedule"]),
        augment=instantiate(settings["transform"]["augment"]),
        tta=instantiate(settings["transform"]["tta"]),
        image_size=settings["datamodule"]["image_size"],
        seed=settings["seed"],
    )
