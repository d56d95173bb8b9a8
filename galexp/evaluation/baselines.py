"""What a network must beat: the mean, the color, a random forest on the photometry."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from astropy.table import Table
    from jaxtyping import Bool, Float


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
    if np.any(band_means_learn < 0) or np.any(band_means_test < 0):
        raise ValueError("a band mean is negative; linear_color expects means of 8-bit images, 0 to 255")
    features, target, test = _complete(np.log10(1 + band_means_learn), target_learn, np.log10(1 + band_means_test))
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

    features, target, test = _complete(features_learn, target_learn, features_test)
    predictions = []
    for column in target.T:
        forest = RandomForestRegressor(n_estimators=40, min_samples_leaf=8, random_state=seed)
        predictions.append(forest.fit(features, column).predict(test))
    return np.stack(predictions, axis=1)


def baseline_predictions(
    catalog: Table,
    band_means: Float[np.ndarray, " galaxy band"],
    learn: Bool[np.ndarray, " galaxy"],
    test: Bool[np.ndarray, " galaxy"],
    targets: Sequence[str],
    photometry: Sequence[str],
    seed: int,
) -> dict[str, Float[np.ndarray, " test target"]]:
    """Learn every baseline on the learning rows and predict the test rows.

    Args:
        catalog: One row a galaxy, with the targets and as much of the photometry as there is.
        band_means: Mean of each band of each image [8-bit counts].
        learn: Rows to learn from: train and val.
        test: Rows to predict.
        targets: Columns to predict.
        photometry: Columns that the forest reads.
        seed: Of the forest.

    Returns:
        Predictions of `mean`, `linear_color` and `random_forest`, in the order of the test rows; always finite where
        the learning rows are. Learning rows without all the targets are left out. There is no `random_forest`, and a
        warning that names the columns, where photometry is missing or no learning row has all of it.

    Raises:
        ValueError: If a target is not in the catalog, a row is learned from and tested, or none can be learned from.
    """
    if np.any(learn & test):
        raise ValueError(f"{int(np.sum(learn & test))} rows are both learned from and tested; a split keeps them apart")
    target = _matrix(catalog, targets)
    learn = learn & np.isfinite(target).all(1)
    if not learn.any():
        raise ValueError(f"no learning row has a finite value of every target ({', '.join(targets)})")
    predictions = {
        "mean": predict_mean(target[learn], int(test.sum())),
        "linear_color": linear_color(band_means[learn], target[learn], band_means[test]),
    }
    obstacle = _obstacle_to_forest(catalog, learn, photometry)
    if obstacle:
        warnings.warn(f"the random forest is left out: {obstacle}", UserWarning, stacklevel=2)
    else:
        features = _matrix(catalog, photometry)
        predictions["random_forest"] = random_forest(features[learn], target[learn], features[test], seed)
    return predictions


def _obstacle_to_forest(catalog: Table, learn: Bool[np.ndarray, " galaxy"], photometry: Sequence[str]) -> str:
    missing = [name for name in photometry if name not in catalog.colnames]
    if missing:
        return f"the catalog has no column {', '.join(missing)}; it has {', '.join(catalog.colnames)}"
    if not photometry:
        return "the dataset names no photometry"
    if not np.isfinite(_matrix(catalog, photometry)[learn]).all(1).any():
        return f"no learning row has finite values of {', '.join(photometry)}"
    return ""


def _matrix(catalog: Table, names: Sequence[str]) -> Float[np.ndarray, " galaxy column"]:
    """Return columns as floats, NaN where masked."""
    for name in names:
        if name not in catalog.colnames:
            raise ValueError(f"the baselines need the column {name!r}; the catalog has {', '.join(catalog.colnames)}")
    columns = [np.ma.filled(np.ma.asarray(catalog[name], dtype=np.float64), np.nan) for name in names]
    return np.stack(columns, axis=1)


def _complete(
    features_learn: np.ndarray, target_learn: np.ndarray, features_test: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Leave incomplete learning rows out and fill incomplete test rows with the mean of the others."""
    finite = np.isfinite(features_learn).all(1) & np.isfinite(target_learn).all(1)
    if not finite.any():
        raise ValueError(f"none of the {len(finite)} learning rows has finite features and targets")
    features = features_learn[finite]
    filled = np.where(np.isfinite(features_test), features_test, features.mean(0))
    return features, target_learn[finite], filled


def _with_constant(features: np.ndarray) -> np.ndarray:
    return np.column_stack([np.ones(len(features)), features])
