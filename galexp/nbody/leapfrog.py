"""The leapfrog: kick, drift, kick."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor


def leapfrog(
    position: Float[Tensor, "particle axis"],
    velocity: Float[Tensor, "particle axis"],
    acceleration: Callable[[Float[Tensor, "particle axis"]], Float[Tensor, "particle axis"]],
    step: float,
    steps: int,
) -> Iterator[int]:
    """Move particles in place by some steps of equal length, and yield the number of each step when it is done.

    v += a dt / 2, x += v dt, v += a(x) dt / 2: symplectic, of second order, and the same backward in time.

    Args:
        position: [kpc], in double precision.
        velocity: [km/s], likewise.
        acceleration: Of all particles at their positions [(km/s)^2 / kpc].
        step: Length of one [kpc / (km/s)].
        steps: How many.
    """
    pull = acceleration(position)
    for done in range(1, steps + 1):
        velocity.add_(pull, alpha=step / 2)
        position.add_(velocity, alpha=step)
        pull = acceleration(position)
        velocity.add_(pull, alpha=step / 2)
        yield done
