"""Start a network from weights that were learned before, with a new last layer where the outputs differ."""

from __future__ import annotations

import itertools
import pathlib
from typing import TYPE_CHECKING, Any, cast

import torch
from torch import nn

from galexp import world
from galexp.model.backbone import adapt_bands, read_state
from galexp.terminal import say

if TYPE_CHECKING:
    from torch import Tensor

RUN_PREFIX = "network.model."
_CHECKPOINTS = ("checkpoints/best.ckpt", "checkpoints/last.ckpt")
_COUNTER = "num_batches_tracked"
_FEW = 3


def read_weights(path: str | pathlib.Path) -> tuple[dict[str, Tensor], bool]:
    """Read the weights of a network.

    Args:
        path: The folder of a run (its best checkpoint, or the last where there is no best), a checkpoint, or a file
            with a state dict (.pth, .pt, .bin, .safetensors). Nothing but tensors and plain containers is read.

    Returns:
        The tensor of each name, and whether they are those of a galexp run; of these the network's own alone, without
        what its task holds beside it.

    Raises:
        FileNotFoundError: If there is no such file, or the folder is of no run.
        ValueError: If the file cannot be read, or holds no state dict.
    """
    state = read_state(_file(pathlib.Path(path)))
    own = {name.removeprefix(RUN_PREFIX): value for name, value in state.items() if name.startswith(RUN_PREFIX)}
    return own or state, bool(own)


def _file(path: pathlib.Path) -> pathlib.Path:
    if path.is_dir():
        found = [path / name for name in _CHECKPOINTS if (path / name).is_file()]
        if not found:
            raise FileNotFoundError(
                f"model.weights is {path}, a folder without {' or '.join(_CHECKPOINTS)}; give the folder of a run that "
                "was trained, or a file"
            )
        return found[0]
    if not path.is_file():
        raise FileNotFoundError(f"model.weights is {path}, which is not there; give a run's folder, a file, or null")
    return path


def take_over(network: nn.Module, state: dict[str, Tensor], origin: str | pathlib.Path) -> None:
    """Load weights into a network, in place, and say in one line what was taken over and what is new.

    Everything but the classifier must fit. The classifier is taken over where it has the same shape, and is left as it
    is, new, where the number of outputs differs; its outputs are in the units of its own training, so keep
    `task.standardize` as it was. The first convolution is adapted to another number of bands as timm does it; see
    :func:`galexp.model.backbone.adapt_bands`.

    Args:
        network: With `get_classifier()`.
        state: The tensor of each name, as :func:`read_weights` returns it.
        origin: Where they come from, for messages.

    Raises:
        ValueError: If a tensor is missing, has no place, or has another shape; the message names the first few.
    """
    own, last = network.state_dict(), f"{_classifier(network)}."
    taken = {name: value for name, value in state.items() if name in own or not name.startswith(last)}
    if conv := _first_convolution(network, own, taken):
        taken[conv] = adapt_bands(taken[conv], own[conv].shape[1])
    head = {name: value for name, value in own.items() if name.startswith(last)}
    if any(name not in taken or taken[name].shape != value.shape for name, value in head.items()):
        taken |= head
    _check_fit(own, taken, type(network).__name__, origin)
    network.load_state_dict(taken, strict=False)
    announce(network, state, origin)


def announce(network: nn.Module, state: dict[str, Tensor], origin: str | pathlib.Path) -> None:
    """Say, once for all processes of a job, what of a network is not as it is in the weights that it started from.

    A classifier that was taken over is marked on the network as ``head_is_learned``: it needs no start.
    """
    own, head = network.state_dict(), f"{_classifier(network)}."
    notes = [
        f"{name} adapted from {list(state[name].shape)} to {list(value.shape)}"
        for name, value in own.items()
        if name in state and state[name].shape != value.shape and not name.startswith(head)
    ]
    named = [name for name in own if name.startswith(head)]
    is_kept = all(name in state and torch.equal(own[name], state[name]) for name in named)
    cast("Any", network).head_is_learned = is_kept
    if not is_kept:
        notes.append(f"{head[:-1]} is new, with {network.num_classes} outputs")
    if world.is_leader():
        say(f"weights taken over from {origin}: {'; '.join(notes) or 'all of them as they are'}")


def _classifier(network: nn.Module) -> str:
    """Return the name of the last layer within its network."""
    classifier = cast("Any", network).get_classifier()
    return next(name for name, module in network.named_modules() if module is classifier)


def _first_convolution(network: nn.Module, own: dict[str, Tensor], state: dict[str, Tensor]) -> str | None:
    """Return the name of the weight that sees the bands, where another number of them is its only difference."""
    convolutions = (name for name, module in network.named_modules() if isinstance(module, nn.Conv2d))
    name = f"{next(convolutions, '')}.weight"
    if name not in own or name not in state:
        return None
    wanted, given = own[name].shape, state[name].shape
    is_bands = len(given) == 4 and wanted[1] == network.in_chans
    return name if is_bands and wanted[1] != given[1] and wanted[0] == given[0] and wanted[2:] == given[2:] else None


def _check_fit(own: dict[str, Tensor], state: dict[str, Tensor], network: str, origin: str | pathlib.Path) -> None:
    missing = [f"{name} is missing" for name in own if name not in state and not name.endswith(_COUNTER)]
    shapes = [
        f"{name} has shape {list(state[name].shape)}, expected {list(value.shape)}"
        for name, value in own.items()
        if name in state and state[name].shape != value.shape
    ]
    unknown = [f"{name} has no place" for name in state if name not in own]
    wrong = list(itertools.chain.from_iterable(itertools.zip_longest(shapes, missing, unknown)))
    wrong = [text for text in wrong if text]
    if wrong:
        more = f" and {len(wrong) - _FEW} more" if len(wrong) > _FEW else ""
        raise ValueError(
            f"the weights of {origin} do not fit {network}: {', '.join(wrong[:_FEW])}{more}; choose the model that "
            "learned them, or leave model.weights out"
        )
