"""Pictures within a page: small enough, as text that stands in an address."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from PIL import Image

from galexp.figure.style import DOTS_PER_INCH

if TYPE_CHECKING:
    from jaxtyping import UInt8

_PIXELS_PER_INCH = 96  # Of the web.
_COLORS = 256
_MOST_DIFFERENCE = 12  # Of 255; this method leaves white as it is, faster ones do not.
_STAMP_SIDE = 160
_JPEG: dict[str, Any] = {"format": "JPEG", "quality": 88}


class Inline(NamedTuple):
    """A picture within a page.

    Attributes:
        address: All of it, as a ``data:`` address.
        width: As it is to be shown [pixel].
        height: As it is to be shown [pixel].
    """

    address: str
    width: int
    height: int


def inline_png(png: bytes) -> Inline:
    """Return a figure for a page in fewer bytes, where the eye sees no difference.

    A drawing becomes a PNG with a palette of 256 colors; what has too many for one, photographs of galaxies, a JPEG.

    Args:
        png: Of 150 dots an inch; the page shows it in the size in which it was drawn.
    """
    with Image.open(io.BytesIO(png)) as image:
        full = image.convert("RGB")
    reduced = full.quantize(_COLORS, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    difference = np.abs(np.asarray(full, np.int16) - np.asarray(reduced.convert("RGB"), np.int16)).max()
    is_drawing = difference <= _MOST_DIFFERENCE
    small = _encoded(reduced, format="PNG") if is_drawing else _encoded(full, **_JPEG, subsampling=0)
    kind = "image/png" if is_drawing or len(png) <= len(small) else "image/jpeg"
    width, height = (round(side * _PIXELS_PER_INCH / DOTS_PER_INCH) for side in full.size)
    return Inline(_address(kind, min(small, png, key=len)), width, height)


def inline_stamp(image: UInt8[np.ndarray, "height width band"]) -> Inline:
    """Return a galaxy for a page: a JPEG of at most 160 pixels a side.

    Args:
        image: In one band (gray) or three (red, green, blue).
    """
    stamp = Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image)
    stamp.thumbnail((_STAMP_SIDE, _STAMP_SIDE), Image.Resampling.LANCZOS)
    return Inline(_address("image/jpeg", _encoded(stamp, **_JPEG)), *stamp.size)


def _encoded(image: Image.Image, **options: Any) -> bytes:
    stream = io.BytesIO()
    image.save(stream, **options)
    return stream.getvalue()


def _address(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"
