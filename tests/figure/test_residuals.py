import numpy as np
import pytest

from galexp.figure.residuals import residuals
from galexp.shard.origin import Origin


@pytest.fixture
def sample():
    rng = np.random.default_rng(0)
    truth = rng.normal(9.0, 0.2, 3000)
    return truth, 9.0 + 0.5 * (truth - 9.0) + rng.normal(0.02, 0.05, 3000)


def draw(truth, prediction):
    return residuals(truth, prediction, "metallicity", "dex", origin=Origin.OBSERVED)


def line(axes, label):
    return next(line for line in axes.lines if line.get_label().startswith(label))


def test_the_gaussian_is_that_of_the_core_whatever_the_outliers(sample):
    truth, _ = sample
    prediction = truth + np.random.default_rng(1).normal(0.02, 0.05, 3000)
    prediction[:20] += 30
    label = line(draw(truth, prediction).axes[0], "Gaussian").get_label()
    mean, sigma = (float(number) for number in label.split(": ")[1].split(" ± "))
    assert mean == pytest.approx(0.02, abs=0.003)
    assert sigma == pytest.approx(0.05, abs=0.002)


def test_the_gaussian_has_the_area_of_the_histogram(sample):
    axes = draw(*sample).axes[0]
    curve = line(axes, "Gaussian")
    bars = sum(patch.get_width() * patch.get_height() for patch in axes.patches)
    assert np.trapezoid(curve.get_ydata(), curve.get_xdata()) == pytest.approx(bars, rel=0.02)


def test_the_regression_to_the_mean_is_a_falling_running_median(sample):
    median = line(draw(*sample).axes[1], "running median")
    known = np.isfinite(median.get_ydata())
    slope = np.polyfit(median.get_xdata()[known], median.get_ydata()[known], 1)[0]
    assert slope == pytest.approx(-0.5, abs=0.1)


def test_the_histogram_holds_every_galaxy_with_a_value_inside_the_axes(sample):
    truth, prediction = sample
    truth[:7], prediction[10] = np.nan, 1e5
    axes = draw(truth, prediction).axes[0]
    assert axes.texts[0].get_text() == "n = 2,993\n7 without a value left out\n1 outside the axes"
    assert sum(patch.get_height() for patch in axes.patches) == 2992


def test_there_is_one_row_a_target(sample):
    truth, prediction = (np.column_stack([values[:100]] * 3) for values in sample)
    figure = residuals(truth, prediction, ["a", "b", "c"], ["dex", "", "dex"], origin=Origin.OBSERVED)
    labels = [axes.get_xlabel() for axes in figure.axes]
    assert labels[::2] == [f"predicted $-$ true {name}" for name in ("a [dex]", "b", "c [dex]")]


@pytest.mark.parametrize("truth", [np.full(9, np.nan), np.arange(9.0), np.arange(2.0)])
def test_without_scatter_there_is_no_gaussian(truth):
    axes = draw(truth, truth + 1).axes[0]
    assert not [line for line in axes.lines if line.get_label().startswith("Gaussian")]
