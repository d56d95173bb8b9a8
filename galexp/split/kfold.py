"""Hold out one of several random folds."""

from __future__ import annotations

import numpy as np
from astropy.table import Table

from galexp.split.base import TEST, TRAIN, Split, values_of


class KFoldSplit(Split):
    """Hold out fold ``fold`` of ``folds``; over all folds every row is held out once.

    Args:
        folds: Number of folds, at least 2.
        fold: The one that is held out, from 0.
        val_fraction: Share of the rest for validation.
        seed: Of the permutation; the same for all folds of one cross-validation.
        stratify: Column whose values all folds hold in equal shares, to one row; None for folds by chance alone. A rare
            class else differs between folds, and each network starts from the frequencies of the others.
    """

    def __init__(
        self, folds: int = 5, fold: int = 0, val_fraction: float = 0.1, seed: int = 0, stratify: str | None = None
    ) -> None:
        super().__init__(val_fraction, seed)
        if folds < 2 or not 0 <= fold < folds:
            raise ValueError(f"split.fold is {fold} of split.folds {folds}; expected 0 <= fold < folds and folds >= 2")
        self.folds = folds
        self.fold = fold
        self.stratify = stratify

    def sides(self, catalog: Table) -> np.ndarray:
        """Return ``test`` where the rank in a seeded permutation is ``fold`` modulo ``folds``, else ``train``."""
        rank = np.random.default_rng([self.seed, 0]).permutation(len(catalog))
        if self.stratify is not None:
            by_value = np.lexsort((rank, values_of(catalog, self.stratify, "split.stratify")))
            rank[by_value] = np.arange(len(catalog))
        return np.where(rank % self.folds == self.fold, TEST, TRAIN)
