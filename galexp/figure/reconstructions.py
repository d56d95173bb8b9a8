"""Images, what a network draws of them again, and what is left over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from galexp.figure.style import mark, new_figure, styled

if TYPE_CHECKING:
    from jaxtyping import Float
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from galexp.evaluation.reconstruction import Drawn
    from galexp.shard.origin import Origin

_FROM = {"map": "from the map", "latent": "from latent means"}
_LEAST = 1 / 255  # a step of the stored images
_LONGEST = 22


@styled
def reconstructions(drawn: Drawn, *, origin: Origin) -> Figure:
    """Draw images, one a row, beside each reconstruction and its residual, image minus reconstruction.

    Red is what the network leaves out, blue what it adds. Residuals, of several bands their mean, share one scale: from
    minus to plus the 99.5th percentile of their absolute values.

    Args:
        drawn: Images in [0, 1] and what was drawn of them.
        origin: What the galaxies are; a mock or a simulation says so over the figure.

    Returns:
        The figure.

    Raises:
        ValueError: If there are no images or no reconstructions, or images have neither one nor three bands.
    """
    _check(drawn)
    left = {name: (drawn.images - again).mean(-1) for name, again in drawn.again.items()}
    scale = max(float(np.percentile(np.abs(list(left.values())), 99.5)), _LEAST)
    figure, axes = new_figure(len(drawn.images), 1 + 2 * len(left), 1.5, 1.5)
    shown: Any = None
    for row, (panels, name) in enumerate(zip(axes, drawn.names, strict=True)):
        _show(panels[0], drawn.images[row])
        panels[0].set_ylabel(name if len(name) <= _LONGEST else f"{name[: _LONGEST - 3]}...", fontsize=7)
        for number, (kind, again) in enumerate(drawn.again.items()):
            _show(panels[1 + 2 * number], again[row])
            panel = panels[2 + 2 * number]
            shown = panel.imshow(left[kind][row], cmap="RdBu_r", vmin=-scale, vmax=scale)
            panel.set_xlabel(f"RMSE {np.sqrt(np.mean((drawn.images - again)[row] ** 2)):.4f}", fontsize=8, labelpad=2)
    titles = ["image", *(title for kind in left for title in (_FROM[kind], "residual"))]
    for panel, title in zip(axes[0], titles, strict=True):
        panel.set_title(title, fontsize=9, loc="center")
    for panel in axes.flat:
        panel.set(xticks=[], yticks=[])
        panel.spines[:].set_visible(False)
    bar = figure.colorbar(shown, ax=axes, location="right", shrink=0.5, aspect=30, pad=0.01)
    bar.set_label("image - reconstruction [of the brightest value]")
    mark(figure, origin)
    return figure


def _show(panel: Axes, image: Float[np.ndarray, "height width band"]) -> None:
    panel.imshow(image[..., 0] if image.shape[-1] == 1 else image, cmap="gray", vmin=0, vmax=1)


def _check(drawn: Drawn) -> None:
    if not len(drawn.images) or not drawn.again:
        raise ValueError(
            f"{len(drawn.images)} images and {len(drawn.again)} reconstructions of each; expected one or more of both"
        )
    if drawn.images.shape[-1] not in (1, 3):
        raise ValueError(f"images have {drawn.images.shape[-1]} bands; expected 1 or 3 to be drawn")
