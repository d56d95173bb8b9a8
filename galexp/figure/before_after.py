"""A stored image, and what is left of it for the network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.patches import Rectangle

from galexp.figure.style import CURVE, mark, new_figure, styled

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from jaxtyping import UInt8
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from galexp.shard.origin import Origin

_SIDE = 1.9  # [inch]


@styled
def before_after(
    stored: Sequence[UInt8[np.ndarray, "height width band"]],
    seen: Sequence[UInt8[np.ndarray, "side side band"]],
    captions: Sequence[str],
    field_fraction: float,
    *,
    origin: Origin,
) -> Figure:
    """Draw stored images with the field of the network marked in them, and what it sees below, pixel by pixel.

    Args:
        stored: In one band (gray) or three (red, green, blue).
        seen: Of the same galaxies.
        captions: One a galaxy.
        field_fraction: Side of the field that the network sees, as a fraction of the largest central square's.
        origin: What the galaxies are; a mock or a simulation says so over the figure.

    Returns:
        The figure.

    Raises:
        ValueError: If there are no images, or not as many of the one, of the other and of captions.
    """
    if not len(stored) or not len(stored) == len(seen) == len(captions):
        raise ValueError(
            f"{len(stored)} stored images, {len(seen)} seen ones and {len(captions)} captions; give as many of each"
        )
    figure, axes = new_figure(2, len(stored), _SIDE, _SIDE + 0.25)
    for column, (before, after, caption) in enumerate(zip(stored, seen, captions, strict=True)):
        _show(axes[0, column], before)
        _frame(axes[0, column], before, field_fraction)
        _show(axes[1, column], after)
        axes[0, column].set_title(caption, fontsize=8)
        axes[1, column].set_xlabel(_size(after), fontsize=8)
        axes[0, column].set_xlabel(_size(before), fontsize=8)
    axes[0, 0].set_ylabel("stored", fontsize=10, fontweight="bold")
    axes[1, 0].set_ylabel("seen", fontsize=10, fontweight="bold")
    mark(figure, origin)
    return figure


def _show(axes: Axes, image: UInt8[np.ndarray, "height width band"]) -> None:
    flat = image[..., 0] if image.shape[-1] == 1 else image
    axes.imshow(flat, cmap="gray", vmin=0, vmax=255, interpolation="nearest")
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)


def _frame(axes: Axes, image: np.ndarray, field_fraction: float) -> None:
    height, width = image.shape[:2]
    side = field_fraction * min(height, width)
    corner = ((width - side - 1) / 2, (height - side - 1) / 2)
    axes.add_patch(Rectangle(corner, side, side, fill=False, edgecolor=CURVE, lw=1.4))


def _size(image: np.ndarray) -> str:
    return f"{image.shape[1]} x {image.shape[0]} px"
