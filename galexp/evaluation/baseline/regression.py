"""Predict numbers without a network: the mean, the color, forests on photometry and on small pixels, neighbors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galexp.evaluation.baseline.features import BaselineFeatures, log_brightness
from galexp.evaluation.baseline.rows import refuse_overlap, without_gaps

if TYPE_CHECKING:
    from jaxtyping import Bool, Float

NEIGHBORS = 10
TREES = 100
ROWS_OF_A_TREE = 4096
"""Rows that are drawn for each tree of the forest on pixels, at most: with 37 targets it needs 0.2 GB."""


def predict_mean(target_learn: Float[np.ndarray, " learn target"], n: int) -> Float[np.ndarray, " n target"]:
    """Predict the mean of the learning rows for each of `n` galaxies.

    Its normalized RMSE is 1 where the test rows have the mean of the learning rows, and more where they do not.

    Args:
        target_learn: True values.
        n: Number of galaxies to predict.

    Returns:
        The same row `n` times; NaN where a learning row is NaN.

    Example:
        >>> predict_mean(np.array([[1.0], [3.0]]), 2).tolist()
        [[2.0], [2.0]]
    """
    return np.tile(target_learn.mean(0), (n, 1))


def linear_color(
    band_means_learn: Float[np.ndarray, " learn band"],
    target_learn: Float[np.ndarray, " learn target"],
    band_means_test: Float[np.ndarray, " test band"],
) -> Float[np.ndarray, " test target"]:
    """Predict by a least-squares line on how bright an image is in each band.

    t = a + sum over bands of b log10(1 + m), with m the mean of the band in 8-bit counts. The differences of the
    logarithms are colors, so that the line knows brightness and color and nothing of the shape. With one band
    only the brightness is left.

    Args:
        band_means_learn: Mean of each band of each image [8-bit counts, 0 to 255].
        target_learn: True values.
        band_means_test: As `band_means_learn`.

    Returns:
        One row a test galaxy. Bands that are equal (a gray image) share one coefficient. Learning rows with a NaN are
        left out; a NaN of a test row is read as the mean of the learning rows.

    Raises:
        ValueError: If no learning row is finite, or a band mean is negative.

    Example:
        >>> counts = np.array([[0.0], [9.0], [99.0]])
        >>> linear_color(counts, np.array([[1.0], [2.0], [3.0]]), np.array([[999.0]])).round(6).tolist()
        [[4.0]]
    """
    learn, test = log_brightness(band_means_learn), log_brightness(band_means_test)
    features, target, test = without_gaps(learn, target_learn, test)
    coefficients = np.linalg.lstsq(_with_constant(features), target, rcond=None)[0]
    return np.asarray(_with_constant(test) @ coefficients)


def random_forest(
    features_learn: Float[np.ndarray, " learn feature"],
    target_learn: Float[np.ndarray, " learn target"],
    features_test: Float[np.ndarray, " test feature"],
    seed: int,
) -> Float[np.ndarray, " test target"]:
    """Predict by a random forest with the settings of Wu & Boada (2019), after Acquaviva (2016).

    40 bootstrapped trees of at least 8 galaxies a leaf, all features open at each node. One forest a target, so that
    units do not weigh the targets against each other.

    Args:
        features_learn: Photometry, say.
        target_learn: True values.
        features_test: As `features_learn`.
        seed: Of the trees.

    Returns:
        One row a test galaxy, never outside the range of the learning rows. Learning rows with a NaN are left out; a
        NaN of a test row is read as the mean of the learning rows.

    Raises:
        ValueError: If no learning row is finite.

    References:
        Wu & Boada (2019), MNRAS 484, 4683; Acquaviva (2016), MNRAS 456, 1618.
    """
    from sklearn.ensemble import RandomForestRegressor

    features, target, test = without_gaps(features_learn, target_learn, features_test)
    predictions = []
    for column in target.T:
        forest = RandomForestRegressor(n_estimators=40, min_samples_leaf=8, random_state=seed)
        predictions.append(forest.fit(features, column).predict(test))
    return np.stack(predictions, axis=1)


def pca_forest(
    components_learn: Float[np.ndarray, " learn component"],
    target_learn: Float[np.ndarray, " learn target"],
    components_test: Float[np.ndarray, " test component"],
    seed: int,
) -> Float[np.ndarray, " test target"]:
    """Predict all targets by one forest of 100 trees on the principal components of small images.

    A node is cut where the variance, summed over the targets in units of their variance among the learning rows,
    falls most, so that the unit of one target does not weigh it against another. With many learning rows each tree is
    grown on 4,096 of them, drawn with replacement.

    Args:
        components_learn: Of small images.
        target_learn: True values.
        components_test: As `components_learn`.
        seed: Of the trees.

    Returns:
        One row a test galaxy, never outside the range of the learning rows.

    References:
        The public code of Wu (2020), ApJ 900, 142: 32 x 32 pixels, 16 components, 100 trees.
    """
    from sklearn.ensemble import RandomForestRegressor

    mean, scatter = target_learn.mean(0), target_learn.std(0)
    scatter = np.where(scatter > 0, scatter, 1)
    standardized = (target_learn - mean) / scatter
    drawn = min(ROWS_OF_A_TREE, len(target_learn))
    forest = RandomForestRegressor(n_estimators=TREES, max_samples=drawn, random_state=seed)
    forest.fit(components_learn, standardized if standardized.shape[1] > 1 else standardized[:, 0])
    return mean + scatter * forest.predict(components_test).reshape(len(components_test), -1)


def nearest_neighbors(
    components_learn: Float[np.ndarray, " learn component"],
    target_learn: Float[np.ndarray, " learn target"],
    components_test: Float[np.ndarray, " test component"],
) -> Float[np.ndarray, " test target"]:
    """Predict the plain mean of the ten learning galaxies whose small images are most alike.

    Alike is near in the principal components, unscaled, so that the distance is that of the images themselves without
    what the components leave out. In sixteen dimensions the ten are nearly equally far: a weight by distance would
    change little, but let a twin image decide alone.

    Args:
        components_learn: Of small images.
        target_learn: True values.
        components_test: As `components_learn`.

    Returns:
        One row a test galaxy; the mean of all where there are fewer than ten learning rows.

    Example:
        >>> learn = np.repeat([0.0, 9.0], 10)[:, None]
        >>> nearest_neighbors(learn, learn / 3, np.array([[1.0], [8.0]])).tolist()
        [[0.0], [3.0]]
    """
    from sklearn.neighbors import KNeighborsRegressor

    neighbors = KNeighborsRegressor(min(NEIGHBORS, len(target_learn)), algorithm="kd_tree")
    return np.asarray(neighbors.fit(components_learn, target_learn).predict(components_test))


def regression_baselines(
    features: BaselineFeatures,
    target: Float[np.ndarray, " galaxy target"],
    learn: Bool[np.ndarray, " galaxy"],
    test: Bool[np.ndarray, " galaxy"],
    seed: int,
) -> dict[str, Float[np.ndarray, " test target"]]:
    """Learn every baseline on the learning rows and predict the test rows.

    Args:
        features: Of all galaxies.
        target: True values, NaN where there is none.
        learn: Rows to learn from: train and val.
        test: Rows to predict.
        seed: Of the forests.

    Returns:
        Predictions of `mean`, `linear_color`, `random_forest`, `pca_forest` and `knn`, in the order of the test rows;
        always finite. Learning rows without all the targets are left out. There is no `random_forest`, and a warning
        that names the columns, where photometry is missing or no learning row has all of it.

    Raises:
        ValueError: If a row is learned from and tested, or none can be learned from.
    """
    refuse_overlap(learn, test)
    known = learn & np.isfinite(target).all(1)
    if not known.any():
        raise ValueError(f"none of the {int(learn.sum())} learning rows has a finite value of every target")
    truth = target[known]
    predictions = {
        "mean": predict_mean(truth, int(test.sum())),
        "linear_color": linear_color(features.band_means[known], truth, features.band_means[test]),
    }
    photometry = features.photometry_for(known)
    if photometry is not None:
        predictions["random_forest"] = random_forest(photometry[known], truth, photometry[test], seed)
    pixels, pixels_test = features.components[known], features.components[test]
    predictions["pca_forest"] = pca_forest(pixels, truth, pixels_test, seed)
    predictions["knn"] = nearest_neighbors(pixels, truth, pixels_test)
    return predictions


def _with_constant(features: np.ndarray) -> np.ndarray:
    return np.column_stack([np.ones(len(features)), features])
