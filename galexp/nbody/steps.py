"""How many time steps a simulation takes, and what that costs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from galexp.nbody.profile import Galaxy
from galexp.nbody.units import MYR

if TYPE_CHECKING:
    from galexp.nbody.quality import Quality

SNAPSHOTS = 71
SNAPSHOT_INTERVAL = 13.0
"""Time between two snapshots [Myr]; all of them cover 910 Myr, from the approach to a relaxed remnant."""


def steps_per_snapshot(size_ratio: float, mass_ratio: float, steps_per_orbit: int) -> int:
    """Return the time steps from one snapshot to the next.

    They are so many that a circular orbit at R_d of the denser galaxy takes ``steps_per_orbit``. That orbit's period
    goes as sqrt(s^3 / m) with the size ratio s and the mass ratio m, so a simulation of a small and massive second
    galaxy costs up to eight times as much as one of equal galaxies.

    Args:
        size_ratio: Size of the second galaxy over the first's.
        mass_ratio: Likewise of the masses.
        steps_per_orbit: At least.
    """
    shortest = min(1.0, math.sqrt(size_ratio**3 / mass_ratio)) * Galaxy().orbital_period() / MYR
    return math.ceil(SNAPSHOT_INTERVAL / shortest * steps_per_orbit)


def steps(size_ratio: float, mass_ratio: float, quality: Quality) -> int:
    """Return the time steps of one whole simulation.

    With 30 steps an orbit, for mass ratios 0.25 to 1.5 from left to right, that is what a simulation costs:

    ========== ==== ==== ==== ==== ==== ====
    size ratio 0.25 0.50 0.75 1.00 1.25 1.50
    ========== ==== ==== ==== ==== ==== ====
    0.25       1190 1680 2100 2380 2660 2940
    0.50        420  630  770  840  980 1050
    0.75        350  350  420  490  560  560
    1.00        350  350  350  350  350  420
    1.25, 1.50  350  350  350  350  350  350
    ========== ==== ==== ==== ==== ==== ====
    """
    return (SNAPSHOTS - 1) * steps_per_snapshot(size_ratio, mass_ratio, quality.steps_per_orbit)
