"""Make the network that a configuration describes, with the weights it starts from and a check of the image's size."""

from __future__ import annotations

import copy
import inspect
from typing import Any

import torch
from torch import nn

from galexp.model.start import announce, read_weights, take_over
from galexp.target import OWN_KEYS, instantiate, target_of

_STARTS = {"pretrained": False, "body_weights": None}
_LARGEST = 1024


def build_network(
    node: dict[str, Any], bands: int, num_classes: int, image_size: int | None = None, with_weights: bool = True
) -> nn.Module:
    """Make a network from its node of the configuration and the facts of the data.

    `weights` and `monochrome` may stand in the node of whatever network. A file with weights goes to a target that
    takes `weights` itself, such as a backbone of timm, unless it comes from a galexp run; see
    :func:`galexp.model.start.take_over` for all others.

    Args:
        node: Resolved, with `_target_`.
        bands: Of the images; a monochrome network takes one all the same.
        num_classes: Outputs.
        image_size: Side of the images that it will see [pixel], to be tried with one image of zeros; None to skip this.
        with_weights: Whether to start from the weights that the node names, published ones included; False where those
            of a checkpoint take their place anyway.

    Returns:
        The network, in training mode. What is random in it depends neither on the weights nor on the trial.

    Raises:
        UsageError: For a target that cannot be imported, or a key that it does not take.
        FileNotFoundError: For weights that are not there.
        ValueError: For weights that do not fit or cannot be read, or an image that the network cannot take.

    Example:
        >>> node = {"_target_": "galexp.model.small_cnn.SmallCNN", "width": 8, "monochrome": True}
        >>> network = build_network(node, bands=3, num_classes=2, image_size=32)
        >>> network.in_chans, network.num_classes
        (1, 2)
    """
    facts = {"in_chans": 1 if node.get("monochrome") else bands, "num_classes": num_classes}
    own = {key: value for key, value in node.items() if key not in OWN_KEYS["model"]}
    if not with_weights:
        own |= {key: value for key, value in _STARTS.items() if key in own}
    network = _started(own, facts, node.get("weights") if with_weights else None)
    if image_size is not None:
        check_image_size(network, image_size)
    return network


def _started(node: dict[str, Any], facts: dict[str, int], weights: str | None) -> nn.Module:
    if weights is None:
        return instantiate(node, **facts)
    state, is_of_a_run = read_weights(weights)
    if "weights" in inspect.signature(target_of(node)).parameters and not is_of_a_run:
        network = instantiate(node, **facts, weights=weights)
        announce(network, state, weights)
        return network
    network = instantiate(node, **facts)
    take_over(network, state, weights)
    return network


def check_image_size(network: nn.Module, side: int) -> None:
    """Send one image of zeros through a network, which stays as it is.

    Args:
        network: With `in_chans`.
        side: Of the image [pixel].

    Raises:
        ValueError: If the network cannot take it; the message names the nearest side that it takes.
    """
    reason = _refusal(network, side)
    if reason is None:
        return
    fitting = nearest_size(network, side)
    fault = "is too small for" if fitting is not None and fitting > side else "does not fit"
    remedy = f"no side up to {_LARGEST} px does" if fitting is None else f"set datamodule.image_size={fitting}"
    described = f"an image of {side} px {fault} {type(network).__name__} ({reason})"
    raise ValueError(f"{described}; {remedy}, or choose another model")


def nearest_size(network: nn.Module, side: int) -> int | None:
    """Return the side nearest above that a network takes, else the nearest below, by trying on the meta device.

    Sides further than 32 px away are tried in multiples of 16, up to 1,024 px. None where none of them fits.
    """
    shadow = copy.deepcopy(network).to("meta")
    above = [*range(side + 1, side + 33), *range(-(-(side + 33) // 16) * 16, _LARGEST + 1, 16)]
    below = range((side - 1) // 16 * 16, 0, -16)
    return next((other for other in [*above, *below] if _refusal(shadow, other) is None), None)


@torch.no_grad()
def _refusal(network: nn.Module, side: int) -> str | None:
    """Return why a network does not take an image, None where it does."""
    modes = [(module, module.training) for module in network.modules()]
    device = next(network.parameters()).device
    shape = (1, int(network.in_chans), side, side)  # type: ignore[arg-type]
    try:
        with torch.random.fork_rng(devices=[]):
            network.eval()(torch.zeros(shape, device=device))
    except Exception as error:  # Torch, timm and a network of the user's raise what they like.
        return " ".join(str(error).split())[:200] or type(error).__name__
    finally:
        for module, is_training in modes:
            module.training = is_training
    return None
