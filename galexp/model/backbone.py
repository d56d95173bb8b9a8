"""Every backbone of timm by its name; the one place where timm is imported."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

import timm
import torch
from huggingface_hub import get_hf_file_metadata, hf_hub_url, try_to_load_from_cache
from timm.models import adapt_input_conv, load_state_dict
from torch import nn

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor

_WEIGHT_FILES = ("model.safetensors", "pytorch_model.bin")


def timm_backbone(
    name: str,
    num_classes: int = 1,
    in_chans: int = 3,
    pretrained: bool = False,
    weights: str | None = None,
    **kwargs: Any,
) -> nn.Module:
    """Create a backbone of timm.

    Published weights are adapted to the number of bands, and the classifier is made anew where the number of outputs
    differs.

    Args:
        name: Name in timm, such as `resnet34d` or `convnext_tiny.fb_in22k`.
        num_classes: Outputs.
        in_chans: Bands of the image.
        pretrained: Whether to start from published weights, from the cache or the Hugging Face hub.
        weights: File with weights in timm's format (.safetensors, .pth, .bin), in place of the hub's.
        **kwargs: What else this backbone takes, such as `drop_path_rate` or `img_size`.

    Returns:
        The network.

    Raises:
        ValueError: If timm has no such backbone, which does not take what else is given, or no published weights for
            it, or the file's do not fit it.
        FileNotFoundError: If `weights` is not a file.
        ConnectionError: If the published weights are not in the cache and the hub does not answer.
    """
    if not timm.is_model(name):
        near = get_close_matches(name, timm.list_models(), n=5, cutoff=0.4)
        raise ValueError(f"timm has no backbone {name!r}; the nearest names are {near}; see timm.list_models()")
    if weights is not None:
        return _from_file(name, Path(weights), num_classes, in_chans, kwargs)
    file = _published_weights(name) if pretrained else None
    overlay = {"file": file} if file else None
    facts = {"num_classes": num_classes, "in_chans": in_chans}
    return _create(name, kwargs, pretrained=pretrained, pretrained_cfg_overlay=overlay, **facts)


def _create(name: str, asked: dict[str, Any], **options: Any) -> nn.Module:
    try:
        return timm.create_model(name, **options, **asked)
    except (AssertionError, TypeError, ValueError) as error:  # What timm does not take it refuses in one of these.
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        keys = ", ".join(f"model.{key}={value}" for key, value in asked.items()) or "these settings"
        raise ValueError(f"timm makes no {name} with {keys} ({reason}); take out or change what it names") from error


def _from_file(name: str, file: Path, num_classes: int, in_chans: int, asked: dict[str, Any]) -> nn.Module:
    """Create a backbone with the outputs of the file first: timm ignores whatever does not fit where they differ."""
    if not file.is_file():
        raise FileNotFoundError(f"weights {str(file)!r} is not a file; give one in timm's format, or null")
    outputs = _outputs(name, read_state(file))
    overlay = {"file": str(file), "num_classes": outputs}
    facts = {"num_classes": outputs, "in_chans": in_chans}
    try:
        model: Any = _create(name, asked, pretrained=True, pretrained_cfg_overlay=overlay, **facts)
    except (RuntimeError, KeyError) as error:
        reason = " ".join(str(error).split())[:200]
        raise ValueError(
            f"the weights of {file} do not fit {name} ({reason}); give a file in timm's format for {name}, or null"
        ) from error
    if outputs != num_classes:
        model.reset_classifier(num_classes)
    return model


def _outputs(name: str, state: dict[str, Tensor]) -> int:
    """Return the number of outputs of weights in timm's format, 0 where they hold no classifier."""
    config = timm.get_pretrained_cfg(name)
    classifier = config.classifier if config else "fc"
    weight = state.get(f"{classifier}.weight")
    return 0 if weight is None else len(weight) - (config.label_offset or 0 if config else 0)


def timm_body(
    name: str, in_chans: int = 3, pretrained: bool = False, weights: str | None = None, **kwargs: Any
) -> nn.Module:
    """Create a backbone of timm without anything after its last feature map, for a head of another kind.

    Args:
        name: Name in timm of a convolutional network, such as `resnet34`.
        in_chans: Bands of the image.
        pretrained: As in :func:`timm_backbone`.
        weights: As in :func:`timm_backbone`.
        **kwargs: What else this backbone takes.

    Returns:
        The network, of which `forward_features` is to be called.

    Raises:
        ValueError: As :func:`timm_backbone`.
        FileNotFoundError: As :func:`timm_backbone`.
        ConnectionError: As :func:`timm_backbone`.
    """
    body: Any = timm_backbone(name, in_chans=in_chans, pretrained=pretrained, weights=weights, **kwargs)
    classifier = body.get_classifier()
    head = next(name for name, module in body.named_modules() if module is classifier).split(".")[0]
    children = [name for name, _ in body.named_children()]
    for child in children[children.index("global_pool" if "global_pool" in children else head) :]:
        body.set_submodule(child, nn.Identity())
    return body


def adapt_bands(
    weight: Float[Tensor, "out band height width"], bands: int
) -> Float[Tensor, "out new_band height width"]:
    """Adapt the weight of a first convolution to another number of bands, as timm does.

    One band gets the sum over bands, and answers a gray image as all of them did together. Otherwise bands are given
    in turn, over and over, and scaled by their old over their new number.

    Args:
        weight: As it was learned.
        bands: Of the images to come.

    Example:
        >>> adapt_bands(torch.ones(1, 3, 1, 1), 1).flatten().tolist()
        [3.0]
        >>> adapt_bands(torch.ones(1, 3, 1, 1), 4).flatten().tolist()
        [0.75, 0.75, 0.75, 0.75]
    """
    return adapt_input_conv(bands, weight, base_chans=weight.shape[1])


def read_state(path: Path) -> dict[str, Tensor]:
    """Read a state dict from a file, which may hold it under `state_dict` or `model` beside other things.

    Args:
        path: A .safetensors file, or one that `torch.save` wrote, of which nothing but tensors and plain containers is
            read.

    Raises:
        ValueError: If the file cannot be read, or holds no state dict.
    """
    try:
        state = load_state_dict(str(path), weights_only=True)
        is_state = bool(state) and all(isinstance(value, torch.Tensor) for value in state.values())
    except Exception as error:  # The classes are those of torch, pickle, zipfile and safetensors.
        reason = " ".join(str(error).split())[:120]
        raise ValueError(
            f"{path} cannot be read as weights ({reason}); give a file that torch.save wrote, or a .safetensors"
        ) from error
    if not is_state:
        raise ValueError(f"{path} holds no state dict (a tensor for each name); save model.state_dict() into it")
    return state


def _published_weights(name: str) -> str | None:
    """Return the cached file, or None where the hub answers: timm alone retries for most of a minute in its absence."""
    config = timm.get_pretrained_cfg(name)
    if config is None or not config.has_weights:
        raise ValueError(f"timm has no published weights for {name!r}; set pretrained=false, or weights to a file")
    if not config.hf_hub_id:
        return None
    for file in _WEIGHT_FILES:
        if isinstance(cached := try_to_load_from_cache(config.hf_hub_id, file), str):
            return cached
    try:
        get_hf_file_metadata(hf_hub_url(config.hf_hub_id, "config.json"), timeout=5)
    except Exception as error:  # Its class belongs to the HTTP library that the hub's client happens to use.
        raise ConnectionError(
            f"the weights of {name!r} are not in the cache and the Hugging Face hub does not give them ({error}); "
            "run once where it does, set weights to a file, or set pretrained=false"
        ) from error
    return None
