"""All of a few images on one sheet, to be looked at before anything is trained on them."""

from __future__ import annotations

import functools
import pathlib
import textwrap
from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from galexp.figure.style import BAND_COLOR, DOTS_PER_INCH, MARK_COLOR

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxtyping import UInt8

    from galexp.shard.origin import Origin

_SIDE, _GAP = 225, 15  # of an image, and between two [pixel]; 225 are 1.5 inch
_BAND = 39  # height of the band of a mock [pixel]
_CAPTION, _TITLE, _MARK = 8, 12, 9  # size of the letters [point]
_PIXELATED = 3.0  # images that are enlarged by more keep their square pixels; a choice, that of matplotlib


def contact_sheet(
    images: Sequence[UInt8[np.ndarray, "height width *band"]],
    captions: Sequence[str],
    title: str,
    columns: int,
    *,
    origin: Origin,
) -> Image.Image:
    """Draw images in a grid, a caption under each, as they are: nothing is stretched.

    Pillow draws it, within hundredths of a second, as a report has dozens of sheets.

    Args:
        images: In gray (with one band, or none) or three bands (red, green, blue); their sizes may differ.
        captions: One an image; it may have several lines.
        title: Over the whole, empty for none.
        columns: Images in a row.
        origin: What the galaxies are; a mock or a simulation says so over the sheet.

    Returns:
        The sheet, in red, green and blue, of 150 dots an inch.

    Raises:
        ValueError: If there are no images or columns, an image has neither one nor three bands or is not of 8 bits, or
            the number of captions is wrong.
    """
    _check(images, captions, columns)
    rows, columns = -(-len(images) // columns), min(columns, len(images))
    heading = textwrap.fill(title, 14 * columns)
    top = _GAP // 2 + (_BAND if origin.mark else 0) + (_height(heading, _TITLE) + _GAP if heading else 0)
    across = _GAP + _SIDE
    down = across + max(_height(caption, _CAPTION) for caption in captions)
    sheet = Image.new("RGB", (columns * across, top + rows * down), "white")
    pen = ImageDraw.Draw(sheet)
    if origin.mark:
        pen.rectangle((0, 0, sheet.width, _BAND), fill=BAND_COLOR)
        pen.text((sheet.width / 2, _BAND / 2), origin.mark, MARK_COLOR, _font(_MARK, "DejaVuSans-Bold"), anchor="mm")
    if heading:
        place = (sheet.width / 2, top - _height(heading, _TITLE) - _GAP)
        pen.multiline_text(place, heading, "black", _font(_TITLE), anchor="ma", align="center")
    for number, (image, caption) in enumerate(zip(images, captions, strict=True)):
        left, upper = number % columns * across + _GAP // 2, top + number // columns * down
        _paste(sheet, image, left, upper)
        place = (left + _SIDE / 2, upper + _SIDE + 3)
        pen.multiline_text(place, caption, "black", _font(_CAPTION), anchor="ma", align="center")
    return sheet


def _paste(sheet: Image.Image, image: UInt8[np.ndarray, "height width *band"], left: int, upper: int) -> None:
    """Put an image into the middle of its square."""
    stamp = Image.fromarray(image[..., 0] if image.ndim == 3 and image.shape[2] == 1 else image)
    scale = _SIDE / max(stamp.size)
    size = (max(1, round(stamp.width * scale)), max(1, round(stamp.height * scale)))
    shown = stamp.resize(size, Image.Resampling.BOX if scale >= _PIXELATED else Image.Resampling.HAMMING)
    sheet.paste(shown, (left + (_SIDE - size[0]) // 2, upper + (_SIDE - size[1]) // 2))


@functools.cache
def _font(points: int, name: str = "DejaVuSans") -> ImageFont.FreeTypeFont:
    """Return a font that matplotlib brings, so that sheets look like figures."""
    path = pathlib.Path(mpl.get_data_path()) / "fonts" / "ttf" / f"{name}.ttf"
    return ImageFont.truetype(path, points * DOTS_PER_INCH / 72)


def _height(text: str, points: int) -> int:
    """Return what lines of text take, with the space under them [pixel]."""
    return round(1.35 * points * DOTS_PER_INCH / 72 * (1 + text.count("\n")))


def _check(images: Sequence[np.ndarray], captions: Sequence[str], columns: int) -> None:
    if len(images) == 0 or columns < 1:
        raise ValueError(f"{len(images)} images in {columns} columns; expected at least one of both")
    if len(captions) != len(images):
        raise ValueError(f"{len(images)} images have {len(captions)} captions; give one an image")
    for image in images:
        if image.dtype != np.uint8 or image.ndim not in (2, 3) or image.shape[2:] not in ((), (1,), (3,)):
            raise ValueError(
                f"an image has shape {image.shape} and type {image.dtype}; expected uint8 and [height, width] or "
                "[height, width, 1 or 3]"
            )
