"""Hold out a window of overdensity."""

from __future__ import annotations

import numpy as np
from astropy.table import Table

from galexp.split.base import TEST, TRAIN, UNUSED, Split, densities_of


class DensityWindowSplit(Split):
    """Hold out the galaxies between two quantiles of the overdensity (Wu 2020, Figure 4).

    The window is half open, Q(center - half_width) <= value < Q(center + half_width), with quantiles interpolated
    linearly among finite values, so that windows whose centers are 2 half_width apart share no galaxy. The highest
    window would lose the galaxy at the very maximum: with ``keep_maximum`` it is held out like the others (a choice of
    ours); without it is trained on, as in the code behind that paper.

    Args:
        column: Of log10(1 + delta5).
        center: Quantile in the middle of the window.
        half_width: Of the window, in quantiles.
        keep_maximum: Whether the highest window is closed above.
        missing: What becomes of rows without an overdensity: ``unused`` or ``train``.
        val_fraction: Share of the rest for validation.
        seed: Of the choice of validation rows.
    """

    def __init__(
        self,
        column: str,
        center: float,
        half_width: float = 0.1,
        keep_maximum: bool = True,
        missing: str = UNUSED,
        val_fraction: float = 0.1,
        seed: int = 0,
    ) -> None:
        super().__init__(val_fraction, seed)
        # Rounded, since 0.7 + 0.1 is not 0.8 and neighboring windows must meet.
        self.quantiles = round(center - half_width, 12), round(center + half_width, 12)
        if not 0 <= self.quantiles[0] < self.quantiles[1] <= 1:
            raise ValueError(
                f"split.center is {center} and split.half_width {half_width}; expected "
                "0 <= center - half_width < center + half_width <= 1"
            )
        if missing not in (UNUSED, TRAIN):
            raise ValueError(f"split.missing is {missing!r}; choose unused or train")
        self.column = column
        self.keep_maximum = keep_maximum
        self.missing = missing

    def sides(self, catalog: Table) -> np.ndarray:
        """Return ``test`` inside the window, ``train`` outside, ``missing`` where there is no value.

        Raises:
            ValueError: where the column is not there, or nowhere finite.
        """
        density, finite = densities_of(catalog, self.column)
        low, high = np.quantile(density[finite], self.quantiles)
        inside = (density >= low) & (density < high)
        if self.keep_maximum and self.quantiles[1] == 1:
            inside |= density == high
        return np.where(finite, np.where(inside, TEST, TRAIN), self.missing)
