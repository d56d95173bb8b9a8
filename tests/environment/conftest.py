import os
from pathlib import Path

import numpy as np
import pytest

from galexp.environment.neighbor import SPEED_OF_LIGHT
from galexp.environment.sky import unit_vectors


def scatter(count, seed, redshift=(0.02, 0.04)):
    rng = np.random.default_rng(seed)
    ra, dec = rng.uniform(0, 360, count), np.degrees(np.arcsin(rng.uniform(-1, 1, count)))
    return ra, dec, rng.uniform(*redshift, count)


def search(galaxies, tracers, n=5, window=1000.0, exclude_self=True, speed_of_light=SPEED_OF_LIGHT):
    xyz, separations = unit_vectors(*tracers[:2]), []
    for direction, redshift in zip(unit_vectors(*galaxies[:2]), galaxies[2], strict=True):
        angle = 2 * np.arcsin(np.minimum(np.linalg.norm(xyz - direction, axis=1) / 2, 1))
        speed = np.abs(speed_of_light * tracers[2] - speed_of_light * redshift)
        counts = speed < window
        if exclude_self:
            counts &= ~((angle < np.radians(3 / 3600)) & (speed < 300))
        counted = np.sort(angle[counts])
        separations.append(counted[n - 1] if len(counted) >= n else np.nan)
    return np.array(separations)


@pytest.fixture(scope="session")
def sky():
    """Scatter galaxies at random over the sky and evenly in redshift."""
    return scatter


@pytest.fixture(scope="session")
def brute_force():
    """Find the nth neighbor by looking at every tracer."""
    return search


@pytest.fixture(scope="session")
def real_data():
    folder = os.environ.get("GALEXP_REAL_DATA")
    if not folder:
        pytest.skip("GALEXP_REAL_DATA names no folder of survey tables")
    return Path(folder)
