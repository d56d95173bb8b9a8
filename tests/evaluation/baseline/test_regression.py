import dataclasses

import numpy as np
import pytest
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LinearRegression
from sklearn.neighbors import KNeighborsRegressor

from galexp.evaluation.baseline import regression as module
from galexp.evaluation.baseline.features import BaselineFeatures
from galexp.evaluation.baseline.regression import (
    linear_color,
    nearest_neighbors,
    pca_forest,
    predict_mean,
    random_forest,
    regression_baselines,
)

METHODS = ["mean", "linear_color", "random_forest", "pca_forest", "knn"]


@dataclasses.dataclass
class Survey:
    """Magnitudes that make metallicity and mass, seen by bands, photometry and components alike."""

    magnitudes: np.ndarray
    target: np.ndarray
    learn: np.ndarray
    columns: tuple = ("mag_g", "mag_r")
    obstacle: str = ""

    def predict(self, seed=0):
        counts = 10 ** (0.4 * (18 - self.magnitudes)) - 1
        photometry = None if self.obstacle else self.magnitudes
        features = BaselineFeatures(
            np.nan_to_num(counts, nan=1), self.components, photometry, self.columns, self.obstacle
        )
        return regression_baselines(features, self.target, self.learn, self.tested, seed)

    @property
    def components(self):
        return np.nan_to_num(1000 * self.magnitudes, nan=16_000)

    @property
    def tested(self):
        return np.arange(400) % 4 == 0


@pytest.fixture(autouse=True)
def few_trees(monkeypatch):
    assert module.TREES == 100
    monkeypatch.setattr(module, "TREES", 12)


@pytest.fixture
def survey():
    magnitudes = np.random.default_rng(0).uniform(14, 18, (400, 2))
    metallicity = 9.0 + 0.2 * (magnitudes[:, 0] - magnitudes[:, 1])
    target = np.column_stack([metallicity, 14 - magnitudes[:, 1] / 4])
    return Survey(magnitudes, target, np.arange(400) % 4 > 0)


def rms(residuals):
    return np.sqrt(np.mean(np.square(residuals), axis=0))


def test_the_mean_of_the_learning_rows_is_the_best_constant():
    np.testing.assert_allclose(predict_mean(np.array([[1.0, 5.0], [2.0, 7.0]]), 3), [[1.5, 6.0]] * 3)


def test_a_color_that_is_a_straight_line_is_found_exactly(survey):
    np.testing.assert_allclose(survey.predict()["linear_color"], survey.target[survey.tested], atol=1e-10)


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


@pytest.mark.parametrize("method", ["random_forest", "pca_forest", "knn"])
def test_what_looks_at_galaxies_beats_the_mean_and_stays_inside_the_range_that_it_learned(survey, method):
    truth, found = survey.target[survey.tested], survey.predict()
    assert (rms(found[method] - truth) < 0.5 * rms(found["mean"] - truth)).all()
    assert (found[method].max(0) <= survey.target[survey.learn].max(0) + 1e-12).all()


def test_a_forest_of_leaves_of_eight_cannot_split_fifteen_galaxies():
    rng = np.random.default_rng(0)
    predictions = random_forest(rng.normal(size=(15, 2)), rng.normal(size=(15, 1)), rng.normal(size=(6, 2)), seed=0)
    assert np.ptp(predictions) == 0


@pytest.mark.parametrize("forest", [random_forest, pca_forest])
def test_forests_are_functions_of_the_seed(forest):
    learn, target = (np.random.default_rng(0).normal(size=(60, columns)) for columns in (5, 1))
    first, second, other = (forest(learn, target, learn, seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, second)
    assert np.any(first != other)


@pytest.mark.parametrize(
    "predict", [random_forest, pca_forest, lambda *rows: nearest_neighbors(*rows[:3])], ids=["trees", "pixels", "knn"]
)
def test_the_unit_of_one_target_does_not_change_the_prediction_of_another(predict):
    learn, target = (np.random.default_rng(0).normal(size=(60, columns)) for columns in (5, 2))
    first, second = (predict(learn, target * [1, unit], learn, 0) for unit in (1, 1024))
    np.testing.assert_allclose(first * [1, 1024], second, rtol=1e-12)


@pytest.mark.parametrize("targets", [1, 3])
def test_the_forest_on_pixels_agrees_with_scikit_learn_on_targets_in_units_of_their_scatter(targets):
    rng = np.random.default_rng(0)
    learn, test, target = rng.normal(size=(80, 16)), rng.normal(size=(7, 16)), rng.normal(size=(80, targets))
    target *= [1, 9, 50][:targets]
    standardized = ((target - target.mean(0)) / target.std(0)).squeeze()
    forest = RandomForestRegressor(12, random_state=5).fit(learn, standardized)
    expected = target.mean(0) + target.std(0) * forest.predict(test).reshape(7, targets)
    np.testing.assert_allclose(pca_forest(learn, target, test, seed=5), expected, rtol=1e-12)


def test_a_tree_of_many_rows_is_grown_on_a_draw_of_them(monkeypatch):
    monkeypatch.setattr(module, "ROWS_OF_A_TREE", 10)
    learn, target = (np.random.default_rng(0).normal(size=(80, columns)) for columns in (16, 2))
    standardized = (target - target.mean(0)) / target.std(0)
    forest = RandomForestRegressor(12, max_samples=10, random_state=0).fit(learn, standardized)
    expected = target.mean(0) + target.std(0) * forest.predict(learn)
    np.testing.assert_allclose(pca_forest(learn, target, learn, seed=0), expected, rtol=1e-12)


def test_neighbors_agree_with_scikit_learn_by_brute_force():
    rng = np.random.default_rng(0)
    learn, test, target = rng.normal(size=(80, 16)), rng.normal(size=(7, 16)), rng.normal(size=(80, 3))
    expected = KNeighborsRegressor(10, algorithm="brute").fit(learn, target).predict(test)
    np.testing.assert_allclose(nearest_neighbors(learn, target, test), expected, rtol=1e-12)


@pytest.mark.parametrize("rows", [1, 3])
def test_with_few_learning_rows_all_are_neighbors_and_every_baseline_predicts(survey, rows):
    survey.learn[np.flatnonzero(survey.learn)[rows:]] = False
    found = survey.predict()
    np.testing.assert_allclose(found["knn"], found["mean"])
    assert all(np.isfinite(values).all() for values in found.values())


def test_a_constant_target_is_predicted_by_all(survey):
    survey.target[:, 1] = 3.5
    for name, values in survey.predict().items():
        np.testing.assert_allclose(values[:, 1], 3.5, err_msg=name)


def test_every_baseline_has_one_row_a_test_galaxy_and_one_column_a_target(survey):
    found = survey.predict()
    assert list(found) == METHODS
    assert {values.shape for values in found.values()} == {(100, 2)}


def test_nothing_is_learned_from_the_truth_of_the_test_rows(survey):
    before = survey.predict()
    survey.target[survey.tested] = np.nan
    for name, values in survey.predict().items():
        np.testing.assert_array_equal(values, before[name])


@pytest.mark.parametrize(
    "obstacle", ["the catalog has no column mag_i, log_r50; it has mag_g", "the dataset names no photometry"]
)
def test_missing_photometry_leaves_the_forest_out_and_says_why(survey, obstacle):
    survey.obstacle = obstacle
    with pytest.warns(UserWarning, match=f"random forest is left out: {obstacle}"):
        assert list(survey.predict()) == [name for name in METHODS if name != "random_forest"]


def test_photometry_without_a_value_leaves_the_forest_out(survey):
    survey.magnitudes[:, 0] = np.nan
    with pytest.warns(UserWarning, match="no learning row has finite values of mag_g, mag_r"):
        assert "random_forest" not in survey.predict()


def test_learning_rows_with_a_missing_value_are_left_out(survey):
    holes = np.flatnonzero(survey.learn)[:5]
    survey.learn[holes] = False
    expected = survey.predict()
    survey.learn[holes] = True
    survey.target[holes, 0] = np.nan
    for name, values in survey.predict().items():
        np.testing.assert_array_equal(values, expected[name])


def test_missing_photometry_of_a_test_row_is_read_as_the_mean_of_the_learning_rows(survey):
    row = np.flatnonzero(survey.tested)[0]
    survey.magnitudes[row, 0] = np.nan
    with_hole = survey.predict()["random_forest"]
    survey.magnitudes[row, 0] = survey.magnitudes[survey.learn, 0].mean()
    np.testing.assert_array_equal(with_hole, survey.predict()["random_forest"])
    assert np.isfinite(with_hole).all()


def test_a_row_cannot_be_learned_from_and_tested(survey):
    survey.learn[:] = True
    with pytest.raises(ValueError, match="100 rows are both learned from and tested"):
        survey.predict()


def test_targets_without_a_learning_row_are_refused(survey):
    survey.target[:, 0] = np.nan
    with pytest.raises(ValueError, match="none of the 300 learning rows has a finite value of every target"):
        survey.predict()


@pytest.mark.parametrize("method", [linear_color, lambda *rows: random_forest(*rows, seed=0)])
def test_features_without_a_finite_row_are_refused(method):
    with pytest.raises(ValueError, match="none of the 3 learning rows"):
        method(np.full((3, 1), np.nan), np.ones((3, 1)), np.ones((1, 1)))


def test_negative_band_means_are_no_counts():
    with pytest.raises(ValueError, match="band mean is negative"):
        linear_color(-np.ones((3, 1)), np.ones((3, 1)), np.ones((3, 1)))
