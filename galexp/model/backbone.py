"""Every backbone of timm by its name; the one place where timm is imported."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import Any

import timm
from huggingface_hub import get_hf_file_metadata, hf_hub_url, try_to_load_from_cache
from torch import nn

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
        ValueError: If timm has no such backbone, or no published weights for it.
        FileNotFoundError: If `weights` is not a file.
        ConnectionError: If the published weights are not in the cache and the hub does not answer.
    """
    if not timm.is_model(name):
        near = get_close_matches(name, timm.list_models(), n=5, cutoff=0.4)
        raise ValueError(f"timm has no backbone {name!r}; the nearest names are {near}; see timm.list_models()")
    if weights is not None and not Path(weights).is_file():
        raise FileNotFoundError(f"weights {weights!r} is not a file; give one in timm's format, or null")
    start = weights is not None or pretrained
    file = weights or (_published_weights(name) if pretrained else None)
    return timm.create_model(
        name,
        pretrained=start,
        pretrained_cfg_overlay={"file": file} if file else None,
        num_classes=num_classes,
        in_chans=in_chans,
        **kwargs,
    )


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
