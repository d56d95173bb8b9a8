import numpy as np
import pytest

from galexp.evaluation.bootstrap import paired_bootstrap_difference
from galexp.evaluation.gap import generalization_gap
from galexp.metric.regression import rmse


def predictions(seed=0, galaxies=400):
    rng = np.random.default_rng(seed)
    target = rng.normal(0.0, 0.6, galaxies)
    return target + rng.normal(0.0, 0.4, galaxies), target + rng.normal(0.0, 0.3, galaxies), target


def test_gap_is_the_difference_of_two_errors_in_the_unit_of_the_target():
    gap = generalization_gap(np.array([3.0, -3.0]), np.array([1.0, 1.0]), np.zeros(2), draws=50)
    assert gap.value == 2.0


def test_equal_networks_have_no_gap_at_all():
    unseen, _, target = predictions()
    assert generalization_gap(unseen, unseen, target) == (0.0, 0.0, 0.0, 0.0)


def test_gap_and_interval_are_those_of_the_paired_bootstrap():
    unseen, seen, target = predictions()
    ours = generalization_gap(unseen, seen, target, draws=300, seed=5, level=0.9)
    assert ours == paired_bootstrap_difference(rmse, unseen, seen, target, 300, 5, 0.9)
    assert 0 < ours.low < ours.value < ours.high


def test_rows_without_truth_are_left_out():
    unseen, seen, target = predictions()
    blanked = np.where(np.arange(len(target)) < 100, np.nan, target)
    ours = generalization_gap(unseen, seen, blanked, draws=20)
    assert ours.value == pytest.approx(generalization_gap(unseen[100:], seen[100:], target[100:], draws=20).value)


def test_each_target_has_a_gap_of_its_own():
    unseen, seen, target = (np.stack([values, 2 * values], axis=1) for values in predictions())
    gap = generalization_gap(unseen, seen, target, draws=20).value
    assert gap[1] == pytest.approx(2 * gap[0])


def test_unequal_rows_are_refused():
    unseen, seen, target = predictions()
    with pytest.raises(ValueError, match="give the same rows of each"):
        generalization_gap(unseen, seen[:-1], target)


def test_missing_predictions_are_refused():
    unseen, seen, target = predictions()
    seen[3] = np.nan
    with pytest.raises(ValueError, match="seen hold predictions that are not finite"):
        generalization_gap(unseen, seen, target)


def test_no_truth_is_refused():
    unseen, seen, target = predictions()
    with pytest.raises(ValueError, match="none of the 400 held-out galaxies has a true value"):
        generalization_gap(unseen, seen, np.full_like(target, np.nan))


@pytest.mark.parametrize("shape", [(0,), (0, 3)])
def test_an_empty_held_out_side_is_refused(shape):
    with pytest.raises(ValueError, match="no held-out galaxies were given"):
        generalization_gap(np.empty(shape), np.empty(shape), np.empty(shape))
