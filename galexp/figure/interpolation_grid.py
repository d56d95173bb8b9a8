"""Images on a plane through the space of features, as in Figure 5 of Cai et al. (2020)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galexp.figure.style import mark, new_figure, styled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxtyping import UInt8
    from matplotlib.figure import Figure

    from galexp.shard.origin import Origin

_INCH = 0.9  # of an image
_GAP = 2  # [pixel]


def between(is_decoded: bool) -> str:
    """Return the title of a grid, whose images a network has drawn, or which are galaxies of the gallery.

    Example:
        >>> between(True)
        'Drawn by the network between four galaxies'
    """
    return f"{'Drawn by the network' if is_decoded else 'Galaxies nearest to points'} between four galaxies"


@styled
def interpolation_grid(
    images: UInt8[np.ndarray, "row column side side band"],
    corners: Sequence[str],
    title: str,
    *,
    origin: Origin,
) -> Figure:
    """Draw images edge to edge, with the names of the galaxies at the four corners.

    Args:
        images: In one band (gray) or three (red, green, blue).
        corners: Names at the upper left, upper right, lower left and lower right.
        title: Over the whole.
        origin: What the galaxies are; a mock or a simulation says so over the figure.

    Raises:
        ValueError: If there are not four names, or the images have neither one nor three bands.
    """
    if len(corners) != 4 or images.ndim != 5 or images.shape[-1] not in (1, 3):
        raise ValueError(
            f"images of shape {images.shape} with {len(corners)} names; expected [row, column, side, side, 1 or 3] and "
            "four names of corners"
        )
    rows, columns = images.shape[:2]
    figure, ((axes,),) = new_figure(1, 1, columns * _INCH, rows * _INCH + 0.7)
    mosaic = _mosaic(images)
    axes.imshow(mosaic[..., 0] if mosaic.shape[-1] == 1 else mosaic, cmap="gray", vmin=0, vmax=255)
    axes.set_axis_off()
    axes.set_title(f"{title}\n", fontsize=10)
    for name, x, y in zip(corners, (0, 1, 0, 1), (1, 1, 0, 0), strict=True):
        place = {"ha": "right" if x else "left", "va": "bottom" if y else "top"}
        axes.annotate(name, (x, y), (0, 3 if y else -3), "axes fraction", "offset points", fontsize=9, **place)
    mark(figure, origin)
    return figure


def _mosaic(images: np.ndarray) -> np.ndarray:
    """Lay the images into one, with white lines between them."""
    rows, columns, height, width, bands = images.shape
    framed = np.full((rows, columns, height + _GAP, width + _GAP, bands), 255, dtype=np.uint8)
    framed[:, :, :height, :width] = images
    joined = framed.transpose(0, 2, 1, 3, 4).reshape(rows * (height + _GAP), columns * (width + _GAP), bands)
    return joined[:-_GAP, :-_GAP]
