"""What draws of a mock population ask of their source of random numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxtyping import Float
    from numpy import ndarray


class Draws(Protocol):
    """The four methods of `numpy.random.Generator` of which the draws of a mock population are made."""

    def uniform(self, low: float = ..., high: float = ..., size: int = ...) -> Float[ndarray, " galaxy"]:
        """Draw between two bounds."""

    def standard_normal(self, size: int) -> Float[ndarray, " galaxy"]:
        """Draw from a Gaussian of mean 0 and variance 1."""

    def beta(self, a: float, b: float, size: int) -> Float[ndarray, " galaxy"]:
        """Draw from a beta distribution."""

    def choice(self, values: Sequence[float], /, size: int, *, p: Sequence[float]) -> Float[ndarray, " galaxy"]:
        """Draw one of several values with given probabilities."""
