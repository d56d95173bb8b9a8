import numpy as np
import pytest
import scipy.stats
import torch

from galexp.evaluation import bootstrap
from galexp.evaluation.bootstrap import bootstrap_interval, paired_bootstrap_difference
from galexp.metric import regression
from galexp.metric.regression import bias, nmad, normalized_rmse, pearson, rmse, slope


def gaussian(galaxies, sigma=1.0, seed=0):
    rng = np.random.default_rng(seed)
    target = rng.normal(9.0, 0.5, galaxies)
    return target + rng.normal(0.0, sigma, galaxies), target


def test_the_standard_error_of_a_mean_is_sigma_over_root_n():
    preds, target = gaussian(2000, sigma=0.3)
    error = bootstrap_interval(bias, preds, target, draws=4000).standard_error
    assert error == pytest.approx(np.std(preds - target) / np.sqrt(2000), rel=0.05)


def test_the_standard_error_of_a_gaussian_rmse_is_sigma_over_root_2n():
    preds, target = gaussian(5000, sigma=0.3)
    assert bootstrap_interval(rmse, preds, target, draws=4000).standard_error == pytest.approx(
        0.3 / np.sqrt(2 * 5000), rel=0.07
    )


@pytest.mark.parametrize("metric", ["rmse", "normalized_rmse", "nmad", "bias", "pearson", "slope"])
def test_interval_and_error_agree_with_scipy(metric):
    statistic = getattr(regression, metric)
    preds, target = gaussian(200)
    ours = bootstrap_interval(statistic, preds, target, draws=4000, level=0.9)
    theirs = scipy.stats.bootstrap(
        (preds, target),
        lambda p, t: statistic(torch.from_numpy(p), torch.from_numpy(t)).item(),
        n_resamples=2000,
        vectorized=False,
        paired=True,
        confidence_level=0.9,
        method="percentile",
        rng=np.random.default_rng(1),
    )
    assert ours.standard_error == pytest.approx(theirs.standard_error, rel=0.08)
    np.testing.assert_allclose([ours.low, ours.high], theirs.confidence_interval, atol=0.2 * theirs.standard_error)


def test_vectorized_draws_equal_a_loop_over_the_same_galaxies():
    preds, target = gaussian(50)
    rows = np.random.default_rng(7).integers(50, size=(300, 50))
    looped = [nmad(torch.from_numpy(preds[row]), torch.from_numpy(target[row])).item() for row in rows]
    interval = bootstrap_interval(nmad, preds, target, draws=300, seed=7)
    np.testing.assert_allclose(interval.standard_error, np.std(looped, ddof=1), rtol=1e-12)
    np.testing.assert_allclose([interval.low, interval.high], np.quantile(looped, [0.16, 0.84]), rtol=1e-12)


def test_the_same_seed_gives_the_same_interval_and_another_seed_another():
    preds, target = gaussian(100)
    first = bootstrap_interval(rmse, preds, target, seed=3)
    assert first == bootstrap_interval(rmse, preds, target, seed=3)
    assert first.low != bootstrap_interval(rmse, preds, target, seed=4).low


def test_the_interval_does_not_depend_on_how_many_draws_fit_into_memory(monkeypatch):
    preds, target = gaussian(33)
    whole = bootstrap_interval(rmse, preds, target)
    monkeypatch.setattr(bootstrap, "CHUNK", 7 * 2 * 33)
    assert bootstrap_interval(rmse, preds, target) == whole


def test_the_interval_covers_the_truth_about_as_often_as_it_says():
    rng = np.random.default_rng(0)
    residuals = rng.normal(0.0, 1.0, (300, 80))
    intervals = [bootstrap_interval(bias, row, np.zeros(80), draws=300, level=0.68) for row in residuals]
    covered = np.mean([interval.low < 0 < interval.high for interval in intervals])
    assert covered == pytest.approx(0.68, abs=0.08)


def test_targets_are_separate_and_see_the_same_galaxies():
    preds, target = gaussian(60)
    both = bootstrap_interval(rmse, np.stack([preds, 10 * preds], 1), np.stack([target, 10 * target], 1))
    alone = bootstrap_interval(rmse, preds, target)
    for of_both, of_one in zip(both, alone, strict=True):
        np.testing.assert_allclose(of_both, [of_one, 10 * of_one], rtol=1e-12)


def test_single_precision_predictions_of_double_precision_truth_are_welcome():
    preds, target = gaussian(60)
    single = bootstrap_interval(rmse, preds.astype(np.float32), target)
    assert single.low == pytest.approx(bootstrap_interval(rmse, preds, target).low, rel=1e-6)


def test_a_shared_error_cancels_in_a_paired_difference():
    rng = np.random.default_rng(0)
    target = np.zeros(1000)
    shared = rng.normal(0.0, 1.0, 1000)
    better, worse = shared, 1.1 * shared
    difference = paired_bootstrap_difference(rmse, worse, better, target)
    single = bootstrap_interval(rmse, better, target).standard_error
    assert difference.value == pytest.approx(0.1 * np.sqrt(np.mean(shared**2)))
    assert difference.standard_error == pytest.approx(0.1 * single, rel=1e-9)
    assert difference.low > 0


def test_swapping_the_models_turns_the_sign():
    (a, target), (b, _) = gaussian(100, seed=1), gaussian(100, seed=2)
    forth = paired_bootstrap_difference(nmad, a, b, target)
    back = paired_bootstrap_difference(nmad, b, a, target)
    np.testing.assert_allclose([back.low, back.high], [-forth.high, -forth.low], rtol=1e-12)


def test_a_nan_row_makes_its_target_nan_and_no_other():
    preds, target = gaussian(40)
    broken = np.where(np.arange(40) == 3, np.nan, preds)
    interval = bootstrap_interval(rmse, np.stack([preds, broken], 1), np.stack([target, target], 1))
    for number in interval:
        assert np.isfinite(number).tolist() == [True, False]


def test_draws_of_one_galaxy_only_are_left_out_of_a_slope():
    interval = bootstrap_interval(slope, np.array([0.0, 1.0, 2.0]), np.array([0.0, 1.0, 2.0]))
    np.testing.assert_allclose([interval.low, interval.high, interval.standard_error], [1, 1, 0], atol=1e-12)


@pytest.mark.parametrize("statistic", [normalized_rmse, pearson])
def test_one_galaxy_has_no_scatter(statistic):
    assert np.isnan(bootstrap_interval(statistic, np.ones(1), np.ones(1))).all()


@pytest.mark.parametrize(
    ("galaxies", "options", "match"),
    [
        (0, {}, "no galaxies to draw from"),
        (5, {"draws": 1}, "draws is 1"),
        (5, {"level": 68}, "level 68"),
    ],
)
def test_a_bootstrap_of_nothing_is_refused(galaxies, options, match):
    with pytest.raises(ValueError, match=match):
        bootstrap_interval(rmse, np.zeros(galaxies), np.zeros(galaxies), **options)


def test_models_of_different_galaxies_are_not_paired():
    with pytest.raises(ValueError, match=r"preds_b have shape \(4,\), target \(5,\)"):
        paired_bootstrap_difference(rmse, np.zeros(5), np.zeros(4), np.zeros(5))
