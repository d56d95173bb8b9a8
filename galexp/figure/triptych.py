"""Images beside their heat maps, one galaxy a row, as in Figure 5 of Wu (2020)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import matplotlib as mpl
import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize

from galexp.figure.style import mark, new_figure, styled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxtyping import Float, UInt8
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from galexp.shard.origin import Origin

HEAT, OPACITY = "cividis", 0.8
_SIDE, _TEXT, _BAR, _TITLE = 1.9, 0.4, 0.9, 0.35  # of a picture, the lines over it, the bar, the title [inch]


class Panel(NamedTuple):
    """One picture of a row.

    Attributes:
        title: Over it, of one or two lines.
        heat: From 0 to 1, over the image; None for the image alone.
    """

    title: str
    heat: Float[np.ndarray, "height width"] | None = None


def overlay(
    image: UInt8[np.ndarray, "height width band"], heat: Float[np.ndarray, "height width"]
) -> Float[np.ndarray, "height width 3"]:
    """Lay a heat map over an image: 0.8 of its color (cividis) and 0.2 of the image, as Wu (2020) does.

    Example:
        >>> image = np.zeros((1, 1, 3), dtype=np.uint8)
        >>> np.allclose(overlay(image, np.ones((1, 1))), 0.8 * np.array(mpl.colormaps["cividis"](1.0)[:3]))
        True
    """
    return OPACITY * mpl.colormaps[HEAT](heat)[..., :3] + (1 - OPACITY) * in_color(image) / 255


def in_color(image: UInt8[np.ndarray, "height width band"]) -> UInt8[np.ndarray, "height width 3"]:
    """Return an image of three bands as it is, and the first band of any other in gray."""
    return image if image.shape[-1] == 3 else np.repeat(image[..., :1], 3, axis=-1)


@styled
def triptychs(
    images: UInt8[np.ndarray, "galaxy height width band"],
    rows: Sequence[Sequence[Panel]],
    label: str,
    suptitle: str = "",
    *,
    origin: Origin,
) -> Figure:
    """Draw each galaxy's image and heat maps side by side.

    Args:
        images: In [0, 255].
        rows: Panels of each galaxy, as many for each.
        label: Of the color bar: what 1 means.
        suptitle: Over the whole, empty for none.
        origin: What the galaxies are; a mock or a simulation says so over the figure.

    Returns:
        The figure.

    Raises:
        ValueError: If there are no galaxies, or rows of panels do not match them.
    """
    widths = {len(row) for row in rows}
    if len(images) == 0 or len(rows) != len(images) or len(widths) != 1:
        raise ValueError(
            f"{len(images)} images have {len(rows)} rows of {sorted(widths)} panels; give each a row, all of one length"
        )
    (across,) = widths
    figure, axes = new_figure(len(images), across, _SIDE, _SIDE + _TEXT)
    figure.set_size_inches(across * _SIDE + _BAR, len(images) * (_SIDE + _TEXT) + (_TITLE if suptitle else 0))
    for line, image, row in zip(axes, images, rows, strict=True):
        for ax, panel in zip(line, row, strict=True):
            _draw(ax, image, panel)
    bar = figure.colorbar(ScalarMappable(Normalize(0, 1), HEAT), ax=axes, shrink=min(1.0, 2 / len(images)), aspect=18)
    bar.set_label(label, fontsize=9)
    if suptitle:
        figure.suptitle(suptitle)
    mark(figure, origin)
    return figure


def _draw(axes: Axes, image: np.ndarray, panel: Panel) -> None:
    axes.imshow(in_color(image) if panel.heat is None else overlay(image, panel.heat))
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    axes.set_title(panel.title, fontsize=8.5, loc="center", pad=3, linespacing=1.25)
