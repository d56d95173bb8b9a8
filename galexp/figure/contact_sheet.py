"""All of a few images on one sheet, to be looked at before anything is trained on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galexp.figure.style import mark, new_figure, styled, with_unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxtyping import UInt8
    from matplotlib.figure import Figure

    from galexp.shard.origin import Origin

_SIDE, _LINE = 1.5, 0.17  # [inch]


@styled
def contact_sheet(
    images: Sequence[UInt8[np.ndarray, "height width *band"]],
    captions: Sequence[str],
    title: str,
    columns: int,
    *,
    origin: Origin,
) -> Figure:
    """Draw images in a grid, a caption under each, as they are: nothing is stretched.

    Args:
        images: In gray (with one band, or none) or three bands (red, green, blue); their sizes may differ.
        captions: One an image; it may have several lines.
        title: Over the whole, empty for none.
        columns: Images in a row.
        origin: What the galaxies are; a mock or a simulation says so over the figure.

    Returns:
        The figure.

    Raises:
        ValueError: If there are no images or columns, an image has neither one nor three bands or is not of 8 bits, or
            the number of captions is wrong.
    """
    _check(images, captions, columns)
    rows, columns = -(-len(images) // columns), min(columns, len(images))
    lines = 1 + max(caption.count("\n") for caption in captions)
    figure, axes = new_figure(rows, columns, _SIDE, _SIDE + _LINE * lines)
    for ax in axes.flat:
        ax.set(xticks=[], yticks=[])
        ax.spines[:].set_visible(False)
    for ax, image, caption in zip(axes.flat, images, captions, strict=False):
        flat = image[..., 0] if image.ndim == 3 and image.shape[2] == 1 else image
        ax.imshow(flat, cmap="gray", vmin=0, vmax=255)
        ax.set_xlabel(caption, fontsize=8, labelpad=3)
    if title:
        figure.suptitle(with_unit(title, "", width=14 * columns))
    mark(figure, origin)
    return figure


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
