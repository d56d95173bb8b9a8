"""Predict classes without a network: by frequencies, color, forests on photometry and on small pixels, neighbors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from galexp.evaluation.baseline.features import BaselineFeatures, log_brightness
from galexp.evaluation.baseline.regression import NEIGHBORS, ROWS_OF_A_TREE, TREES
from galexp.evaluation.baseline.rows import refuse_overlap, without_gaps

if TYPE_CHECKING:
    from jaxtyping import Bool, Float, Int64


def class_frequencies(
    labels_learn: Int64[np.ndarray, " learn"], num_classes: int, n: int
) -> Float[np.ndarray, " n class"]:
    """Predict the share of each class among the learning rows for each of `n` galaxies.

    The largest share is the accuracy of naming the majority, and the area under its ROC curve is 1/2: whoever is
    better must look at the images.

    Args:
        labels_learn: Number of each galaxy's class.
        num_classes: Columns.
        n: Number of galaxies to predict.

    Example:
        >>> class_frequencies(np.array([0, 0, 0, 2]), 4, 1).tolist()
        [[0.75, 0.0, 0.25, 0.0]]
    """
    return np.tile(np.bincount(labels_learn, minlength=num_classes) / len(labels_learn), (n, 1))


def logistic_color(
    band_means_learn: Float[np.ndarray, " learn band"],
    labels_learn: Int64[np.ndarray, " learn"],
    band_means_test: Float[np.ndarray, " test band"],
    num_classes: int,
) -> Float[np.ndarray, " test class"]:
    """Predict by logistic regression on how bright an image is in each band.

    log p_k = a_k + sum over bands of b_k log10(1 + m) + constant, with m the mean of the band in 8-bit counts: it knows
    brightness and color and nothing of the shape. The features are standardized and the coefficients held small as
    scikit-learn does by default, so that classes that can be told apart entirely have finite ones.

    Args:
        band_means_learn: Mean of each band of each image [8-bit counts, 0 to 255].
        labels_learn: Number of each galaxy's class.
        band_means_test: As `band_means_learn`.
        num_classes: Columns.

    Returns:
        Probabilities; 0 for a class that is not among the learning rows, and 1 for the only one that is. A NaN of a
        test row is read as the mean of the learning rows.

    Raises:
        ValueError: If no learning row is finite, or a band mean is negative.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    learn, test = log_brightness(band_means_learn), log_brightness(band_means_test)
    features, labels, test = without_gaps(learn, labels_learn, test)
    if len(np.unique(labels)) == 1:
        return class_frequencies(labels, num_classes, len(test))
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    return _probabilities(model.fit(features, labels), test, num_classes)


def classify_by_photometry(
    features_learn: Float[np.ndarray, " learn feature"],
    labels_learn: Int64[np.ndarray, " learn"],
    features_test: Float[np.ndarray, " test feature"],
    num_classes: int,
    seed: int,
) -> Float[np.ndarray, " test class"]:
    """Predict by the forest of :func:`galexp.evaluation.baseline.regression.random_forest`, grown on classes.

    40 bootstrapped trees of at least 8 galaxies a leaf, all features open at each node; the probability of a class is
    its share of the leaf, averaged over the trees.

    Args:
        features_learn: Photometry, say.
        labels_learn: Number of each galaxy's class.
        features_test: As `features_learn`.
        num_classes: Columns.
        seed: Of the trees.

    Returns:
        Probabilities; 0 for a class that is not among the learning rows. Learning rows with a NaN are left out; a NaN
        of a test row is read as the mean of the learning rows.

    Raises:
        ValueError: If no learning row is finite.
    """
    from sklearn.ensemble import RandomForestClassifier

    features, labels, test = without_gaps(features_learn, labels_learn, features_test)
    forest = RandomForestClassifier(n_estimators=40, min_samples_leaf=8, max_features=None, random_state=seed)
    return _probabilities(forest.fit(features, labels), test, num_classes)


def classify_by_pixels(
    components_learn: Float[np.ndarray, " learn component"],
    labels_learn: Int64[np.ndarray, " learn"],
    components_test: Float[np.ndarray, " test component"],
    num_classes: int,
    seed: int,
) -> Float[np.ndarray, " test class"]:
    """Predict by a forest of 100 trees on the principal components of small images.

    With many learning rows each tree is grown on 4,096 of them, drawn with replacement.

    Args:
        components_learn: Of small images.
        labels_learn: Number of each galaxy's class.
        components_test: As `components_learn`.
        num_classes: Columns.
        seed: Of the trees.

    Returns:
        Probabilities; 0 for a class that is not among the learning rows.
    """
    from sklearn.ensemble import RandomForestClassifier

    drawn = min(ROWS_OF_A_TREE, len(labels_learn))
    forest = RandomForestClassifier(n_estimators=TREES, max_samples=drawn, random_state=seed)
    return _probabilities(forest.fit(components_learn, labels_learn), components_test, num_classes)


def neighbor_votes(
    components_learn: Float[np.ndarray, " learn component"],
    labels_learn: Int64[np.ndarray, " learn"],
    components_test: Float[np.ndarray, " test component"],
    num_classes: int,
) -> Float[np.ndarray, " test class"]:
    """Predict the share of each class among the ten learning galaxies whose small images are most alike.

    Alike as in :func:`galexp.evaluation.baseline.regression.nearest_neighbors`.

    Args:
        components_learn: Of small images.
        labels_learn: Number of each galaxy's class.
        components_test: As `components_learn`.
        num_classes: Columns.

    Returns:
        Probabilities in tenths; the shares among all where there are fewer than ten learning rows.

    Example:
        >>> learn = np.repeat([0.0, 9.0], 10)[:, None]
        >>> neighbor_votes(learn, np.repeat([2, 0], 10), np.array([[1.0], [8.0]]), 3).tolist()
        [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]
    """
    from sklearn.neighbors import KNeighborsClassifier

    neighbors = KNeighborsClassifier(min(NEIGHBORS, len(labels_learn)), algorithm="kd_tree")
    return _probabilities(neighbors.fit(components_learn, labels_learn), components_test, num_classes)


def classification_baselines(
    features: BaselineFeatures,
    labels: Float[np.ndarray, " galaxy"],
    num_classes: int,
    learn: Bool[np.ndarray, " galaxy"],
    test: Bool[np.ndarray, " galaxy"],
    seed: int,
) -> dict[str, Float[np.ndarray, " test class"]]:
    """Learn every baseline on the learning rows and predict the test rows.

    Args:
        features: Of all galaxies.
        labels: Number of each galaxy's class, NaN where it is unknown.
        num_classes: Columns, also where a class has no member.
        learn: Rows to learn from: train and val.
        test: Rows to predict.
        seed: Of the forests.

    Returns:
        Probabilities of `majority`, `color`, `random_forest`, `pca_forest` and `knn`, in the order of the test rows;
        always finite, and 1 in sum. Learning rows without a label are left out. There is no `random_forest`, and a
        warning that names the columns, where photometry is missing or no learning row has all of it.

    Raises:
        ValueError: If a row is learned from and tested, none can be learned from, or a label is no class.
    """
    refuse_overlap(learn, test)
    known = learn & np.isfinite(labels)
    if not known.any():
        raise ValueError(f"none of the {int(learn.sum())} learning rows has a class")
    truth = _as_classes(labels[known], num_classes)
    bands, bands_test = features.band_means[known], features.band_means[test]
    pixels, pixels_test = features.components[known], features.components[test]
    predictions = {
        "majority": class_frequencies(truth, num_classes, int(test.sum())),
        "color": logistic_color(bands, truth, bands_test, num_classes),
    }
    photometry = features.photometry_for(known)
    if photometry is not None:
        found = classify_by_photometry(photometry[known], truth, photometry[test], num_classes, seed)
        predictions["random_forest"] = found
    predictions["pca_forest"] = classify_by_pixels(pixels, truth, pixels_test, num_classes, seed)
    predictions["knn"] = neighbor_votes(pixels, truth, pixels_test, num_classes)
    return predictions


def _as_classes(labels: np.ndarray, num_classes: int) -> np.ndarray:
    wrong = labels[(labels != np.round(labels)) | (labels < 0) | (labels >= num_classes)]
    if len(wrong):
        raise ValueError(f"{wrong[0]:g} is no class; labels are whole numbers from 0 to {num_classes - 1}, or NaN")
    return labels.astype(np.int64)


def _probabilities(model: Any, features: np.ndarray, num_classes: int) -> np.ndarray:
    """Return one column a class, 0 for those that the model has not met."""
    found = np.zeros((len(features), num_classes))
    found[:, model.classes_] = model.predict_proba(features)
    return found
