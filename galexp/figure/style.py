"""One look for all figures: fonts, colors, the label of mock data, the file."""

from __future__ import annotations

import functools
import pathlib
import textwrap
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_pdf import FigureCanvasPdf
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from galexp.shard.origin import Origin

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy as np
    from matplotlib.axes import Axes

P = ParamSpec("P")
R = TypeVar("R")

# Far apart for color-blind readers; each role also has a line of its own, for print in gray.
ROLE_COLORS = {"train": "#0072B2", "val": "#E69F00", "test": "#A3142F", "unused": "#999999"}
ROLE_LINES: Mapping[str, Any] = {"train": "-", "val": (0, (5, 1.5)), "test": "-", "unused": (0, (1, 1.2))}
BAND_COLOR, MARK_COLOR = "#F5E3B3", "#6B4A00"
POINT, CURVE, GUIDE = "#0072B2", "#D55E00", "#000000"

_STYLE = {
    **{key: value for key, value in mpl.rcParamsDefault.items() if not key.startswith(("backend", "webagg"))},
    "font.size": 10,
    "axes.labelsize": 10,
    "axes.titlesize": 11,
    "figure.titlesize": 12,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "legend.fontsize": 9,
    "legend.frameon": False,
    "figure.dpi": 100,
    "figure.constrained_layout.h_pad": 0.06,
    "figure.constrained_layout.w_pad": 0.06,
}
DOTS_PER_INCH = 150
# The time of writing is left out.
_METADATA = {".png": {"Software": "galexp"}, ".pdf": {"Creator": "galexp", "CreationDate": None}}
_BAND_HEIGHT, _LINE_HEIGHT = 0.26, 0.2  # [inch]


def styled(draw: Callable[P, R]) -> Callable[P, R]:
    """Make a function draw in the style of the package, whatever the settings of the user."""

    @functools.wraps(draw)
    def inside(*args: P.args, **kwargs: P.kwargs) -> R:
        with mpl.rc_context(_STYLE):
            return draw(*args, **kwargs)

    return inside


def new_figure(rows: int, columns: int, width: float, height: float, **options: Any) -> tuple[Figure, np.ndarray]:
    """Return a figure outside pyplot and its panels [row, column].

    Args:
        rows: Of panels.
        columns: Of panels.
        width: Of a panel [inch].
        height: Of a panel [inch].
        **options: What `Figure.subplots` takes.
    """
    figure = Figure(figsize=(columns * width, rows * height), layout="constrained")
    return figure, figure.subplots(rows, columns, squeeze=False, **options)


@styled
def mark(figure: Figure, origin: Origin) -> None:
    """Put a band that says MOCK DATA or SIMULATION over a figure, which becomes higher by it; none for observations."""
    if not origin.mark:
        return
    width, height = figure.get_size_inches()
    total = height + _BAND_HEIGHT
    figure.set_size_inches(width, total)
    bottom = below = height / total
    if figure.get_suptitle():
        figure.suptitle(figure.get_suptitle(), y=bottom - 0.06 / total)
        below -= (0.1 + _LINE_HEIGHT * (1 + figure.get_suptitle().count("\n"))) / total
    figure.set_layout_engine("constrained", rect=(0, 0, 1, below))
    band = Rectangle((0, bottom), 1, 1 - bottom, transform=figure.transFigure, facecolor=BAND_COLOR, edgecolor="none")
    figure.add_artist(band)
    style: dict[str, Any] = {
        "ha": "center",
        "va": "center",
        "fontsize": 9,
        "fontweight": "bold",
        "color": MARK_COLOR,
        "gid": "mock",
    }
    figure.text(0.5, (1 + bottom) / 2, origin.mark, in_layout=False, **style)


@styled
def save(figure: Figure, path: str | pathlib.Path) -> pathlib.Path:
    """Write a PNG of 150 dots an inch or a PDF, and the folders above it; equal figures give equal bytes.

    Args:
        figure: To be written.
        path: Of the file; its ending, ``.png`` or ``.pdf``, says the format.

    Returns:
        The path.

    Raises:
        ValueError: for another ending.
    """
    path = pathlib.Path(path)
    if path.suffix not in _METADATA:
        raise ValueError(f"{path} does not end with one of {', '.join(_METADATA)}; rename it")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.dpi = DOTS_PER_INCH
    # Figure.savefig would draw everything twice, to no effect here: the first time to measure what is to be cut off.
    if path.suffix == ".png":
        FigureCanvasAgg(figure).print_png(path, metadata=_METADATA[path.suffix])
    else:
        FigureCanvasPdf(figure).print_pdf(path, metadata=_METADATA[path.suffix])
    return path


def with_unit(label: str, unit: str, width: int = 40) -> str:
    """Return ``label [unit]``, broken into lines of `width` characters.

    Example:
        >>> with_unit("12 + log(O/H)", "dex")
        '12 + log(O/H) [dex]'
    """
    return textwrap.fill(f"{label} [{unit}]" if unit else label, width, break_long_words=False)


def put_legend_above(axes: Axes, columns: int) -> None:
    """Put the legend, if there is anything to tell, over a panel, where it hides nothing."""
    if axes.get_legend_handles_labels()[0]:
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=columns, borderaxespad=0.2, handlelength=1.8)
