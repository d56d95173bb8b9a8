"""Which network learns more from as many images."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.ticker import EngFormatter, FuncFormatter

from galexp.figure.style import GUIDE, mark, new_figure, styled, with_unit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jaxtyping import Float
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from galexp.shard.origin import Origin

COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
_LOG_FROM, _MARKED_UP_TO = 4.0, 30
_HEIGHT, _LINE = 4.3, 0.16  # [inch]; the second of a line of the legend


@dataclasses.dataclass(frozen=True)
class Course:
    """The course of one training.

    Args:
        images: Training images that were seen, an image once an epoch.
        train: Error on them, as augmented and with dropout on; NaN where there is none.
        val: Error on the validation images; NaN likewise.
    """

    images: Float[np.ndarray, " epoch"]
    train: Float[np.ndarray, " epoch"]
    val: Float[np.ndarray, " epoch"]


@styled
def images_seen(
    courses: Mapping[str, Sequence[Course]], label: str, guides: Mapping[str, float] | None = None, *, origin: Origin
) -> Figure:
    """Draw the error of several groups of trainings against the number of images seen.

    Each training is a line: val solid, train dashed. The error on training images is measured while the network changes
    and with its dropout, so that it may lie above that on validation images.

    Args:
        courses: Of each group, under its name.
        label: Of the error.
        guides: What to draw a horizontal line for -> value.
        origin: What the galaxies are; a mock or a simulation says so over the figure.

    Returns:
        The figure; the axis of the error is logarithmic where it spans a factor of four.

    Raises:
        ValueError: If there are no groups, or more than there are colors.
    """
    if not 0 < len(courses) <= len(COLORS):
        raise ValueError(
            f"{len(courses)} groups were given; expected 1 to {len(COLORS)}, which have colors of their own"
        )
    names = [with_unit(name, "", width=70) for name in courses] + ["val", "train"]
    figure, axes = new_figure(1, 1, 7.2, _HEIGHT + _LINE * "\n".join(names).count("\n"))
    ax = axes[0, 0]
    for color, members in zip(COLORS, courses.values(), strict=False):
        for course in members:
            _draw(ax, course, color)
    for name, value in (guides or {}).items():
        ax.axhline(value, color=GUIDE, lw=0.9, ls=":")
        ax.annotate(name, (1, value), xycoords=("axes fraction", "data"), ha="right", va="bottom", fontsize=8)
    _set_axes(ax, [value for members in courses.values() for course in members for value in (course.train, course.val)])
    ax.set(xlabel="training images seen", ylabel=label)
    handles = [Line2D([], [], color=color, lw=2) for color, _ in zip(COLORS, courses, strict=False)]
    handles += [Line2D([], [], color="#555555", lw=1.8), Line2D([], [], color="#555555", lw=1.2, ls="--")]
    ax.legend(handles, names, loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=0.3, fontsize=8)
    mark(figure, origin)
    return figure


def _draw(axes: Axes, course: Course, color: str) -> None:
    marker = "o" if len(course.images) <= _MARKED_UP_TO else ""
    axes.plot(course.images, course.val, color=color, lw=1.8, marker=marker, ms=3)
    axes.plot(course.images, course.train, color=color, lw=1.1, ls="--", marker=marker, ms=2)


def _set_axes(axes: Axes, values: Sequence[np.ndarray]) -> None:
    finite = np.concatenate([one[np.isfinite(one)] for one in values])
    if len(finite) and finite.min() > 0 and finite.max() > _LOG_FROM * finite.min():
        axes.set_yscale("log")
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, place: f"{value:g}"))
    axes.set_xlim(left=0)
    axes.xaxis.set_major_formatter(EngFormatter(sep=""))
    axes.grid(alpha=0.25)
