import numpy as np
import pytest
from astropy.table import Table

from galexp.environment.coverage import tracer_coverage
from galexp.environment.density import log_one_plus_delta5
from galexp.environment.neighbor import SPEED_OF_LIGHT, nth_neighbor_separation


def columns(path, *names):
    table = Table.read(path)
    return tuple(np.ma.filled(np.ma.asarray(table[name]).astype(np.float64), np.nan) for name in names)


@pytest.fixture(scope="module")
def tracers(real_data):
    return columns(real_data / "tracers/sdss_dr7_volume_limited.fits", "ra", "dec", "z")


@pytest.fixture(scope="module")
def alpha40(real_data):
    ra, dec, velocity = columns(real_data / "alfalfa/a40.datafile1.csv", "RAdeg_OC", "DECdeg_OC", "Vhelio")
    return ra, dec, velocity / SPEED_OF_LIGHT


@pytest.fixture(scope="module")
def xgass(real_data):
    return columns(real_data / "xgass/xGASS_representative_sample.fits", "RA", "DEC", "zSDSS")


def test_the_volume_limited_tracers_cover_what_lies_in_the_northern_cap(alpha40, xgass, tracers):
    assert tracer_coverage(*alpha40[:2], *tracers[:2]).sum() == 11_204
    assert tracer_coverage(*xgass[:2], *tracers[:2]).sum() == 915


@pytest.mark.parametrize("exclude_self", [True, False])
@pytest.mark.parametrize("window", [1000.0, None])
def test_separations_in_alpha40_equal_the_brute_force(window, exclude_self, alpha40, tracers, brute_force):
    rows = np.random.default_rng(0).choice(len(alpha40[0]), 30, replace=False)
    galaxies = tuple(column[rows] for column in alpha40)
    separation = nth_neighbor_separation(*galaxies, *tracers, velocity_window=window, exclude_self=exclude_self)
    reference = brute_force(galaxies, tracers, window=np.inf if window is None else window, exclude_self=exclude_self)
    np.testing.assert_allclose(separation, reference, rtol=1e-9)


def test_alpha40_without_a_velocity_window_looks_narrower_than_it_is(alpha40, tracers):
    covered = tracer_coverage(*alpha40[:2], *tracers[:2])
    galaxies = tuple(column[covered] for column in alpha40)
    width = {}
    for variant in ("fixed", "paper", "code"):
        low, high = np.nanquantile(log_one_plus_delta5(*galaxies, *tracers, variant), [0.2, 0.8])
        width[variant] = high - low
    assert width["code"] < 0.7 * min(width["fixed"], width["paper"])


def test_alpha40_avoids_crowds(alpha40, tracers):
    covered = tracer_coverage(*alpha40[:2], *tracers[:2])
    median = np.nanmedian(log_one_plus_delta5(*(column[covered] for column in alpha40), *tracers))
    assert -0.3 < median < -0.1
