import numpy as np
import pytest

from galexp.evaluation.excess import rank_excess


def sample(galaxies=300):
    rng = np.random.default_rng(0)
    preds = rng.normal(-0.5, 0.5, galaxies)
    truth = preds + rng.normal(0, 0.2, galaxies)
    truth[:3] = preds[:3] + np.array([1.5, 2.5, 2.0])
    return preds, truth, np.ones(galaxies, dtype=bool)


def test_the_largest_excess_comes_first():
    found = rank_excess(*sample(), most=3)
    assert found.rows.tolist() == [1, 2, 0]
    np.testing.assert_allclose(found.residual, [-2.5, -2.0, -1.5])


def test_residuals_are_measured_in_nmad_where_no_width_is_given():
    preds, truth, measured = sample()
    residual = preds - truth
    nmad = 1.4826 * np.median(np.abs(residual - np.median(residual)))
    np.testing.assert_allclose(rank_excess(preds, truth, measured, most=5).in_sigma, np.sort(residual)[:5] / nmad)


def test_widths_of_each_galaxy_decide_the_order():
    preds, truth, measured = sample()
    sigma = np.full(len(preds), 0.2)
    sigma[1] = 100.0
    found = rank_excess(preds, truth, measured, sigma, most=2)
    assert found.rows.tolist() == [2, 0]
    np.testing.assert_allclose(found.in_sigma, [-10.0, -7.5])


def test_limits_and_galaxies_without_a_value_are_no_candidates():
    preds, truth, measured = sample()
    measured[1], truth[2], preds[0] = False, np.nan, np.nan
    assert not np.isin(rank_excess(preds, truth, measured, most=300).rows, [0, 1, 2]).any()


def test_galaxies_that_were_predicted_too_high_are_no_candidates():
    found = rank_excess(*sample(), most=300)
    assert (found.residual < 0).all()
    assert 100 < len(found.rows) < 200


def test_what_is_expected_at_a_prediction_is_taken_off():
    x = np.linspace(-1, 1, 200)
    noise = np.random.default_rng(1).normal(0, 0.1, 200)
    found = rank_excess(x, x - (0.3 * x - 0.2 + noise), np.ones(200, dtype=bool), most=200)
    np.testing.assert_allclose(found.beyond, noise[found.rows], atol=0.05)


def test_equal_predictions_or_too_few_galaxies_give_no_list():
    assert len(rank_excess(np.zeros(9), np.arange(9.0), np.ones(9, dtype=bool)).rows) == 0
    assert len(rank_excess(np.arange(2.0), np.zeros(2), np.ones(2, dtype=bool)).rows) == 0


def test_unequal_lengths_are_refused():
    with pytest.raises(ValueError, match="give one of each a galaxy"):
        rank_excess(np.zeros(3), np.zeros(3), np.ones(2, dtype=bool))
