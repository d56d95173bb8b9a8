import numpy as np
import pytest
from scipy.stats import norm

from galexp.figure.coverage import coverage, errors_by_width
from galexp.shard.origin import Origin


@pytest.fixture
def sample():
    rng = np.random.default_rng(0)
    sigma = np.exp(rng.normal(np.log(0.1), 0.4, 4000))
    prediction = rng.normal(9.0, 0.2, 4000)
    return prediction + sigma * rng.normal(size=4000), prediction, sigma


def draw(truth, prediction, sigma, label="metallicity", unit="dex"):
    return coverage(truth, prediction, sigma, label, unit, origin=Origin.OBSERVED).axes


def line(axes, label="found"):
    return np.array(next(line for line in axes.lines if line.get_label() == label).get_data())


def test_right_widths_give_the_1_to_1_line_and_halved_ones_a_known_curve(sample):
    truth, prediction, sigma = sample
    level, share = line(draw(truth, prediction, sigma)[0])
    np.testing.assert_allclose(share, level, atol=0.025)
    level, share = line(draw(truth, prediction, sigma / 2)[0])
    np.testing.assert_allclose(share, 1 - 2 * norm.sf(norm.ppf((1 + level) / 2) / 2), atol=0.025)


def test_the_band_is_the_binomial_error_about_the_line(sample):
    axes = draw(*(values[:80] for values in sample))[0]
    for band, reach in zip(axes.collections, (2, 1), strict=True):
        x, y = band.get_paths()[0].vertices.T
        at_half = y[np.isclose(x, 0.5)]
        np.testing.assert_allclose([at_half.min(), at_half.max()], 0.5 + np.array([-reach, reach]) * np.sqrt(0.25 / 80))


def test_what_lies_within_one_and_two_sigma_is_printed_beside_what_should():
    axes = draw(np.array([0.5, -1.5, 1.5, 3.0]), np.zeros(4), np.ones(4))[0]
    assert axes.texts[0].get_text().splitlines() == [
        "within 1$\\sigma$: 25.0 % (expected: 68.3 ± 23.3)",
        "within 2$\\sigma$: 75.0 % (expected: 95.5 ± 10.4)",
        "n = 4",
    ]


def test_errors_grow_as_widths_say(sample):
    truth, prediction, sigma = sample
    width, error, spread = errors_by_width(prediction - truth, sigma)
    assert len(width) == 10
    assert (np.abs(error - width) < 4 * spread).all()
    np.testing.assert_allclose(np.mean(width**2), np.mean(sigma**2))
    np.testing.assert_allclose(spread, error / np.sqrt(800))


@pytest.mark.parametrize(("galaxies", "bins"), [(1, 1), (39, 1), (80, 4), (1000, 10)])
def test_a_bin_has_twenty_galaxies_at_least(galaxies, bins):
    width, *_ = errors_by_width(np.ones(galaxies), np.linspace(1, 2, galaxies))
    assert len(width) == bins
    assert (np.diff(width) > 0).all()


def test_equal_widths_are_one_bin():
    width, error, _ = errors_by_width(np.tile([3.0, 4.0], 200), np.full(400, 2.0))
    assert width.tolist() == [2.0]
    assert error == pytest.approx([np.sqrt(12.5)])


def test_both_axes_of_the_errors_are_equal_and_hold_every_bar(sample):
    right = draw(*(values[:200] for values in sample))[1]
    assert right.get_xlim() == right.get_ylim()
    segments = right.containers[0].lines[2][0].get_segments()
    low, high = right.get_ylim()
    assert all(low < segment.min() and segment[:, 1].max() < high for segment in segments)


def test_there_is_one_row_a_target(sample):
    truth, prediction, sigma = (np.column_stack([values[:100]] * 3) for values in sample)
    axes = draw(truth, prediction, sigma * [1, 2, 3], ["a", "b", "c"], ["dex", "", "dex"])
    assert [left.get_title("left") for left in axes[::2]] == ["a", "b", "c"]
    assert [right.get_ylabel() for right in axes[1::2]] == ["RMS error [dex]", "RMS error", "RMS error [dex]"]
    assert line(axes[0])[1].mean() < line(axes[2])[1].mean() < line(axes[4])[1].mean()


def test_galaxies_without_a_value_or_a_width_are_left_out_and_counted(sample):
    truth, prediction, sigma = sample
    truth[:3], prediction[3:5], sigma[5:9] = np.nan, np.nan, np.inf
    text = draw(truth, prediction, sigma)[0].texts[0].get_text()
    assert text.splitlines()[2:] == ["n = 3,991", "9 without a value left out"]


def test_without_galaxies_there_are_no_points():
    left, right = draw(np.full(3, np.nan), np.zeros(3), np.ones(3))
    assert left.texts[0].get_text() == "n = 0\n3 without a value left out"
    assert not right.containers


def test_widths_must_be_one_for_each_prediction():
    with pytest.raises(ValueError, match=r"sigma has shape \(4,\), prediction \(3,\)"):
        draw(np.zeros(3), np.zeros(3), np.ones(4))


def test_labels_must_match_the_targets():
    with pytest.raises(ValueError, match="2 targets have labels"):
        draw(np.zeros((3, 2)), np.zeros((3, 2)), np.ones((3, 2)))


def test_a_width_of_nothing_is_refused():
    with pytest.raises(ValueError, match="the least sigma is 0"):
        draw(np.zeros(3), np.zeros(3), np.zeros(3))
