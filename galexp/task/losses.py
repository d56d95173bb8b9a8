"""Which losses a task can be trained by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from omegaconf import OmegaConf
from torch import nn

from galexp.config import conf_dir
from galexp.loss.base import Likelihood, VoteLikelihood
from galexp.loss.joint import JointLoss
from galexp.loss.rmse import RMSELoss
from galexp.target import target_of

ELEMENTWISE = (RMSELoss, nn.MSELoss, nn.L1Loss, nn.HuberLoss, nn.SmoothL1Loss)
_KNOWN = (*ELEMENTWISE, nn.CrossEntropyLoss, nn.NLLLoss, Likelihood, VoteLikelihood, JointLoss)


def check_loss(settings: Mapping[str, Any], loss: Any) -> None:
    """Refuse a loss that a task would train by to the end without any meaning.

    Shapes alone do not tell: the cross-entropy takes one output and one number for soft classes, and is then zero
    wherever the network goes. A loss of the user's own is taken as it is.

    Args:
        settings: The resolved configuration, whose task says what it takes.
        loss: What the loss is made by, a class or a function.

    Raises:
        ValueError: for a loss of another kind; the message names those that fit.
    """
    takes = target_of(settings["task"]).losses
    if is_foreign(loss, takes):
        *names, last = _options(takes)
        options = f"{', '.join(names)} or {last}" if names else last
        raise ValueError(
            f"loss is {loss.__name__} and task={settings['choices']['task']} takes loss={options}; choose one of "
            "these, or leave loss out"
        )


def is_foreign(loss: Any, takes: tuple[type, ...]) -> bool:
    """Tell whether a loss is one that galexp knows, and none of some kinds."""
    return _is_one_of(loss, _KNOWN) and not _is_one_of(loss, takes)


def _is_one_of(loss: Any, kinds: tuple[type, ...]) -> bool:
    return isinstance(loss, type) and issubclass(loss, kinds)


def _options(takes: tuple[type, ...]) -> list[str]:
    files = (conf_dir() / "loss").glob("*.yaml")
    targets = {path.stem: OmegaConf.select(OmegaConf.load(path), "_target_") for path in files}
    made_by = {name: target_of({"_target_": target}) for name, target in targets.items() if target}
    return sorted(name for name, loss in made_by.items() if _is_one_of(loss, takes))
