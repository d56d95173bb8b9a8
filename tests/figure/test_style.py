import ast
import functools
import pathlib
import subprocess
import sys
import tempfile

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from PIL import Image

import galexp.figure
from galexp.figure.baseline_bars import baseline_bars
from galexp.figure.confusion import confusion
from galexp.figure.coverage import coverage
from galexp.figure.gallery import gallery
from galexp.figure.learning_curve import learning_curve
from galexp.figure.lr_find import learning_rate_sweep
from galexp.figure.published import distribution_beside_published
from galexp.figure.ranking import ranking
from galexp.figure.reliability import reliability
from galexp.figure.residuals import residuals
from galexp.figure.split_histograms import split_histograms
from galexp.figure.style import ROLE_COLORS, ROLE_LINES, mark, new_figure, save, with_unit
from galexp.figure.truth_against_prediction import truth_against_prediction
from galexp.mock.published import PublishedDistribution
from galexp.shard.origin import Origin
from galexp.split.base import ROLES

TRUTH = np.linspace(8.5, 9.2, 40)
ROLE = np.array(["train", "test"] * 20)
LABELS, PROBABILITIES = np.arange(40.0) % 2, np.stack([np.linspace(1, 0, 40), np.linspace(0, 1, 40)], axis=1)
RATES = np.geomspace(1e-7, 1, 20)
PUBLISHED = PublishedDistribution("Z", "Z [dex]", {50: 8.9}, 0.2, "a paper")
FIGURES = {
    "truth_against_prediction": lambda **mock: truth_against_prediction(TRUTH, TRUTH, "Z", "dex", {"rmse": 0}, **mock),
    "residuals": lambda **mock: residuals(TRUTH, np.roll(TRUTH, 1), "Z", "dex", **mock),
    "learning_curve": lambda **mock: learning_curve({"train/rmse": [0.3, 0.2], "val/rmse": [0.3, 0.25]}, **mock),
    "split_histograms": lambda **mock: split_histograms({"Z [dex]": TRUTH}, ROLE, **mock),
    "gallery": lambda **mock: gallery(np.zeros((2, 8, 8, 3), np.uint8), ["a", "b"], "two", **mock),
    "published": lambda **mock: distribution_beside_published({"Z": TRUTH}, [PUBLISHED], **mock),
    "baseline_bars": lambda **mock: baseline_bars({"network": 0.4, "mean": 1.0}, **mock),
    "confusion": lambda **mock: confusion(LABELS, PROBABILITIES, ["no", "yes"], **mock),
    "ranking": lambda **mock: ranking(LABELS, {"network": PROBABILITIES}, ["no", "yes"], **mock),
    "reliability": lambda **mock: reliability(LABELS, PROBABILITIES, ["no", "yes"], **mock),
    "coverage": lambda **mock: coverage(TRUTH, np.roll(TRUTH, 1), np.full(40, 0.1), "Z", "dex", **mock),
    "lr_find": lambda **mock: learning_rate_sweep(RATES, 1 - RATES, 1 - RATES, 0.1, **mock),
}


def words(figure):
    return [text.get_text() for text in figure.texts]


DRAWING = [
    node
    for path in sorted(pathlib.Path(galexp.figure.__file__).parent.glob("*.py"))
    for node in ast.parse(path.read_text()).body
    if isinstance(node, ast.FunctionDef) and "styled" in map(ast.unparse, node.decorator_list) and node.returns
    if ast.unparse(node.returns) == "Figure"
]


@pytest.mark.parametrize("function", DRAWING, ids=lambda function: function.name)
def test_every_figure_must_be_told_what_the_data_are_and_marks_itself(function):
    named = zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True)
    must = [name.arg for name, default in named if default is None]
    assert "origin" in must
    assert "mark(figure, origin)" in map(ast.unparse, ast.walk(function))


@functools.cache
def plain(name):
    """Return a figure that was written, and its bytes."""
    figure = FIGURES[name](origin=Origin.MOCK)
    with tempfile.TemporaryDirectory() as folder:
        return figure, save(figure, pathlib.Path(folder) / "plain.png").read_bytes()


@pytest.mark.parametrize("name", FIGURES)
def test_a_mock_is_marked_and_real_data_is_not(name):
    marks = {"MOCK DATA", "SIMULATION"}
    assert marks & {*words(plain(name)[0])} == {"MOCK DATA"}
    assert not marks & {*words(FIGURES[name](origin=Origin.OBSERVED))}


def test_a_simulation_is_marked_as_one():
    assert "SIMULATION" in words(FIGURES["residuals"](origin=Origin.SIMULATION))


@pytest.mark.parametrize("name", FIGURES)
def test_what_the_data_are_must_be_said(name):
    with pytest.raises(TypeError, match="origin"):
        FIGURES[name]()


@pytest.mark.parametrize("name", FIGURES)
def test_no_panel_reaches_into_the_band_of_a_mock_or_beyond_the_page(name):
    figure, _ = plain(name)
    top = figure.get_size_inches()[1] - 0.26
    for axes in figure.axes:
        box = axes.get_tightbbox().transformed(figure.dpi_scale_trans.inverted())
        assert box.y1 <= top + 1e-6
        assert min(box.x0, box.y0) >= -1e-6


@pytest.mark.parametrize("name", FIGURES)
def test_the_same_figure_gives_the_same_bytes_whatever_the_settings_of_the_user(name, tmp_path):
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "black", "text.usetex": True, "savefig.dpi": 10}):
        before = dict(mpl.rcParams)
        path = save(FIGURES[name](origin=Origin.MOCK), tmp_path / "of" / "user.png")
        assert dict(mpl.rcParams) == before
    assert path.read_bytes() == plain(name)[1]
    with Image.open(path) as image:
        assert image.info["dpi"] == pytest.approx((150, 150), abs=0.1)


def test_nothing_in_the_folder_knows_pyplot():
    for path in pathlib.Path(galexp.figure.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in getattr(node, "names", [])] if isinstance(node, ast.Import) else []
            assert "pyplot" not in f"{names} {getattr(node, 'module', '')}", path.name


def test_figures_do_not_load_pyplot():
    code = "import galexp.figure.truth_against_prediction, sys; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("title", ["two", "held-out galaxies: log of the stellar mass of each"])
def test_a_title_lies_between_the_band_and_the_panels(title):
    figure = gallery(np.zeros((2, 8, 8, 3), np.uint8), ["a", "b"], title, origin=Origin.MOCK)
    figure.draw_without_rendering()
    box = figure._suptitle.get_window_extent()
    band = figure.artists[0].get_window_extent()
    assert box.y1 <= band.y0
    assert box.width < figure.bbox.width
    assert max(axes.get_window_extent().y1 for axes in figure.axes) <= box.y0


def test_the_band_makes_the_figure_higher_and_takes_nothing_from_the_panels():
    heights = []
    for mock in (False, True):
        figure, axes = new_figure(1, 1, 4, 3)
        if mock:
            mark(figure, Origin.MOCK)
        figure.draw_without_rendering()
        heights.append(axes[0, 0].get_window_extent().height)
    assert heights[1] == pytest.approx(heights[0], rel=0.03)


def test_every_role_has_a_color_and_a_line_of_its_own():
    assert set(ROLE_COLORS) == set(ROLE_LINES) == set(ROLES)
    gray = sorted(np.dot(to_rgb(ROLE_COLORS[role]), [0.2126, 0.7152, 0.0722]) for role in ("train", "val", "test"))
    assert np.diff(gray).min() > 0.1


def test_long_labels_are_broken():
    assert max(map(len, with_unit("a rather long label " * 5, "dex").splitlines())) <= 40
    assert with_unit("redshift", "") == "redshift"
