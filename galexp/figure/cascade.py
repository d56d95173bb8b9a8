"""How heat maps change while a network is made random, layer by layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from galexp.figure.style import CURVE, GUIDE, POINT, mark, new_figure, styled

if TYPE_CHECKING:
    from jaxtyping import Float
    from matplotlib.figure import Figure

    from galexp.shard.origin import Origin

_COLORS = (POINT, CURVE, "#009E73")


class Likeness(NamedTuple):
    """How much the maps of a method are still like those of the trained network, stage by stage.

    Attributes:
        rank_correlation: Mean over galaxies.
        rank_correlation_error: Its standard error.
        ssim: Mean over galaxies.
        ssim_error: Its standard error.
    """

    rank_correlation: Float[np.ndarray, " stage"]
    rank_correlation_error: Float[np.ndarray, " stage"]
    ssim: Float[np.ndarray, " stage"]
    ssim_error: Float[np.ndarray, " stage"]


@styled
def cascade(likeness: Mapping[str, Likeness], stages: Sequence[str], *, origin: Origin) -> Figure:
    """Draw rank correlation and structural similarity against the part of the network that is random.

    Args:
        likeness: Method -> its stages; the first is the trained network.
        stages: What each stage is called.
        origin: What the galaxies are; a mock or a simulation says so over the figure.

    Returns:
        The figure.

    Raises:
        ValueError: If a method has not a value for each stage.
    """
    lengths = {method: len(found.ssim) for method, found in likeness.items()}
    if not lengths or set(lengths.values()) != {len(stages)}:
        raise ValueError(f"{len(stages)} stages have values {lengths}; give each method one a stage")
    figure, axes = new_figure(1, 2, 4.4, 3.9, sharex=True)
    panels = {"rank_correlation": "rank correlation of the maps", "ssim": "structural similarity of the maps"}
    for ax, (name, label) in zip(axes[0], panels.items(), strict=True):
        for color, (method, found) in zip(_COLORS, likeness.items(), strict=False):
            values, errors = (getattr(found, field) for field in (name, f"{name}_error"))
            words = method.replace("_", " ")
            ax.errorbar(
                np.arange(len(stages)),
                values,
                yerr=np.nan_to_num(errors),
                color=color,
                fmt="o-",
                capsize=3,
                label=words,
            )
        ax.axhline(0, color=GUIDE, lw=1, ls=":")
        ax.set_xticks(np.arange(len(stages)), stages, rotation=35, ha="right", rotation_mode="anchor")
        ax.set(ylabel=label, xlabel="random from the output down to")
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=3)
    mark(figure, origin)
    return figure
