"""Toy galaxy groups: a power law of richness, sizes and velocities that grow with its cube root.

Not halos: no mass function, no profile from a simulation, no rule which galaxy lives where.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from jaxtyping import Float, Int
    from numpy import ndarray
    from numpy.random import Generator

MAX_RICHNESS = 300


def draw_richness(rng: Generator, members: int, slope: float) -> Int[ndarray, " group"]:
    """Draw group sizes between 2 and 300 from N^-slope until they hold about the number of members.

    The last group is cut so that the sum is exact, and may hold a single member.
    """
    uniform = rng.uniform(size=members // 2 + 1)
    low, high = 2.0 ** (1.0 - slope), float(MAX_RICHNESS) ** (1.0 - slope)
    richness = np.floor((low + (high - low) * uniform) ** (1.0 / (1.0 - slope))).astype(np.int64)
    upper = np.minimum(np.cumsum(richness), members)
    sizes = np.diff(upper, prepend=0)
    return sizes[sizes > 0]


def scatter_members(
    rng: Generator, centers: Float[ndarray, "group axis"], richness: Int[ndarray, " group"]
) -> tuple[Float[ndarray, "member axis"], Float[ndarray, " member"], Int[ndarray, " member"]]:
    """Place members around group centers.

    The radius is 0.9 Mpc (N / 5)^(1/3) times a folded Student t with four degrees of freedom, in a random direction;
    the line-of-sight dispersion is 200 km/s (N / 5)^(1/3). Both are choices of ours.

    Returns:
        Positions [Mpc], peculiar line-of-sight velocities [km/s], and the index of the group of each member.
    """
    group = np.repeat(np.arange(len(richness)), richness)
    scale = np.cbrt(richness[group] / 5.0)
    direction = rng.standard_normal((len(group), 3))
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    radius = 0.9 * scale * np.abs(rng.standard_t(4, len(group)))
    velocity = 200.0 * scale * rng.standard_normal(len(group))
    return centers[group] + radius[:, None] * direction, velocity, group
