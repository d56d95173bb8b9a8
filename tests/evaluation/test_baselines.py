import numpy as np
import pytest
from astropy.table import MaskedColumn, Table
from sklearn.linear_model import LinearRegression

from galexp.evaluation.baselines import baseline_predictions, linear_color, predict_mean, random_forest

PHOTOMETRY = ("mag_g", "mag_r")


@pytest.fixture
def survey():
    rng = np.random.default_rng(0)
    magnitudes = rng.uniform(14, 18, (400, 2))
    metallicity = 9.0 + 0.2 * (magnitudes[:, 0] - magnitudes[:, 1])
    catalog = Table({"mag_g": magnitudes[:, 0], "mag_r": magnitudes[:, 1], "metallicity": metallicity})
    catalog["log_stellar_mass"] = 14 - magnitudes[:, 1] / 4
    band_means = 10 ** (0.4 * (18 - magnitudes)) - 1
    test = np.arange(400) % 4 == 0
    return catalog, band_means, ~test, test


def predict(survey, targets=("metallicity", "log_stellar_mass"), photometry=PHOTOMETRY):
    return baseline_predictions(*survey, targets, photometry, seed=0)


def rms(residuals):
    return np.sqrt(np.mean(np.square(residuals)))


def test_the_mean_of_the_learning_rows_is_the_best_constant():
    np.testing.assert_allclose(predict_mean(np.array([[1.0, 5.0], [2.0, 7.0]]), 3), [[1.5, 6.0]] * 3)


def test_a_color_that_is_a_straight_line_is_found_exactly(survey):
    catalog, _, _, test = survey
    np.testing.assert_allclose(predict(survey)["linear_color"][:, 0], catalog["metallicity"][test], atol=1e-10)


def test_linear_color_agrees_with_scikit_learn():
    rng = np.random.default_rng(1)
    learn, test, target = rng.uniform(0, 255, (50, 3)), rng.uniform(0, 255, (9, 3)), rng.normal(size=(50, 2))
    reference = LinearRegression().fit(np.log10(1 + learn), target).predict(np.log10(1 + test))
    np.testing.assert_allclose(linear_color(learn, target, test), reference, atol=1e-10)


def test_three_equal_bands_are_one_band():
    rng = np.random.default_rng(1)
    gray, target, test = rng.uniform(0, 255, (50, 1)), rng.normal(size=(50, 1)), rng.uniform(0, 255, (9, 1))
    thrice = linear_color(np.tile(gray, 3), target, np.tile(test, 3))
    np.testing.assert_allclose(thrice, linear_color(gray, target, test), atol=1e-10)


def test_the_forest_beats_the_mean_and_stays_inside_the_range_that_it_learned(survey):
    catalog, _, learn, test = survey
    predictions = predict(survey)
    for index, target in enumerate(("metallicity", "log_stellar_mass")):
        truth = catalog[target][test]
        assert rms(predictions["random_forest"][:, index] - truth) < 0.5 * rms(predictions["mean"][:, index] - truth)
        assert predictions["random_forest"][:, index].max() < catalog[target][learn].max()


def test_a_forest_of_leaves_of_eight_cannot_split_fifteen_galaxies():
    rng = np.random.default_rng(0)
    predictions = random_forest(rng.normal(size=(15, 2)), rng.normal(size=(15, 1)), rng.normal(size=(6, 2)), seed=0)
    assert np.ptp(predictions) == 0


def test_the_forest_is_a_function_of_its_seed(survey):
    first, second = predict(survey)["random_forest"], predict(survey)["random_forest"]
    np.testing.assert_array_equal(first, second)
    assert np.any(first != baseline_predictions(*survey, ("metallicity",), PHOTOMETRY, seed=1)["random_forest"])


def test_the_unit_of_one_target_does_not_change_the_forest_of_another(survey):
    catalog, *_ = survey
    before = predict(survey)["random_forest"][:, 0]
    catalog["log_stellar_mass"] *= 1000
    np.testing.assert_array_equal(predict(survey)["random_forest"][:, 0], before)


def test_every_baseline_has_one_row_a_test_galaxy_and_one_column_a_target(survey):
    predictions = predict(survey)
    assert list(predictions) == ["mean", "linear_color", "random_forest"]
    assert {values.shape for values in predictions.values()} == {(100, 2)}


def test_nothing_is_learned_from_the_truth_of_the_test_rows(survey):
    catalog, _, _, test = survey
    before = predict(survey)
    catalog["metallicity"][test] = np.nan
    for name, values in predict(survey).items():
        np.testing.assert_array_equal(values, before[name])


def test_missing_photometry_leaves_the_forest_out_and_says_which(survey):
    with pytest.warns(UserWarning, match=r"random forest is left out: the catalog has no column mag_i, log_r50;"):
        predictions = predict(survey, photometry=("mag_g", "mag_i", "log_r50"))
    assert list(predictions) == ["mean", "linear_color"]


def test_photometry_without_a_value_leaves_the_forest_out(survey):
    survey[0]["mag_g"] = np.nan
    with pytest.warns(UserWarning, match="no learning row has finite values of mag_g, mag_r"):
        assert "random_forest" not in predict(survey)


def test_no_photometry_leaves_the_forest_out(survey):
    with pytest.warns(UserWarning, match="names no photometry"):
        assert "random_forest" not in predict(survey, photometry=())


def test_learning_rows_with_a_missing_value_are_left_out(survey):
    catalog, band_means, learn, test = survey
    holes = np.flatnonzero(learn)[:5]
    without = learn.copy()
    without[holes] = False
    expected = predict((catalog, band_means, without, test))
    catalog["metallicity"] = MaskedColumn(catalog["metallicity"], mask=np.isin(np.arange(400), holes))
    for name, values in predict(survey).items():
        np.testing.assert_array_equal(values, expected[name])


def test_a_missing_feature_of_a_test_row_is_read_as_the_mean_of_the_learning_rows(survey):
    catalog, band_means, learn, test = survey
    row = np.flatnonzero(test)[0]
    catalog["mag_g"][row] = np.nan
    filled = catalog.copy()
    filled["mag_g"][row] = catalog["mag_g"][learn].mean()
    with_hole, without = predict(survey), predict((filled, band_means, learn, test))
    np.testing.assert_array_equal(with_hole["random_forest"], without["random_forest"])
    assert np.isfinite(with_hole["random_forest"]).all()


def test_a_row_cannot_be_learned_from_and_tested(survey):
    catalog, band_means, learn, test = survey
    with pytest.raises(ValueError, match="400 rows are both learned from and tested"):
        predict((catalog, band_means, learn | test, learn | test))


def test_an_unknown_target_is_named(survey):
    with pytest.raises(ValueError, match="'log_hi_fraction'; the catalog has mag_g"):
        predict(survey, targets=("log_hi_fraction",))


def test_targets_without_a_learning_row_are_refused(survey):
    survey[0]["metallicity"] = np.nan
    with pytest.raises(ValueError, match=r"no learning row has a finite value of every target \(metallicity\)"):
        predict(survey, targets=("metallicity",))


def test_negative_band_means_are_no_counts():
    with pytest.raises(ValueError, match="band mean is negative"):
        linear_color(-np.ones((3, 1)), np.ones((3, 1)), np.ones((3, 1)))


def test_features_without_a_finite_row_are_refused():
    with pytest.raises(ValueError, match="none of the 3 learning rows"):
        random_forest(np.full((3, 1), np.nan), np.ones((3, 1)), np.ones((1, 1)), seed=0)
