"""From a split to the role of each row, with what cannot be used set aside and counted."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from astropy.table import Table

from galexp.config import nearest
from galexp.split.base import UNUSED, Split


def assign_roles(
    split: Split, catalog: Table, targets: Sequence[str], with_unlabeled: bool = False
) -> tuple[np.ndarray, dict[str, int]]:
    """Split the rows that have every target and a picture; the others are ``unused``.

    Args:
        split: Which gives the roles.
        catalog: Whose rows are split.
        targets: Columns.
        with_unlabeled: Whether rows without a target are split as well.

    Returns:
        The role of each row, and why how many were set aside.

    Raises:
        ValueError: for a target that the catalog does not have, or where no row is left.
    """
    for target in targets:
        if target not in catalog.colnames:
            raise ValueError(
                f"task.targets has {target!r}, which the prepared catalog lacks; {nearest(target, catalog.colnames)}"
            )
    known = np.all([np.isfinite(catalog[target]) | with_unlabeled for target in targets], axis=0)
    shows = ~np.asarray(catalog["image_is_blank"], dtype=bool)
    usable = known & shows
    if not usable.any():
        raise ValueError(f"none of {len(catalog)} rows has both a finite {', '.join(targets)} and a picture")
    roles = np.full(len(catalog), UNUSED)
    roles[usable] = split.assign(catalog[usable])
    aside = {"without a target": int(np.sum(~known)), "blank image": int(np.sum(known & ~shows))}
    aside["outside the split"] = int(np.sum(roles[usable] == UNUSED))
    return roles, {reason: count for reason, count in aside.items() if count}
