import dataclasses

import numpy as np
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from galexp.evaluation.baseline import classification as module
from galexp.evaluation.baseline.classification import (
    class_frequencies,
    classification_baselines,
    classify_by_photometry,
    classify_by_pixels,
    logistic_color,
    neighbor_votes,
)
from galexp.evaluation.baseline.features import BaselineFeatures

METHODS = ["majority", "color", "random_forest", "pca_forest", "knn"]


@dataclasses.dataclass
class Survey:
    """Two blobs far apart, seen by bands, photometry and components alike, among three classes."""

    features: BaselineFeatures
    labels: np.ndarray
    learn: np.ndarray
    num_classes: int = 3

    def predict(self, seed=0):
        return classification_baselines(self.features, self.labels, self.num_classes, self.learn, self.tested, seed)

    @property
    def tested(self):
        return np.arange(200) % 4 == 0


@pytest.fixture(autouse=True)
def few_trees(monkeypatch):
    assert module.TREES == 100
    monkeypatch.setattr(module, "TREES", 12)


@pytest.fixture
def survey():
    rng = np.random.default_rng(0)
    labels = rng.choice([0.0, 2.0], 200, p=[0.75, 0.25])
    seen = 100 + 50 * labels[:, None] + rng.normal(size=(200, 2))
    return Survey(BaselineFeatures(seen, seen, seen, ("mag_g", "mag_r")), labels, np.arange(200) % 4 > 0)


@pytest.fixture
def clouds():
    """Overlapping clouds, to be learned from and tested, without a member of class 1."""
    rng = np.random.default_rng(1)
    labels = rng.choice([0, 2, 3], 90)
    return 50 + 5 * labels[:, None] + rng.uniform(0, 20, (90, 3)), labels, rng.uniform(50, 85, (11, 3))


def with_an_empty_class(reference, learn, labels, test):
    return np.insert(reference.fit(learn, labels).predict_proba(test), 1, 0, axis=1)


def test_every_baseline_has_probabilities_of_every_class_that_sum_to_one(survey):
    found = survey.predict()
    assert list(found) == METHODS
    for values in found.values():
        assert values.shape == (50, 3)
        assert (values >= 0).all()
        np.testing.assert_allclose(values.sum(1), 1)


def test_a_class_that_was_not_learned_has_probability_zero(survey):
    assert all((values[:, 1] == 0).all() for values in survey.predict().values())


@pytest.mark.parametrize("method", METHODS[1:])
def test_blobs_far_apart_are_told_apart_by_all_that_look(survey, method):
    np.testing.assert_array_equal(survey.predict()[method].argmax(1), survey.labels[survey.tested])


def test_the_majority_does_not_look_and_ranks_by_chance(survey):
    found = survey.predict()["majority"]
    share = np.mean(survey.labels[survey.learn] == 2)
    np.testing.assert_allclose(found, np.tile([1 - share, 0, share], (50, 1)))
    assert roc_auc_score(survey.labels[survey.tested] == 2, found[:, 2]) == 0.5


def test_frequencies_agree_with_scikit_learn(clouds):
    learn, labels, test = clouds
    expected = with_an_empty_class(DummyClassifier(strategy="prior"), learn, labels, test)
    np.testing.assert_allclose(class_frequencies(labels, 4, 11), expected)


def test_the_color_agrees_with_a_pipeline_of_scikit_learn(clouds):
    learn, labels, test = clouds
    pipeline = make_pipeline(StandardScaler(), LogisticRegression())
    expected = with_an_empty_class(pipeline, np.log10(1 + learn), labels, np.log10(1 + test))
    np.testing.assert_allclose(logistic_color(learn, labels, test, 4), expected, rtol=1e-5)


def test_forests_agree_with_scikit_learn(clouds):
    learn, labels, test = clouds
    photometry = RandomForestClassifier(40, min_samples_leaf=8, max_features=None, random_state=3)
    expected = with_an_empty_class(photometry, learn, labels, test)
    np.testing.assert_allclose(classify_by_photometry(learn, labels, test, 4, seed=3), expected)
    expected = with_an_empty_class(RandomForestClassifier(12, random_state=3), learn, labels, test)
    np.testing.assert_allclose(classify_by_pixels(learn, labels, test, 4, seed=3), expected)


def test_neighbors_agree_with_scikit_learn_by_brute_force(clouds):
    learn, labels, test = clouds
    expected = with_an_empty_class(KNeighborsClassifier(10, algorithm="brute"), learn, labels, test)
    np.testing.assert_allclose(neighbor_votes(learn, labels, test, 4), expected)


@pytest.mark.parametrize("rows", [1, 5])
def test_where_one_class_is_learned_it_is_certain(survey, rows):
    survey.learn &= survey.labels == 2
    survey.learn[np.flatnonzero(survey.learn)[rows:]] = False
    for name, values in survey.predict().items():
        np.testing.assert_array_equal(values, np.tile([0, 0, 1], (50, 1)), err_msg=name)


def test_bands_that_are_constant_leave_the_frequencies(survey):
    labels = survey.labels[survey.learn].astype(int)
    found = logistic_color(np.full((150, 3), 36.0), labels, np.full((4, 3), 36.0), 3)
    np.testing.assert_allclose(found, class_frequencies(labels, 3, 4), atol=1e-4)


@pytest.mark.parametrize("forest", [classify_by_photometry, classify_by_pixels])
def test_forests_are_functions_of_the_seed(clouds, forest):
    learn, labels, test = clouds
    first, second, other = (forest(learn, labels, test, 4, seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, second)
    assert np.any(first != other)


def test_rows_without_a_class_are_left_out_and_nothing_is_learned_from_test_rows(survey):
    holes = np.flatnonzero(survey.learn)[:5]
    survey.learn[holes] = False
    expected = survey.predict()
    survey.learn[holes] = True
    survey.labels[holes] = np.nan
    survey.labels[survey.tested] = np.nan
    for name, values in survey.predict().items():
        np.testing.assert_array_equal(values, expected[name], err_msg=name)


def test_missing_photometry_leaves_the_forest_out_and_says_why(survey):
    survey.features = dataclasses.replace(survey.features, photometry=None, obstacle="the catalog has no column mag_i")
    with pytest.warns(UserWarning, match="random forest is left out: the catalog has no column mag_i"):
        assert list(survey.predict()) == ["majority", "color", "pca_forest", "knn"]


def test_a_row_cannot_be_learned_from_and_tested(survey):
    survey.learn[:] = True
    with pytest.raises(ValueError, match="50 rows are both learned from and tested"):
        survey.predict()


def test_labels_without_a_learning_row_are_refused(survey):
    survey.labels[:] = np.nan
    with pytest.raises(ValueError, match="none of the 150 learning rows has a class"):
        survey.predict()


@pytest.mark.parametrize("label", [-1.0, 0.5, 3.0])
def test_a_label_that_is_no_class_is_refused(survey, label):
    survey.labels[np.flatnonzero(survey.learn)[4]] = label
    with pytest.raises(ValueError, match=rf"{label:g} is no class; labels are whole numbers from 0 to 2, or NaN"):
        survey.predict()


@pytest.mark.parametrize(
    "method", [logistic_color, lambda *rows: classify_by_photometry(*rows, seed=0)], ids=["color", "photometry"]
)
def test_features_without_a_finite_row_are_refused(method):
    with pytest.raises(ValueError, match="none of the 3 learning rows"):
        method(np.full((3, 1), np.nan), np.array([0, 1, 1]), np.ones((1, 1)), 2)


def test_negative_band_means_are_no_counts():
    with pytest.raises(ValueError, match="band mean is negative"):
        logistic_color(-np.ones((3, 1)), np.array([0, 1, 1]), np.ones((3, 1)), 2)
