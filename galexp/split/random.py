"""Hold out a random share."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np
from astropy.table import Table

from galexp.split.base import TEST, TRAIN, Split

if TYPE_CHECKING:
    from jaxtyping import Float


class RandomSplit(Split):
    """Hold out a random share of the rows.

    Args:
        test_fraction: Share that is held out, between 0 and 1.
        val_fraction: Share of the rest for validation.
        seed: Of the permutation.
        by_identifier: Whether the side of a galaxy is a function of its identifier and the seed alone, whoever else is
            in the catalog. Networks of several targets then hold out the same galaxies, although a few of them lack one
            of the targets; the share is kept on average only.
    """

    def __init__(
        self, test_fraction: float = 0.2, val_fraction: float = 0.1, seed: int = 0, by_identifier: bool = False
    ) -> None:
        super().__init__(val_fraction, seed)
        if not 0 < test_fraction < 1:
            raise ValueError(f"split.test_fraction is {test_fraction}; expected 0 < test_fraction < 1")
        self.test_fraction = test_fraction
        self.by_identifier = by_identifier

    def sides(self, catalog: Table) -> np.ndarray:
        """Return ``test`` for the first ``test_fraction`` of a seeded permutation (rounded down), else ``train``.

        By identifier it is ``test`` where the SHA-256 of seed and identifier, read as a number in [0, 1), is below
        ``test_fraction``.
        """
        if self.by_identifier:
            return np.where(_drawn(catalog["id"].tolist(), self.seed) < self.test_fraction, TEST, TRAIN)
        rank = np.random.default_rng([self.seed, 0]).permutation(len(catalog))
        return np.where(rank < int(self.test_fraction * len(catalog)), TEST, TRAIN)


def _drawn(identifiers: list[str], seed: int) -> Float[np.ndarray, " galaxy"]:
    digests = (hashlib.sha256(f"{seed} {identifier}".encode()).digest()[:8] for identifier in identifiers)
    return np.array([int.from_bytes(digest, "big") / 2**64 for digest in digests])
