"""Which galaxies are searched in."""

from __future__ import annotations

import numpy as np

from galexp.job.held_out import roles_before
from galexp.job.meet import Meeting
from galexp.split.base import TRAIN, VAL
from galexp.target import instantiate


def gallery_rows(met: Meeting) -> np.ndarray:
    """Return the rows that are searched in: those that the run learned from, or what other data has.

    Of other data it is all that show anything, or the side that the split which is named does not hold out.

    Args:
        met: The network and the galaxies.

    Raises:
        ValueError: where none is left.
    """
    catalog = met.data.catalog
    shows = ~np.asarray(catalog["image_is_blank"], dtype=bool)
    if not met.changed:
        shows &= np.isin(roles_before(met.run, met.data), (TRAIN, VAL))
    elif "split" in met.changed:
        shows &= np.isin(instantiate(met.settings["split"]).assign(catalog), (TRAIN, VAL))
    if not shows.any():
        raise ValueError(f"the gallery is empty: no galaxy of {met.data.folder} is left to search in; name other data")
    return np.flatnonzero(shows)
