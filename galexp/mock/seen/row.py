"""Random draws of which each galaxy has its own, so that no row depends on which others there are."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import betaincinv, ndtri

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxtyping import Float
    from numpy import ndarray

_LEAST = 2.0**-54


def seed_of(seed: int, identifier: str) -> int:
    """Return 63 bits that are a function of a seed and an identifier, the same on every machine.

    Example:
        >>> seed_of(0, "1237649770260463687") == seed_of(0, "1237649770260463687") != seed_of(1, "1237649770260463687")
        True
    """
    return int.from_bytes(hashlib.blake2b(f"{seed}:{identifier}".encode(), digest_size=8).digest(), "big") >> 1


class RowGenerator:
    """Draw as `numpy.random.Generator` does, one number a galaxy from a stream of its own.

    It has the four methods of which the draws of a mock population are made. Each call takes one uniform number of
    every stream, so that a galaxy's draws follow from its seed and the order of calls alone.

    Args:
        seeds: one a galaxy.
    """

    def __init__(self, seeds: Sequence[int]) -> None:
        self._streams = [np.random.Generator(np.random.PCG64(seed)) for seed in seeds]

    def uniform(self, low: float = 0.0, high: float = 1.0, size: int | None = None) -> Float[ndarray, " galaxy"]:
        """Draw between two bounds.

        Args:
            low: bound that is reached.
            high: bound that is not.
            size: number of galaxies, which may be left out.

        Raises:
            ValueError: if size is not the number of galaxies.
        """
        if size not in (None, len(self._streams)):
            raise ValueError(f"{size} draws for {len(self._streams)} galaxies; give each one")
        return low + (high - low) * np.array([stream.random() for stream in self._streams])

    def standard_normal(self, size: int | None = None) -> Float[ndarray, " galaxy"]:
        """Draw from a Gaussian of mean 0 and variance 1."""
        return ndtri(np.maximum(self.uniform(size=size), _LEAST))

    def beta(self, a: float, b: float, size: int | None = None) -> Float[ndarray, " galaxy"]:
        """Draw from a beta distribution."""
        return betaincinv(a, b, self.uniform(size=size))

    def choice(self, values: Sequence[float], size: int, p: Sequence[float]) -> Float[ndarray, " galaxy"]:
        """Draw one of several values with given probabilities."""
        place = np.searchsorted(np.cumsum(p), self.uniform(size=size), side="right")
        return np.asarray(values)[np.minimum(place, len(values) - 1)]
