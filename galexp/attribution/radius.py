"""How large a galaxy is on the image that the network sees."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from galexp.mock.survey.gz2 import FIELD_IN_R90

if TYPE_CHECKING:
    from jaxtyping import Float, Int

    from galexp.shard.read import PreparedData

ARCSEC, HALF_SIDE = "arcsec", "half side of the image"


class Radii(NamedTuple):
    """A length on the image of each galaxy, by which radii are measured.

    Attributes:
        pixels: That length [pixel of the network]; NaN where a galaxy has none.
        unit: What it is: ``R90``, ``R50``, ``arcsec``, or ``half side of the image`` where nothing better is known.
    """

    pixels: Float[np.ndarray, " galaxy"]
    unit: str


def galaxy_radii(data: PreparedData, rows: Int[np.ndarray, " galaxy"], image_size: int, field_fraction: float) -> Radii:
    """Return the radius of galaxies on the images that a network sees.

    The first of these that is known: the radius of 90 %, or else of half, of the Petrosian light (columns ``r90`` and
    ``r50`` [arcsec]) where the manifest gives the scale of the pixels; R90 of Galaxy Zoo 2, whose pictures are 8.48 of
    it wide (424 pixels of 0.02 R90); one arcsec; half the side of the image. A column without a radius of any galaxy is
    as one that is not there.

    Args:
        data: Prepared.
        rows: Of its catalog.
        image_size: Side that the network sees [pixel].
        field_fraction: Side that the network sees, as a fraction of the stored field's.

    References:
        Willett et al. 2013 (arXiv:1308.3496), section 2, for the pictures of Galaxy Zoo 2.
    """
    scale, catalog = data.manifest.pixel_scale, data.catalog
    if scale is None:
        per_side = FIELD_IN_R90 * field_fraction if data.manifest.dataset == "gz2" else 2.0
        return Radii(np.full(len(rows), image_size / per_side), "R90" if per_side != 2.0 else HALF_SIDE)
    arcsec = image_size / (field_fraction * scale * _stored_sides(data, rows))
    for name in ("r90", "r50"):
        if name in catalog.colnames:
            values = np.asarray(catalog[name], dtype=np.float64)
            known = np.where(np.isfinite(values) & (values > 0), values, np.nan)
            if np.isfinite(known).any():
                return Radii(known[rows] * arcsec, name.upper())
    return Radii(arcsec, ARCSEC)


def _stored_sides(data: PreparedData, rows: np.ndarray) -> np.ndarray:
    """Return the smaller side of each stored image [pixel]; they are opened only where they differ."""
    shapes = [[int(side) for side in shape.split("x")[:2]] for shape in data.manifest.image_shapes]
    if len(shapes) == 1:
        return np.full(len(rows), float(min(shapes[0])))
    return np.array([min(data.pixels(int(row)).shape[:2]) for row in rows], dtype=np.float64)
