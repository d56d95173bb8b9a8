"""The parts of a representation: which may be trained, and who reads the labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from torch import nn

from galexp.loss.joint import JointLoss
from galexp.model.part import CLASSIFIER, FCAE, PARTS, VAE
from galexp.model.representation import RepresentationNetwork
from galexp.task.classification import Classification
from galexp.task.losses import is_foreign
from galexp.task.regression import Regression

if TYPE_CHECKING:
    from galexp.model.map_head import MapHead

OF_CLASSES = (nn.CrossEntropyLoss,)
OF_NUMBERS = (nn.MSELoss, nn.L1Loss, nn.HuberLoss, nn.SmoothL1Loss)
"""Losses of labels: a mean over rows, which ranks may share whatever labels they have, and never negative.

With ``weight`` a cross-entropy is a weighted mean over rows: ranks, and batches of validation, still count by their
rows, so that their mean is that of all rows only nearly.
"""


def check_parts(train_parts: Any, targets: Sequence[str], loss: JointLoss) -> None:
    """Refuse parts that cannot be trained.

    Args:
        train_parts: As they are configured.
        targets: Columns of labels.
        loss: With the weight of each.

    Raises:
        ValueError: for no parts, one that is unknown, a classifier without targets, or a weight of 0.
    """
    known = isinstance(train_parts, list | tuple) and bool(train_parts) and set(train_parts) <= set(PARTS)
    if not known:
        raise ValueError(f"task.train_parts is {train_parts!r}; name one or more of {', '.join(PARTS)}")
    if CLASSIFIER in train_parts and not targets:
        raise ValueError(
            "task.train_parts has classifier and task.targets is empty; name a column, with "
            "task=representation_classification or task=representation_regression"
        )
    for part in train_parts:
        if not loss.weights[part]:
            key = "image" if part == FCAE else part
            raise ValueError(f"task.train_parts has {part} and loss.{key} is 0; raise it, or take {part} out")


def check_unfrozen(network: RepresentationNetwork) -> None:
    """Refuse a network of which layers are held still, since the parts say what trains.

    Raises:
        ValueError: where the encoder does not train.
    """
    if not all(parameter.requires_grad for parameter in network.encoder.parameters()):
        raise ValueError(
            "layers.frozen holds the encoder, and of a representation task.train_parts says what trains; set "
            f"layers.frozen=0 and task.train_parts=[{VAE},{CLASSIFIER}]"
        )


def check_start(network: RepresentationNetwork, train_parts: Sequence[str]) -> None:
    """Refuse to train on what layers give that know nothing and never will.

    Args:
        network: With the weights that it starts from.
        train_parts: Parts that are trained.

    Raises:
        ValueError: for a part whose maps, or latent means, come from layers that have learned nothing and stay so.
    """
    for part in (VAE, CLASSIFIER):
        if part in train_parts and FCAE not in train_parts and not network.encoder.has_learned:
            raise ValueError(
                f"task.train_parts is {list(train_parts)} and the encoder has learned nothing: {part} would be trained "
                "on random projections; start from a run (model.weights=RUN), or train fcae, too"
            )
    if CLASSIFIER in train_parts and network.head == "latent" and VAE not in (*train_parts, *network.learned):
        raise ValueError(
            "model.head=latent predicts from latent means, and the VAE has learned nothing; start from a run that has "
            "one (model.weights=RUN), or train vae, too"
        )


def labels_kind(task: Mapping[str, Any]) -> type[Classification] | type[Regression] | None:
    """Return what task the labels of a representation are, from its settings; None where it has none."""
    if not task["targets"]:
        return None
    return Classification if task.get("classes") is not None else Regression


def labels_task(task: Mapping[str, Any], facts: Mapping[str, Any], head: MapHead) -> Classification | Regression | None:
    """Make the task that reads the outputs of a classifier of maps: a classification, or a regression.

    Args:
        task: Its settings.
        facts: Those of the task that it is part of.
        head: The classifier, whose parameters it shares.

    Returns:
        None where there are no targets.

    Raises:
        ValueError: for a loss of labels that is missing, or of another kind.
    """
    kind = labels_kind(task)
    if kind is None:
        return None
    loss = facts["loss"].labels
    takes: tuple[type[nn.Module], ...] = OF_CLASSES if kind is Classification else OF_NUMBERS
    if loss is None or is_foreign(type(loss), takes):
        made_by = f"joint_{'classification' if kind is Classification else 'regression'}"
        options = ", ".join(one.__name__ for one in takes)
        given = "null" if loss is None else type(loss).__name__
        raise ValueError(f"loss.labels is {given} and these labels take {options}; set loss={made_by}")
    names = ("optimizer", "schedule", "augment", "tta", "image_size", "seed")
    shared = {name: facts[name] for name in names if name in facts}
    cast("Any", head).head_is_learned = getattr(facts["model"], "head_is_learned", False)
    return kind(**task, model=head, loss=loss, normalize="none", **shared)
