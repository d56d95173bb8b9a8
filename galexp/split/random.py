"""Hold out a random share."""

from __future__ import annotations

import numpy as np
from astropy.table import Table

from galexp.split.base import TEST, TRAIN, Split


class RandomSplit(Split):
    """Hold out a random share of the rows.

    Args:
        test_fraction: Share that is held out, between 0 and 1.
        val_fraction: Share of the rest for validation.
        seed: Of the permutation.
    """

    def __init__(self, test_fraction: float = 0.2, val_fraction: float = 0.1, seed: int = 0) -> None:
        super().__init__(val_fraction, seed)
        if not 0 < test_fraction < 1:
            raise ValueError(f"split.test_fraction is {test_fraction}; expected 0 < test_fraction < 1")
        self.test_fraction = test_fraction

    def sides(self, catalog: Table) -> np.ndarray:
        """Return ``test`` for the first ``test_fraction`` of a seeded permutation (rounded down), else ``train``."""
        rank = np.random.default_rng([self.seed, 0]).permutation(len(catalog))
        return np.where(rank < int(self.test_fraction * len(catalog)), TEST, TRAIN)
