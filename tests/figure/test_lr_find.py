import numpy as np
import pytest

from galexp.figure.lr_find import learning_rate_sweep
from galexp.shard.origin import Origin

RATES = np.geomspace(1e-7, 10, 100)
FALLING = 1 - 0.5 / (1 + 1e-3 / RATES)


def draw(losses=FALLING, smoothed=FALLING, origin=Origin.OBSERVED):
    return learning_rate_sweep(RATES, losses, smoothed, 1e-3, origin=origin)


def lines(axes):
    return {line.get_label().split(":")[0]: line for line in axes.lines}


def test_the_star_sits_on_the_average_at_the_suggestion():
    star = lines(draw().axes[0])["steepest fall"]
    assert (star.get_xdata()[0], star.get_ydata()[0]) == pytest.approx((1e-3, 0.75), rel=1e-3)


def test_the_rate_is_on_a_logarithmic_axis_and_batches_are_points():
    axes = draw().axes[0]
    assert axes.get_xscale() == "log"
    assert lines(axes)["loss of a batch"].get_linewidth() == 0


def test_a_divergence_leaves_the_axis_and_not_the_fall():
    diverging = FALLING + np.where(RATES > 1, 1e4, 0)
    low, high = draw(diverging, diverging).axes[0].get_ylim()
    assert low < 0.5 < 1 < high < 2


def test_a_loss_that_stays_has_an_axis():
    low, high = draw(np.ones(100), np.ones(100)).axes[0].get_ylim()
    assert low < 1 < high


def test_mock_data_say_so():
    assert draw(origin=Origin.MOCK).findobj(lambda artist: artist.get_gid() == "mock")
    assert not draw().findobj(lambda artist: artist.get_gid() == "mock")


def test_unequal_columns_are_refused():
    with pytest.raises(ValueError, match="100 rates, 99 losses and 100 averages to draw; give as many of each"):
        draw(losses=FALLING[1:])
