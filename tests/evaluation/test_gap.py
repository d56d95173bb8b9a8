import numpy as np
import pytest

from galexp.evaluation.bootstrap import paired_bootstrap_difference
from galexp.evaluation.gap import generalization_gap, matched_folds
from galexp.metric.regression import rmse

ROLES = np.array(["train"] * 60 + ["val"] * 10 + ["test"] * 25 + ["unused"] * 5)


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


def test_nothing_to_learn_from_is_refused():
    with pytest.raises(ValueError, match="none of 7 rows is train or val; there is nothing to learn from"):
        next(matched_folds(np.array(["test"] * 4 + ["unused"] * 3), 2, seed=0))


def test_each_held_out_row_is_predicted_once_by_a_network_of_equal_size_that_never_saw_it():
    folds = list(matched_folds(ROLES, 4, seed=1))
    held_out = np.concatenate([rows for _, rows in folds])
    np.testing.assert_array_equal(np.sort(held_out), np.flatnonzero(ROLES == "test"))
    for learn, rows in folds:
        assert len(np.unique(learn)) == 70
        assert not np.isin(learn, rows).any()
        assert (ROLES[learn] == "test").any()
        assert not (ROLES[learn] == "unused").any()


def test_held_out_rows_are_learned_from_in_proportion():
    shares = [(ROLES[learn] == "test").mean() for seed in range(50) for learn, _ in matched_folds(ROLES, 5, seed)]
    assert np.mean(shares) == pytest.approx(20 / 90, abs=0.01)


def test_same_seed_same_folds():
    first, again, other = ([rows.tolist() for _, rows in matched_folds(ROLES, 3, seed)] for seed in (0, 0, 1))
    assert first == again != other


@pytest.mark.parametrize("folds", [1, 26])
def test_too_few_or_too_many_folds_are_refused(folds):
    with pytest.raises(ValueError, match="expected 2 folds or more"):
        list(matched_folds(ROLES, folds, 0))
