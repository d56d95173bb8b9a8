"""How far from the center of a galaxy the attribution lies, galaxy by galaxy and on average."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from jaxtyping import Float, Int64

_MOST_BINS, _NARROWEST = 12, 2


class MeanProfile(NamedTuple):
    """The mean profile of several galaxies.

    Attributes:
        mean: Of each annulus; NaN where no galaxy has it.
        error: Standard error over the galaxies (ddof 1); NaN where fewer than two have it.
        galaxies: How many have it.
    """

    mean: Float[np.ndarray, " annulus"]
    error: Float[np.ndarray, " annulus"]
    galaxies: Int64[np.ndarray, " annulus"]


def annuli(radii: Float[np.ndarray, " galaxy"], side: int) -> Float[np.ndarray, " edge"]:
    """Return edges of annuli, in radii of the galaxies, that reach as far as half of the images do.

    Twelve of equal width between the center and the median of (side / 2) / radius, or of a narrow image as many
    as are two pixels wide (a choice).

    Args:
        radii: Of the galaxies [pixel].
        side: Of the images [pixel].

    Raises:
        ValueError: where no radius is finite and above 0.

    Example:
        >>> annuli(np.array([8.0, 8.0]), 64).tolist()[:3]
        [0.0, 0.3333333333333333, 0.6666666666666666]
    """
    known = radii[np.isfinite(radii) & (radii > 0)]
    if not len(known):
        raise ValueError(
            f"none of {len(radii)} galaxies has a radius above 0 px, which a profile needs; set explain.population=0"
        )
    bins = max(1, min(_MOST_BINS, side // 2 // _NARROWEST))
    return np.linspace(0.0, float(np.median(side / 2 / known)), bins + 1)


def radial_profile(
    maps: Float[np.ndarray, "galaxy side side"],
    radii: Float[np.ndarray, " galaxy"],
    edges: Float[np.ndarray, " edge"],
) -> Float[np.ndarray, "galaxy annulus"]:
    """Return how dense the attribution is in annuli around the center of each image.

    p(r) = mean of M over the annulus / mean of M over the image: 1 where the attribution falls as it would by chance,
    whatever the strength of the map. Annuli are circles on the image: of an inclined disk they mix its center with its
    outskirts. The center is that of the image, which a survey puts on the galaxy.

    Args:
        maps: Not negative: one sign of a map, brought to the size of the image.
        radii: Of the galaxies [pixel].
        edges: Of the annuli, from within [radius].

    Returns:
        NaN in annuli that reach beyond the image or hold no pixel, and throughout of a galaxy without a finite radius
        or any attribution.

    Raises:
        ValueError: where maps and radii differ in number, or a map is negative.

    Example:
        >>> maps = np.ones((1, 32, 32))
        >>> radial_profile(maps, np.array([8.0]), np.array([0.0, 1.0, 2.0, 3.0])).tolist()
        [[1.0, 1.0, nan]]
    """
    if len(maps) != len(radii):
        raise ValueError(f"{len(maps)} maps have {len(radii)} radii; give one a map")
    if np.nanmin(maps, initial=0.0) < 0:
        raise ValueError(f"a map goes down to {np.nanmin(maps):g}; give one sign of it, max(M, 0) or max(-M, 0)")
    side = maps.shape[-1]
    offset = np.arange(side) - (side - 1) / 2
    distance = np.hypot(offset[:, None], offset[None, :]).ravel()
    found = np.full((len(maps), len(edges) - 1), np.nan)
    for row, (pixels, radius) in enumerate(zip(maps.reshape(len(maps), -1), radii, strict=True)):
        mean = pixels.mean(dtype=np.float64)
        if not (np.isfinite(radius) and radius > 0 and mean > 0):
            continue
        counts, sums = (np.histogram(distance / radius, edges, weights=weights)[0] for weights in (None, pixels))
        whole = (counts > 0) & (edges[1:] * radius <= side / 2 * (1 + 1e-9))
        found[row, whole] = sums[whole] / counts[whole] / mean
    return found


def mean_profile(profiles: Float[np.ndarray, "galaxy annulus"]) -> MeanProfile:
    """Average profiles over galaxies, each of the same weight.

    Args:
        profiles: NaN where a galaxy does not have an annulus.

    Example:
        >>> found = mean_profile(np.array([[1.0, 2.0], [3.0, np.nan]]))
        >>> found.mean.tolist(), found.error.tolist(), found.galaxies.tolist()
        ([2.0, 2.0], [1.0, nan], [2, 1])
    """
    known = np.isfinite(profiles)
    galaxies = known.sum(axis=0)
    total = np.where(known, profiles, 0).sum(axis=0)
    mean = np.divide(total, galaxies, out=np.full(len(total), np.nan), where=galaxies > 0)
    squares = np.where(known, (profiles - mean) ** 2, 0).sum(axis=0)
    variance = np.divide(squares, galaxies - 1, out=np.full(len(total), np.nan), where=galaxies > 1)
    return MeanProfile(mean, np.sqrt(variance / np.maximum(galaxies, 1)), galaxies)
