"""What the baselines see of a galaxy: the brightness of each band, sixteen numbers of its image, its photometry."""

from __future__ import annotations

import dataclasses
import warnings
from typing import TYPE_CHECKING

import numpy as np

from galexp.evaluation.baseline.pixels import principal_directions, small_pixels

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from astropy.table import Table
    from jaxtyping import Bool, Float, Int64, UInt8
    from torch import Tensor

    Images = Callable[[list[int]], UInt8[Tensor, "row band side side"]]

FITTED_UP_TO = 4096
"""Learning rows on whose images the principal directions are found, at most."""

_CHUNK = 64
_DECIMALS = 3  # Far above what the order of additions changes, far below what one gray level does.


@dataclasses.dataclass(frozen=True)
class BaselineFeatures:
    """What is known of every galaxy without a network, in the order of the catalog.

    Args:
        band_means: Mean of each band of each image [8-bit counts].
        components: Projections of the small images on their principal directions [8-bit counts].
        photometry: Columns of the catalog, NaN where masked; None where they cannot be had.
        columns: Names of the photometry.
        obstacle: Why there is no photometry; empty where there is.
    """

    band_means: Float[np.ndarray, " galaxy band"]
    components: Float[np.ndarray, " galaxy component"]
    photometry: Float[np.ndarray, " galaxy column"] | None
    columns: tuple[str, ...] = ()
    obstacle: str = ""

    def photometry_for(self, learn: Bool[np.ndarray, " galaxy"]) -> Float[np.ndarray, " galaxy column"] | None:
        """Return the photometry, or None and a warning that says why a forest cannot learn from it.

        Args:
            learn: Rows to learn from.
        """
        obstacle = self.obstacle
        if self.photometry is not None and not np.isfinite(self.photometry[learn]).all(1).any():
            obstacle = f"no learning row has finite values of {', '.join(self.columns)}"
        if obstacle:
            warnings.warn(f"the random forest is left out: {obstacle}", UserWarning, stacklevel=3)
            return None
        return self.photometry


def baseline_features(
    images: Images,
    number: int,
    learn: Bool[np.ndarray, " galaxy"],
    catalog: Table,
    photometry: Sequence[str],
    seed: int,
    image_size: int | None = None,
) -> BaselineFeatures:
    """Read every image once, and those that the principal directions are found on twice, 64 at a time.

    The band means are those of the whole stored image. The components are those of the center that the network sees,
    averaged to 32 x 32 pixels: sixteen directions, found on at most 4,096 of the learning rows, drawn at random.

    Args:
        images: Gives the images of a list of rows.
        number: Of galaxies.
        learn: Rows to learn from.
        catalog: One row a galaxy, with as much of the photometry as there is.
        photometry: Columns that the random forest reads.
        seed: Of the draw, and of the randomized decomposition.
        image_size: Central side that the network sees [pixel]; None for the whole image.

    Returns:
        The features of all galaxies; fewer components than sixteen where there are fewer learning rows or pixels.

    Raises:
        ValueError: If there is no learning row, or the images are smaller than `image_size`.
    """
    rows = np.flatnonzero(learn)
    if not len(rows):
        raise ValueError(f"none of the {number} galaxies is learned from; baselines need train or val rows")
    if len(rows) > FITTED_UP_TO:
        rows = np.sort(np.random.default_rng(seed).choice(rows, FITTED_UP_TO, replace=False))
    mean, directions = principal_directions(_collect(rows, lambda chunk: small_pixels(images(chunk), image_size)), seed)

    def describe(chunk: list[int]) -> np.ndarray:
        shown = images(chunk)
        band_means = shown.float().mean((2, 3)).numpy()
        return np.hstack([band_means, (small_pixels(shown, image_size) - mean) @ directions.T])

    described = _collect(np.arange(number), describe)
    band_means = described[:, : -len(directions)].astype(np.float32)
    components = described[:, -len(directions) :].round(_DECIMALS)
    obstacle = _obstacle(catalog, photometry)
    magnitudes = None if obstacle else catalog_columns(catalog, photometry)
    return BaselineFeatures(band_means, components, magnitudes, tuple(photometry), obstacle)


def log_brightness(band_means: Float[np.ndarray, " galaxy band"]) -> Float[np.ndarray, " galaxy band"]:
    """Return log10(1 + m) of band means m [8-bit counts], whose differences are colors.

    Args:
        band_means: Mean of each band of each image [8-bit counts, 0 to 255].

    Raises:
        ValueError: If a band mean is negative.

    Example:
        >>> log_brightness(np.array([[0.0, 9.0, 99.0]])).tolist()
        [[0.0, 1.0, 2.0]]
    """
    if np.any(band_means < 0):
        raise ValueError(f"a band mean is negative ({np.min(band_means):.3g}); give means of 8-bit images, 0 to 255")
    return np.log10(1 + band_means)


def catalog_columns(catalog: Table, names: Sequence[str]) -> Float[np.ndarray, " galaxy column"]:
    """Return columns of a catalog as floats, NaN where masked.

    Args:
        catalog: One row a galaxy.
        names: Of the columns, all of which are there.

    Example:
        >>> from astropy.table import MaskedColumn, Table
        >>> catalog_columns(Table({"mag_g": MaskedColumn([17.0, 18.0], mask=[False, True])}), ["mag_g"]).tolist()
        [[17.0], [nan]]
    """
    columns = [np.ma.filled(np.ma.asarray(catalog[name], dtype=np.float64), np.nan) for name in names]
    return np.stack(columns, axis=1)


def _collect(rows: Int64[np.ndarray, " row"], describe: Callable[[list[int]], np.ndarray]) -> np.ndarray:
    """Describe rows chunk by chunk into one array: small results kept among large temporary ones scatter the heap."""
    first = describe(rows[:_CHUNK].tolist())
    found = np.empty((len(rows), first.shape[1]), first.dtype)
    found[:_CHUNK] = first
    for start in range(_CHUNK, len(rows), _CHUNK):
        found[start : start + _CHUNK] = describe(rows[start : start + _CHUNK].tolist())
    return found


def _obstacle(catalog: Table, photometry: Sequence[str]) -> str:
    if not photometry:
        return "the dataset names no photometry"
    missing = [name for name in photometry if name not in catalog.colnames]
    if missing:
        return f"the catalog has no column {', '.join(missing)}; it has {', '.join(catalog.colnames)}"
    return ""
