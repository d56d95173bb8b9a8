import numpy as np
import pytest

from galexp.figure.baseline_bars import baseline_bars
from galexp.shard.origin import Origin

VALUES = {"network_tta": 0.45, "network": 0.47, "random_forest": 0.66, "mean": 1.01}


def printed(axes):
    return [text.get_text() for text in axes.texts]


def test_bars_are_as_long_as_their_values_and_say_them():
    axes = baseline_bars(VALUES, origin=Origin.OBSERVED).axes[0]
    assert [bar.get_width() for bar in axes.patches] == list(VALUES.values())
    assert printed(axes) == ["0.450", "0.470", "0.660", "1.010"]


def test_the_first_method_is_on_top():
    axes = baseline_bars(VALUES, origin=Origin.OBSERVED).axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["network TTA", "network", "random forest", "mean"]
    assert axes.yaxis_inverted()


def test_errors_are_drawn_where_they_are_known():
    axes = baseline_bars(VALUES, {"network": 0.02, "mean": np.nan}, origin=Origin.OBSERVED).axes[0]
    assert printed(axes) == ["0.450", "0.470 ± 0.020", "0.660", "1.010"]
    (error,) = axes.collections
    np.testing.assert_allclose(error.get_segments()[0][:, 0], [0.45, 0.49])


def test_the_networks_stand_out_from_the_baselines():
    colors = [bar.get_facecolor() for bar in baseline_bars(VALUES, origin=Origin.OBSERVED).axes[0].patches]
    assert colors[0] == colors[1] != colors[2] == colors[3]


def test_the_mean_of_the_sample_is_a_line_at_one():
    assert [
        line.get_xdata()[0]
        for line in baseline_bars(VALUES, origin=Origin.OBSERVED).axes[0].lines
        if line.get_ls() == "--"
    ] == [1]


def test_a_method_without_a_value_says_so_and_has_no_error():
    axes = baseline_bars({"network": np.nan, "mean": 1.0}, {"network": 0.1}, origin=Origin.OBSERVED).axes[0]
    assert printed(axes) == ["undefined", "1.000"]
    assert len(axes.collections) == 0


def test_there_is_one_panel_a_target():
    values = {name: np.array([value, 2 * value]) for name, value in VALUES.items()}
    figure = baseline_bars(values, {"network": 0.01}, ["metallicity", "mass"], origin=Origin.OBSERVED)
    assert [axes.get_title("left") for axes in figure.axes] == ["metallicity", "mass"]
    assert printed(figure.axes[1])[:2] == ["0.900", "0.940 ± 0.010"]


def test_the_printed_values_lie_inside_the_panel():
    figure = baseline_bars(VALUES, dict.fromkeys(VALUES, 0.123), origin=Origin.OBSERVED)
    figure.draw_without_rendering()
    right = figure.axes[0].get_window_extent().x1
    assert all(text.get_window_extent().x1 <= right for text in figure.axes[0].texts)


@pytest.mark.parametrize("values", [{}, {"network": np.array([0.4, 0.5])}])
def test_every_method_needs_one_value_a_label(values):
    with pytest.raises(ValueError, match="1 labels for values"):
        baseline_bars(values, label="metallicity", origin=Origin.OBSERVED)


def test_any_score_can_be_drawn_beside_its_chance():
    figure = baseline_bars(
        {"ensemble": 0.9, "majority": 0.5}, {"ensemble": 0.02}, "", "ROC AUC", 0.5, "chance", origin=Origin.OBSERVED
    )
    axes = figure.axes[0]
    assert axes.get_xlabel() == "ROC AUC (dashed: chance)"
    assert [line.get_xdata()[0] for line in axes.lines if line.get_ls() == "--"] == [0.5]
    assert axes.patches[0].get_facecolor() != axes.patches[1].get_facecolor()
    assert max(axes.get_xticks()) == 1


def test_every_target_can_have_a_chance_of_its_own():
    values = {"network": np.array([0.9, 0.8])}
    figure = baseline_bars(values, None, ["a", "b"], "AP", np.array([0.2, 0.4]), "chance", origin=Origin.OBSERVED)
    assert [axes.lines[-1].get_xdata()[0] for axes in figure.axes] == [0.2, 0.4]


def test_small_scores_fill_the_panel():
    axes = baseline_bars({"network": 0.02}, reference=0.01, origin=Origin.OBSERVED).axes[0]
    assert axes.get_xlim() == pytest.approx((0, 0.028))
