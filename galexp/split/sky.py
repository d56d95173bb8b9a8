"""Hold out patches of the sky."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from astropy import units
from astropy.table import Table
from astropy_healpix import lonlat_to_healpix
from scipy.spatial import cKDTree

from galexp.environment.sky import chord_of_angle, unit_vectors
from galexp.split.base import TEST, TRAIN, UNUSED, VAL, Split, count, values_of

if TYPE_CHECKING:
    from jaxtyping import Bool, Float, Int


class SkySplit(Split):
    """Hold out whole HEALPix blocks, so that neighbors on the sky stand on one side.

    There are 12 nside^2 blocks of equal area, 58.6 deg / nside on a side. Blocks are dealt in an order of the seed,
    each to ``test`` where it brings the number of held-out rows nearer to ``test_fraction`` of all: what is met is off
    by at most half of the largest block, and the audit's line says it. ``val`` takes whole blocks of the rest alike.

    Two galaxies on either side of a block's border may still be close. With a guard, rows of train closer than it to a
    row of val or test, and rows of val closer than it to one of test, are unused.

    Args:
        nside: Blocks along a side of each of the twelve base blocks, a power of two.
        test_fraction: Share of the rows that is held out.
        guard: Least separation between rows of different roles [deg]; 0 for none.
        val_fraction: Share of the rest for validation.
        seed: Of the order of blocks.

    References:
        Gorski et al. 2005, ApJ 622, 759.
    """

    def __init__(
        self,
        nside: int = 8,
        test_fraction: float = 0.2,
        guard: float = 0.0,
        val_fraction: float = 0.1,
        seed: int = 0,
    ) -> None:
        super().__init__(val_fraction, seed)
        if nside < 1 or np.log2(nside) % 1:
            raise ValueError(f"split.nside is {nside!r}; expected a power of two, such as 4 or 8")
        if not 0 < test_fraction < 1:
            raise ValueError(f"split.test_fraction is {test_fraction}; expected 0 < test_fraction < 1")
        if not 0 <= guard <= 180:
            raise ValueError(f"split.guard is {guard}; expected 0 to 180 [deg]")
        self.nside = nside
        self.test_fraction = test_fraction
        self.guard = guard

    def sides(self, catalog: Table) -> np.ndarray:
        """Return ``test`` and ``val`` for whole blocks, ``train`` for the others, ``unused`` without a position.

        Raises:
            ValueError: where ``ra`` or ``dec`` is not there, blocks are too large for a share that is asked for, or the
                guard leaves nothing to validate on.
        """
        ra, dec = (values_of(catalog, name, "this split") for name in ("ra", "dec"))
        block = sky_blocks(ra, dec, self.nside)
        sides = np.where(block >= 0, TRAIN, UNUSED)
        for role, share, number in ((TEST, self.test_fraction, 0), (VAL, self.val_fraction, 1)):
            rows = np.flatnonzero(sides == TRAIN)
            wanted = round(share * len(rows))
            taken = deal_blocks(block[rows], wanted, np.random.default_rng([self.seed, number]))
            if wanted and not taken.any():
                least = np.unique(block[rows], return_counts=True)[1].min()
                raise ValueError(
                    f"no block of nside {self.nside} suits split.{role}_fraction={share}: the smallest has {least} of "
                    f"{len(rows)} rows; raise split.nside, or the fraction"
                )
            sides[rows[taken]] = role
        return self._guarded(unit_vectors(ra, dec), sides)

    def _guarded(self, vectors: Float[np.ndarray, "galaxy 3"], sides: np.ndarray) -> np.ndarray:
        if not self.guard:
            return sides
        guarded = sides.copy()
        for kept, given_up in ((TEST, (TRAIN, VAL)), (VAL, (TRAIN,))):
            near = is_near(vectors, guarded == kept, self.guard)
            guarded[near & np.isin(guarded, given_up)] = UNUSED
        if np.any(sides == VAL) and not np.any(guarded == VAL):
            raise ValueError(
                f"split.guard={self.guard} deg leaves no row to validate on ({count(guarded)}); lower it, or lower "
                "split.nside"
            )
        return guarded


def sky_blocks(
    ra: Float[np.ndarray, " galaxy"], dec: Float[np.ndarray, " galaxy"], nside: int
) -> Int[np.ndarray, " galaxy"]:
    """Return the HEALPix block (ring scheme) of each position [deg]; -1 where a coordinate is not on the sky.

    Example:
        >>> sky_blocks(np.array([45.0, 0.0, np.nan]), np.array([89.0, -89.0, 0.0]), nside=1).tolist()
        [0, 8, -1]
    """
    placed = np.isfinite(ra) & (np.abs(dec) <= 90)
    block = np.full(len(ra), -1, dtype=np.int64)
    block[placed] = lonlat_to_healpix(ra[placed] * units.deg, dec[placed] * units.deg, nside, order="ring")
    return block


def deal_blocks(
    block: Int[np.ndarray, " galaxy"], wanted: float, rng: np.random.Generator
) -> Bool[np.ndarray, " galaxy"]:
    """Take whole blocks in random order, each where it brings the number of rows nearer to what is wanted.

    Returns:
        Which rows are taken: off by at most half of the largest block.

    Example:
        >>> int(deal_blocks(np.repeat([4, 5, 9], [5, 5, 5]), 6.0, np.random.default_rng(0)).sum())
        5
    """
    blocks, sizes = np.unique(block, return_counts=True)
    taken, total = [], 0
    for number in rng.permutation(len(blocks)):
        if abs(total + sizes[number] - wanted) < abs(total - wanted):
            taken.append(blocks[number])
            total += int(sizes[number])
    return np.isin(block, taken)


def is_near(
    vectors: Float[np.ndarray, "galaxy 3"], chosen: Bool[np.ndarray, " galaxy"], separation: float
) -> Bool[np.ndarray, " galaxy"]:
    """Tell which positions lie closer than a separation [deg] to a chosen one; none without a position does."""
    near = np.zeros(len(vectors), dtype=bool)
    placed = np.isfinite(vectors).all(axis=1)
    if (chosen & placed).any():
        distance, _ = cKDTree(vectors[chosen & placed]).query(vectors[placed])
        near[placed] = distance < chord_of_angle(np.radians(separation))
    return near
