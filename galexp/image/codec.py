"""Between image bytes and pixels, and what is wrong with either."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageFile, UnidentifiedImageError

if TYPE_CHECKING:
    from jaxtyping import UInt8

_BLANK_SPREAD = 1.0
_DEEP_MODES = ("I", "F")


def decode(image: bytes, name: str) -> UInt8[np.ndarray, "height width band"]:
    """Decode JPEG or PNG bytes into 8-bit bands, one for grayscale images and three for color.

    Args:
        image: The file's bytes.
        name: What to call the image in an error.

    Raises:
        ValueError: where the bytes are empty, truncated or not an image, or have more than 8 bits per band.
    """
    assert not ImageFile.LOAD_TRUNCATED_IMAGES
    try:
        with Image.open(io.BytesIO(image)) as opened:
            if opened.mode in _DEEP_MODES or opened.mode.startswith("I;16"):
                raise ValueError(f"pixels of mode {opened.mode}, not 8 bits per band")
            pixels = np.asarray(opened if opened.mode in ("L", "RGB") else opened.convert("RGB"))
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise ValueError(
            f"{name} is not a whole 8-bit image ({len(image)} bytes: {error}); fetch it again or remove it"
        ) from error
    return pixels if pixels.ndim == 3 else pixels[:, :, None]


def encode_png(pixels: UInt8[np.ndarray, "height width band"]) -> bytes:
    """Encode 8-bit pixels without loss.

    Example:
        >>> pixels = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
        >>> np.array_equal(decode(encode_png(pixels), "example"), pixels)
        True
    """
    encoded = io.BytesIO()
    Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels).save(encoded, format="PNG", compress_level=1)
    return encoded.getvalue()


def is_blank(pixels: UInt8[np.ndarray, "height width band"]) -> bool:
    """Tell whether an image shows nothing: no band's pixels spread by one gray level (a choice of ours).

    Example:
        >>> is_blank(np.full((4, 4, 3), 7, dtype=np.uint8))
        True
    """
    return bool(np.std(pixels, axis=(0, 1)).max() < _BLANK_SPREAD)
