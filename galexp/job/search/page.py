"""The map of a search: galaxies on the plane of their first two principal components, to be looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galexp.job.search.images import as_shown
from galexp.page.galaxies import sky_address
from galexp.page.html.map import MOST_POINTS, MapGalaxy, Shade, map_page
from galexp.shard.origin import Origin

if TYPE_CHECKING:
    from collections.abc import Sequence

    from galexp.job.search.compare import Comparison
    from galexp.job.search.space import SearchSpace
    from galexp.similarity.agreement import Property

_MOST_QUERIES = MOST_POINTS // 4
_TOLD = 6  # properties of a galaxy


def search_map(
    space: SearchSpace,
    comparison: Comparison,
    known: Sequence[Property],
    plane: tuple[np.ndarray, np.ndarray],
    shares: np.ndarray,
) -> str:
    """Return the page: queries and galaxies of the gallery, drawn at random where there are more than a page holds.

    Args:
        space: Gallery and queries.
        comparison: With their clusters.
        known: What is told of a galaxy, and what points are colored by.
        plane: Places of gallery and queries.
        shares: Of the variance of all features, on either axis.
    """
    rng = np.random.default_rng(space.settings["seed"])
    asked = _some(rng, len(plane[1]), _MOST_QUERIES)
    searched = _some(rng, len(plane[0]), MOST_POINTS - len(asked))
    labels = comparison.clusters.labels, comparison.query_cluster
    clusters = np.concatenate([labels[0][searched], labels[1][asked]]).astype(np.float64)
    names = tuple(f"cluster {number}" for number in range(comparison.clusters.number))
    shades = [Shade("cluster", "", clusters, names)]
    shades += [_shade(one, np.concatenate([one.gallery[searched], one.queries[asked]])) for one in known]
    return map_page(
        f"{space.data.folder.name} by {space.features} features",
        _note(space, (len(searched), len(asked)), shares),
        np.concatenate([plane[0][searched], plane[1][asked]]),
        [*_galaxies(space, known, labels, 0, searched), *_galaxies(space, known, labels, 1, asked)],
        shades,
        origin=space.met.origin,
    )


def _some(rng: np.random.Generator, number: int, most: int) -> np.ndarray:
    return np.sort(rng.permutation(number)[:most])


def _shade(known: Property, values: np.ndarray) -> Shade:
    return Shade(known.name.replace("_", " "), known.unit, values, known.classes)


def _note(space: SearchSpace, shown: tuple[int, int], shares: np.ndarray) -> str:
    total = len(space.images.gallery), len(space.queries.names)
    drawn = "" if shown == total else ", drawn at random"
    return (
        f"{shown[0]:,} of {total[0]:,} galaxies that are searched in and {shown[1]:,} of {total[1]:,} queries{drawn}, "
        f"on the two directions in which their {space.features} features differ most: {100 * shares[0]:.0f} % of the "
        f"variance across, {100 * shares[1]:.0f} % upward. What is near here may be far in the other directions."
    )


def _galaxies(
    space: SearchSpace, known: Sequence[Property], labels: tuple[np.ndarray, np.ndarray], side: int, places: np.ndarray
) -> list[MapGalaxy]:
    """Return galaxies of the gallery (side 0) or queries (side 1)."""
    images = space.images.of_queries if side else space.images.of_gallery
    found = []
    for place in places.tolist():
        said = [one.told(float((one.queries if side else one.gallery)[place])) for one in known[:_TOLD]]
        lines = (space.names[side][place], *said, f"cluster {labels[side][place]}")
        found.append(MapGalaxy(as_shown(images([place])[0]), lines, bool(side), _address(space, side, place)))
    return found


def _address(space: SearchSpace, side: int, place: int) -> str:
    """Return where a galaxy is on the sky; empty where it is not on it, or has no position."""
    rows = space.queries.rows if side else space.images.gallery
    catalog = space.data.catalog
    if space.data.origin is not Origin.OBSERVED or place >= len(rows) or not {"ra", "dec"} <= set(catalog.colnames):
        return ""
    return sky_address(float(catalog["ra"][rows[place]]), float(catalog["dec"][rows[place]]))
