import numpy as np
import pytest

from galexp.figure.truth_against_prediction import truth_against_prediction
from galexp.shard.origin import Origin


def draw(truth, prediction, metrics=None, label="12 + log(O/H)", unit="dex"):
    return truth_against_prediction(truth, prediction, label, unit, metrics or {"rmse": 0.1}, origin=Origin.OBSERVED)


@pytest.fixture
def sample():
    rng = np.random.default_rng(0)
    truth = rng.normal(9.0, 0.2, 300)
    return truth, truth + rng.normal(0, 0.1, 300)


def panel(figure):
    return figure.axes[0]


def text(figure):
    return panel(figure).texts[0].get_text()


@pytest.mark.parametrize("copies", [1, 10])
def test_the_axes_are_equal_and_the_1_to_1_line_joins_their_corners(sample, copies):
    axes = panel(draw(*(np.tile(values, copies) for values in sample)))
    assert axes.get_xlim() == axes.get_ylim()
    assert axes.get_aspect() == 1
    line = next(line for line in axes.lines if line.get_label() == "1:1")
    np.testing.assert_array_equal(line.get_xdata(), line.get_ydata())
    assert tuple(line.get_xdata()) == axes.get_xlim()


def test_every_galaxy_is_a_point(sample):
    offsets = np.asarray(panel(draw(*sample)).collections[0].get_offsets())
    np.testing.assert_array_equal(offsets, np.column_stack(sample))


def test_galaxies_without_a_value_are_left_out_and_counted(sample):
    truth, prediction = sample
    truth[:12], prediction[10:15] = np.nan, np.inf
    figure = draw(truth, prediction)
    assert "n = 285\n15 without a value left out" in text(figure)
    assert len(panel(figure).collections[0].get_offsets()) == 285


def test_a_complete_sample_says_nothing_of_missing_values(sample):
    assert text(draw(*sample)) == "RMSE = 0.1 dex\nn = 300"


def test_a_wild_prediction_is_counted_and_not_drawn_for(sample):
    truth, prediction = sample
    prediction[0] = 1e4
    figure = draw(truth, prediction)
    assert "1 outside the axes" in text(figure)
    assert panel(figure).get_ylim()[1] < 11


def test_metrics_carry_the_unit_where_they_have_one(sample):
    metrics = {"rmse": 0.0851, "nmad": 0.067, "normalized_rmse": 0.42, "pearson": np.nan}
    lines = text(draw(*sample, metrics)).splitlines()
    assert lines[:4] == ["RMSE = 0.0851 dex", "NMAD = 0.067 dex", "normalized RMSE = 0.42", "pearson: undefined"]


@pytest.mark.parametrize("targets", [1, 2, 4])
def test_there_is_one_panel_a_target(sample, targets):
    truth, prediction = (np.tile(values[:, None], targets) for values in sample)
    labels = [f"target {number}" for number in range(targets)]
    figure = draw(truth, prediction, [{"rmse": 0.1}] * targets, labels, ["dex"] * targets)
    visible = [axes.get_xlabel() for axes in figure.axes if axes.get_visible()]
    assert visible == [f"true {label} [dex]" for label in labels]


def test_a_sample_without_a_truth_says_so():
    figure = draw(np.full(3, np.nan), np.ones(3), {"rmse": np.nan})
    assert text(figure) == "RMSE: undefined\nn = 0\n3 without a value left out"


@pytest.mark.parametrize(
    ("truth", "prediction", "label", "metrics", "match"),
    [
        (np.zeros(3), np.zeros(4), "a", {}, r"truth has shape \(3,\), prediction \(4,\)"),
        (np.zeros((3, 2)), np.zeros((3, 2)), "a", {}, "2 targets have labels"),
        (np.zeros(3), np.zeros(3), "a", [{}, {}], "1 targets have 2 sets of metrics"),
    ],
)
def test_arrays_labels_and_metrics_must_match(truth, prediction, label, metrics, match):
    with pytest.raises(ValueError, match=match):
        truth_against_prediction(truth, prediction, label, "dex", metrics, origin=Origin.OBSERVED)
