"""The control of a split: the same numbers of galaxies, who is where by chance."""

from __future__ import annotations

import numpy as np
from astropy.table import Table

from galexp.split.base import UNUSED, Split


class ShuffledSplit(Split):
    """Deal the roles of another split among the galaxies that it uses, at random.

    What a split costs is told against this one: both learn from as many galaxies and test as many, drawn from the same
    sample, and galaxies that the other leaves unused stay unused here (Wu 2020 sets the isolated galaxies of xGASS
    against such a split). The tested galaxies are others, so that they may be easier or harder by themselves.

    Args:
        of: The split whose numbers are kept; only its sides are used, not its validation rows.
        val_fraction: Share of the rows that are not held out for validation.
        seed: Of the permutation and of the choice of validation rows.
    """

    def __init__(self, of: Split, val_fraction: float = 0.1, seed: int = 0) -> None:
        super().__init__(val_fraction, seed)
        self.of = of

    def sides(self, catalog: Table) -> np.ndarray:
        """Return the sides of the other split, permuted among its used rows.

        Raises:
            ValueError: as the other split does.
        """
        sides = np.asarray(self.of.sides(catalog)).astype("U6")
        used = sides != UNUSED
        sides[used] = np.random.default_rng([self.seed, 0]).permutation(sides[used])
        return sides
