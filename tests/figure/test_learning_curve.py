import numpy as np
import pytest

from galexp.figure.learning_curve import learning_curve
from galexp.shard.origin import Origin


def draw(**history):
    return learning_curve({name.replace("_", "/"): values for name, values in history.items()}, origin=Origin.OBSERVED)


def lines(axes):
    return {line.get_label().split(":")[0]: line for line in axes.lines}


def test_the_best_epoch_is_the_one_of_the_lowest_val():
    star = lines(draw(epoch=[0, 1, 2, 3], train_rmse=[4, 3, 2, 1], val_rmse=[4, 2, 3, 3]).axes[0])["best"]
    assert (star.get_xdata()[0], star.get_ydata()[0]) == (1, 2)


def test_without_val_no_epoch_is_best():
    assert list(lines(draw(train_rmse=[0.3, 0.2]).axes[0])) == ["train"]


def test_the_learning_rate_has_a_panel_of_its_own_where_it_is_known():
    assert len(draw(train_rmse=[0.3, 0.2], lr=[0.1, 0.05]).axes) == 2
    assert len(draw(train_rmse=[0.3, 0.2]).axes) == 1
    assert len(draw(train_rmse=[0.3, 0.2], lr=[None, np.nan]).axes) == 1


def test_a_single_epoch_is_a_point_inside_the_axes():
    axes = draw(train_rmse=[0.3], val_rmse=[0.4], lr=[0.1]).axes[0]
    low, high = axes.get_ylim()
    assert low < 0.3 < 0.4 < high
    assert lines(axes)["train"].get_marker() == "o"


def test_epochs_without_a_val_leave_no_gap():
    curve = lines(draw(train_rmse=[4, 3, 2], val_rmse=[3, None, 2]).axes[0])["val"]
    assert curve.get_xdata().tolist() == [1, 3]


@pytest.mark.parametrize(("values", "scale"), [([1.0, 0.1], "log"), ([1.0, 0.5], "linear"), ([1.0, 0.0], "linear")])
def test_a_deep_fall_is_drawn_on_a_logarithmic_scale(values, scale):
    assert draw(train_rmse=values).axes[0].get_yscale() == scale


def test_epochs_are_whole_numbers():
    figure = draw(train_rmse=[0.3, 0.2])
    figure.draw_without_rendering()
    assert all(float(tick).is_integer() for tick in figure.axes[0].get_xticks())


def test_another_metric_can_be_drawn():
    history = {"train/accuracy": [0.5, 0.6], "val/accuracy": [0.5, 0.55]}
    assert learning_curve(history, "accuracy", "accuracy", origin=Origin.OBSERVED).axes[0].get_ylabel() == "accuracy"


def test_a_history_without_the_metric_is_refused():
    with pytest.raises(ValueError, match=r"no finite train/rmse or val/rmse in a history of epoch, train/loss"):
        draw(epoch=[1], train_loss=[0.3])
