"""What is refused before any work begins: settings that no run could have."""

from __future__ import annotations

import inspect
from typing import Any

import torch
from torch import nn

from galexp import launch
from galexp.model.build import build_network
from galexp.model.layers import freeze
from galexp.optimizer.groups import decay_groups
from galexp.run.directory import CHECKPOINTS
from galexp.target import OWN_KEYS, check_keys, instantiate, target_of
from galexp.task.label import check_classes
from galexp.task.losses import check_loss

_LEAST_INTEGERS = {
    "seed": 0,
    "split.seed": 0,
    "mock.objects": 1,
    "mock.seed": 0,
    "datamodule.image_size": 1,
    "datamodule.batch_size": 1,
    "datamodule.num_workers": 0,
    "trainer.max_epochs": 1,
    "layers.frozen": 0,
    "evaluation.bootstrap": 0,
}
_MAY_BE_NULL = ("mock.objects", "trainer.max_epochs")
_BANDS = 3
_PRECISIONS = ("auto", "32-true", "bf16-mixed", "16-mixed")


def check_settings(settings: dict[str, Any]) -> None:
    """Refuse what would fail later, or say nothing.

    Raises:
        UsageError: for a key that a class does not take.
        ValueError: for a value out of its range, a loss or classes that the task does not take, layers that the network
            does not have, a schedule that the optimizer does not go with, a device that is not there, or a checkpoint
            that cannot exist.
    """
    check_keys({group: _without_own(group, node) for group, node in settings.items()})
    for key, least in _LEAST_INTEGERS.items():
        _check_integer(key, _value(settings, key), least)
    if settings["evaluation"]["bootstrap"] == 1:
        raise ValueError("evaluation.bootstrap is 1; a spread needs at least 2 draws, 0 leaves it out")
    rate = settings["optimizer"].get("lr", 1.0)
    if not isinstance(rate, int | float) or rate <= 0:
        raise ValueError(f"optimizer.lr is {rate!r}; expected a number above 0")
    minutes = settings["checkpoint"]["minutes"]
    if not isinstance(minutes, int | float) or minutes < 0:
        raise ValueError(f"checkpoint.minutes is {minutes!r}; expected a number of at least 0 (0: after every step)")
    if not settings["task"]["targets"] and target_of(settings["task"]).learns_targets:
        raise ValueError("task.targets is empty: there is nothing to learn; name a column")
    if "unlabeled" in settings["datamodule"] and not target_of(settings["task"]).learns_unlabeled:
        raise ValueError(
            f"task={settings['choices']['task']} learns nothing from datamodule.unlabeled; take task=representation, "
            "or one of its variants, or leave datamodule=with_unlabeled out"
        )
    check_loss(settings, target_of(settings["loss"]))
    check_classes(settings["task"])
    _check_optimizer(settings)
    _check_network(settings)
    _check_devices(settings["trainer"])
    _check_batch(settings["datamodule"]["batch_size"], launch.world_size(settings["trainer"]))
    _check_checkpoint(settings["evaluation"]["checkpoint"], settings["split"].get("val_fraction", 1))


def _without_own(group: str, node: Any) -> Any:
    own = OWN_KEYS.get(group, ())
    return {key: value for key, value in node.items() if key not in own} if own else node


def _value(settings: dict[str, Any], key: str) -> Any:
    for name in key.split("."):
        settings = settings.get(name, {})
    return settings


def _check_integer(key: str, value: Any, least: int) -> None:
    if value == {} or (value is None and key in _MAY_BE_NULL):
        return
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise ValueError(f"{key} is {value!r}; expected a whole number of at least {least}")


def _check_optimizer(settings: dict[str, Any]) -> None:
    """Make the optimizer of one parameter, and see whether it has what the schedule moves."""
    optimizer, schedule = settings["choices"]["optimizer"], settings["choices"]["schedule"]
    try:
        made = instantiate(settings["optimizer"])([{"params": [nn.Parameter(torch.zeros(1, 1))]}])
    except (TypeError, ValueError) as error:
        raise ValueError(f"optimizer={optimizer} cannot be made ({error}); change what it names") from error
    cycled = inspect.signature(instantiate(settings["schedule"])).parameters.get("cycle_momentum")
    if cycled is not None and cycled.default and not {"momentum", "betas"} & made.defaults.keys():
        raise ValueError(
            f"optimizer={optimizer} has no momentum for schedule={schedule} to cycle; take schedule=constant, or set "
            "schedule.cycle_momentum=false"
        )


def _check_network(settings: dict[str, Any]) -> None:
    """Make the network, without weights and for images of three bands, where it alone knows what it has and takes."""
    layers, parameters = settings["layers"], inspect.signature(target_of(settings["model"])).parameters.values()
    takes_any = any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters)
    if takes_any or layers["frozen"] or layers["rates"] is not None:
        network = build_network(settings["model"], _BANDS, num_classes=1, with_weights=False)
        freeze(network, layers["frozen"])
        decay_groups(network, settings["optimizer"].get("lr"), layers["rates"])


def _check_devices(trainer: dict[str, Any]) -> None:
    if trainer["precision"] not in _PRECISIONS:
        raise ValueError(f"trainer.precision is {trainer['precision']!r}; choose {', '.join(_PRECISIONS)}")
    if trainer["accelerator"] == "gpu" and not torch.cuda.is_available():
        raise ValueError("trainer.accelerator is gpu and torch sees none here; use trainer=auto or trainer=cpu")
    _check_integer("trainer.num_nodes", trainer["num_nodes"], 1)
    if trainer["devices"] not in ("auto", -1):
        _check_integer("trainer.devices", trainer["devices"], 1)
    there = torch.cuda.device_count() if launch.on_gpu(trainer) else launch.cores()
    if launch.devices(trainer) > there:
        kind = "GPUs" if launch.on_gpu(trainer) else "CPU cores"
        raise ValueError(
            f"trainer.devices is {trainer['devices']} and there are {there} {kind} here; ask for {there} or fewer"
        )


def _check_batch(batch_size: int, processes: int) -> None:
    if batch_size % processes:
        raise ValueError(
            f"a batch of {batch_size} cannot be shared equally by {processes} devices; set datamodule.batch_size to a "
            f"multiple of {processes}"
        )


def _check_checkpoint(which: str, val_fraction: float) -> None:
    if which not in CHECKPOINTS:
        raise ValueError(f"evaluation.checkpoint is {which!r}; choose {', '.join(CHECKPOINTS)}")
    if which == "best" and not val_fraction:
        raise ValueError("evaluation.checkpoint=best needs validation rows and there are none; choose last or auto")
