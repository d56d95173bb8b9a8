"""Put a task together from its configuration and the facts of the data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from galexp.model.build import build_network
from galexp.model.layers import freeze
from galexp.target import instantiate, target_of
from galexp.task.losses import check_loss

if TYPE_CHECKING:
    from torch import nn

    from galexp.task.base import Task


def build_task(settings: dict[str, Any], bands: int, with_weights: bool = True) -> Task:
    """Make model, loss, optimizer, schedule and augmentation, and the task that trains them.

    Args:
        settings: The resolved configuration.
        bands: Of the images; the number of outputs is for the task to say.
        with_weights: Whether the network starts from the weights that the settings name; False where a checkpoint's
            take their place.

    Raises:
        ValueError: for a loss that the task does not take, layers that the network does not have, a network with
            other outputs than it was asked for, or as network and task themselves do.
    """
    task, loss = settings["task"], instantiate(settings["loss"])
    check_loss(settings, type(loss))
    outputs = target_of(task).num_outputs(task, loss)
    side = settings["datamodule"]["image_size"]
    network = build_network(settings["model"], bands, outputs, side, with_weights)
    _check_outputs(network, outputs)
    freeze(network, settings["layers"]["frozen"])
    return instantiate(
        task,
        model=network,
        loss=loss,
        optimizer=instantiate(settings["optimizer"]),
        schedule=instantiate(settings["schedule"]),
        augment=instantiate(settings["transform"]["augment"]),
        tta=instantiate(settings["transform"]["tta"]),
        image_size=side,
        seed=settings["seed"],
        monochrome=settings["model"]["monochrome"],
        layer_rates=settings["layers"]["rates"],
        lr=settings["optimizer"].get("lr"),
    )


def _check_outputs(network: nn.Module, outputs: int) -> None:
    found = getattr(network, "num_classes", None)
    if found != outputs:
        raise ValueError(
            f"{type(network).__name__} has {found} outputs and this task needs {outputs}; let its num_classes, which "
            "galexp passes, be their number"
        )
