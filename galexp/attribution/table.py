"""Heat maps in numbers: how much of each raises its output, and how much of that lies within the galaxy."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from astropy.table import Table

from galexp.attribution.explanation import Gallery
from galexp.attribution.heat import enlarged, share_inside

if TYPE_CHECKING:
    from jaxtyping import Float

_DESCRIPTIONS = {
    "kind": "why the galaxy is looked at",
    "role": "in the split of the run",
    "value": "probability of the class, or prediction in the unit of the target",
    "truth": "1 of the true class and 0 of others, or the true number",
    "raising_share": "sum of what raises the output over the sum of absolute values",
    "inside_share": "share of what raises the output that lies within a radius of the center",
    "inside_by_chance": "share of the image within that radius",
}


def attribution_table(gallery: Gallery, radii: Float[np.ndarray, " galaxy"], roles: Sequence[str]) -> Table:
    """Tell of every map in numbers.

    Args:
        gallery: Galaxies and maps.
        radii: Of the galaxies [pixel].
        roles: Of the galaxies in the split of the run.

    Returns:
        A row a kind, galaxy, method and target: ``value`` and ``truth``; ``raising_share``, sum max(M, 0) / sum |M|;
        ``inside_share``, the share of max(M, 0) within a radius of the center, and ``inside_by_chance``, that area's
        share of the image, with which it is to be compared.
    """
    height, width = gallery.size
    y, x = (np.arange(side) - (side - 1) / 2 for side in (height, width))
    inside = np.hypot(y[:, None], x[None, :]) <= np.nan_to_num(radii)[:, None, None]
    chance = np.where(np.isfinite(radii), inside.mean(axis=(1, 2)), np.nan)
    rows: list[dict[str, Any]] = []
    for method, place in itertools.product(gallery.maps, range(len(gallery.targets))):
        full = enlarged(gallery.maps[method][:, place], height, width)
        within = np.where(np.isfinite(radii), share_inside(full, inside), np.nan)
        columns = {"value": gallery.values[:, place], "truth": gallery.truth[:, place]}
        columns |= {"raising_share": _raising(full), "inside_share": within, "inside_by_chance": chance}
        for kind, one in ((kind, one) for kind, galaxies in gallery.kinds.items() for one in galaxies):
            said = {"kind": kind, "id": gallery.ids[one], "role": roles[one], "method": method}
            said["target"] = gallery.targets[place]
            rows.append({**said, **{name: float(values[one]) for name, values in columns.items()}})
    table = Table(rows=rows)
    for name, description in _DESCRIPTIONS.items():
        table[name].description = description
    return table


def _raising(maps: np.ndarray) -> np.ndarray:
    total = np.abs(maps).sum(axis=(1, 2), dtype=np.float64)
    positive = np.maximum(maps, 0).sum(axis=(1, 2), dtype=np.float64)
    return np.divide(positive, total, out=np.full(len(maps), np.nan), where=total > 0)
