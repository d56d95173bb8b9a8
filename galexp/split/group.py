"""Hold out by membership of galaxy groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from astropy.table import Table

from galexp.environment.group import GROUP_CENTRAL, ISOLATED_CENTRAL, SATELLITE
from galexp.split.base import TEST, TRAIN, UNUSED, Split, in_group, require, values_of

if TYPE_CHECKING:
    from jaxtyping import Bool

ENV_CODE = "env_code"
_HELD_OUT_CODES = {
    "isolated": [ISOLATED_CENTRAL],
    "grouped": [SATELLITE, GROUP_CENTRAL],
    "satellite": [SATELLITE],
}


class GroupSplit(Split):
    """Hold out the galaxies that live alone, those that live in groups, or the satellites.

    With ``env_code`` (1 isolated central, 2 group central, 0 satellite; xGASS, from Yang et al. 2007) every other code,
    such as -1 for a galaxy that is not in the group catalog, is unused. On xGASS ``isolated`` trains on 614 galaxies
    and tests on 541, as Wu (2020) does.

    Any other column names groups. Where the catalog has ``group_richness``, two or more make a group, one is isolated
    and 0 or NaN unknown, hence unused; without it, a negative number or an empty text is isolated and NaN unused.

    With ``satellite`` the central of a group may be learned from while its satellites are tested; the audit counts it.

    Args:
        column: ``env_code``, or the column that names each galaxy's group.
        test_side: ``isolated``, ``grouped`` or ``satellite``; the others are learned from.
        val_fraction: Share of the rest for validation.
        seed: Of the choice of validation rows.
    """

    def __init__(
        self, column: str = ENV_CODE, test_side: str = "isolated", val_fraction: float = 0.1, seed: int = 0
    ) -> None:
        super().__init__(val_fraction, seed)
        if test_side not in _HELD_OUT_CODES:
            raise ValueError(f"split.test_side is {test_side!r}; choose from {', '.join(_HELD_OUT_CODES)}")
        if test_side == "satellite" and column != ENV_CODE:
            raise ValueError(
                f"split.test_side=satellite needs split.column={ENV_CODE}, since {column!r} does not tell a satellite "
                "from a central"
            )
        self.column = column
        self.test_side = test_side

    def sides(self, catalog: Table) -> np.ndarray:
        """Return ``test`` for the kind that is held out, ``train`` for the others, ``unused`` where it is not known.

        Raises:
            ValueError: where the column is not there.
        """
        if self.column == ENV_CODE:
            code = values_of(catalog, ENV_CODE, "this split")
            is_known = np.isin(code, (SATELLITE, ISOLATED_CENTRAL, GROUP_CENTRAL))
            is_test = np.isin(code, _HELD_OUT_CODES[self.test_side])
        else:
            is_known, is_grouped = self._membership(catalog)
            is_test = is_grouped == (self.test_side == "grouped")
        return np.where(is_known, np.where(is_test, TEST, TRAIN), UNUSED)

    def _membership(self, catalog: Table) -> tuple[Bool[np.ndarray, " galaxy"], Bool[np.ndarray, " galaxy"]]:
        """Return whether it is known if a galaxy is in a group, and whether it is."""
        require(catalog, self.column, "this split")
        group = np.asarray(catalog[self.column])
        if "group_richness" in catalog.colnames:
            richness = values_of(catalog, "group_richness", "this split")
            return richness >= 1, richness > 1
        is_known = np.ones(len(group), dtype=bool) if group.dtype.kind in "US" else np.isfinite(group)
        return is_known, in_group(group)
