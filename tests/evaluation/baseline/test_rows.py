import numpy as np
import pytest

from galexp.evaluation.baseline.rows import refuse_overlap, without_gaps


@pytest.mark.parametrize("targets", [(), (2,)])
def test_rows_with_a_gap_in_features_or_targets_are_left_out(targets):
    features, target = np.arange(8.0).reshape(4, 2), np.ones((4, *targets))
    features[0, 1], target[2] = np.nan, np.nan
    learn, kept, test = without_gaps(features, target, np.array([[5.0, np.nan], [np.inf, 1.0]]))
    np.testing.assert_array_equal(learn, [[2, 3], [6, 7]])
    assert kept.shape == (2, *targets)
    np.testing.assert_array_equal(test, [[5, 5], [4, 1]])


def test_features_without_a_finite_row_are_refused():
    with pytest.raises(ValueError, match="none of the 3 learning rows has finite features"):
        without_gaps(np.full((3, 1), np.nan), np.ones((3, 1)), np.ones((1, 1)))


def test_a_row_cannot_be_learned_from_and_tested():
    learn = np.array([True, True, True, False])
    refuse_overlap(learn, ~learn)
    with pytest.raises(ValueError, match="2 rows are both learned from and tested; a split keeps them apart"):
        refuse_overlap(learn, np.array([True, True, False, True]))
