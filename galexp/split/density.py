"""Hold out the densest or the emptiest environments."""

from __future__ import annotations

import numpy as np
from astropy.table import Table

from galexp.split.base import TEST, TRAIN, UNUSED, Split, densities_of


class DensitySplit(Split):
    """Hold out the galaxies beyond a quantile of the overdensity.

    The quantile is interpolated linearly among finite values, and the comparison is strict (Wu 2020, section 5.2).

    Args:
        column: Of log10(1 + delta5).
        quantile: Between 0 and 1.
        test_side: ``above`` holds out the values above the quantile, ``below`` those below it.
        missing: What becomes of rows without an overdensity: ``unused`` or ``train``.
        val_fraction: Share of the rest for validation.
        seed: Of the choice of validation rows.
    """

    def __init__(
        self,
        column: str,
        quantile: float,
        test_side: str,
        missing: str = UNUSED,
        val_fraction: float = 0.1,
        seed: int = 0,
    ) -> None:
        super().__init__(val_fraction, seed)
        if not 0 < quantile < 1:
            raise ValueError(f"split.quantile is {quantile}; expected 0 < quantile < 1")
        if test_side not in ("above", "below") or missing not in (UNUSED, TRAIN):
            raise ValueError(
                f"split.test_side is {test_side!r} and split.missing {missing!r}; "
                "expected above or below, and unused or train"
            )
        self.column = column
        self.quantile = quantile
        self.test_side = test_side
        self.missing = missing

    def sides(self, catalog: Table) -> np.ndarray:
        """Return ``test`` beyond the quantile, ``train`` on the other side, ``missing`` where there is no value.

        Raises:
            ValueError: where the column is not there, or nowhere finite.
        """
        density, finite = densities_of(catalog, self.column)
        threshold = np.quantile(density[finite], self.quantile)
        beyond = density > threshold if self.test_side == "above" else density < threshold
        return np.where(finite, np.where(beyond, TEST, TRAIN), self.missing)
