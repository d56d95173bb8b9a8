"""Claims about the galaxies and the brute force that the benchmark of delta5 is made of."""

from __future__ import annotations

import numpy as np
import pytest

from galexp.environment.neighbor import nth_neighbor_separation
from galexp.timing.environment import brute_force, check_equal, draw_galaxies


def test_galaxies_are_as_many_as_wanted_inside_the_sphere_and_the_same_for_a_seed():
    ra, dec, redshift = draw_galaxies(3000, 0.06, seed=1)
    assert len(ra) == len(dec) == len(redshift) == 3000
    assert 0 <= ra.min() < ra.max() < 360
    assert -90 <= dec.min() < dec.max() <= 90
    assert 0 < redshift.min() < redshift.max() < 0.0601
    for again, column in zip(draw_galaxies(3000, 0.06, seed=1), (ra, dec, redshift), strict=True):
        np.testing.assert_array_equal(again, column)
    assert not np.array_equal(draw_galaxies(3000, 0.06, seed=2)[0], ra)


def test_the_brute_force_finds_the_fifth_along_a_line():
    line = np.arange(8.0), np.zeros(8), np.full(8, 0.03)
    found = np.degrees(brute_force((line[0][:1], line[1][:1], line[2][:1]), line))
    np.testing.assert_allclose(found, 5.0)


def test_the_brute_force_gives_nan_where_too_few_share_the_window():
    tracers = np.arange(8.0), np.zeros(8), np.array([0.03] * 5 + [0.05] * 3)
    assert np.isnan(brute_force(tracers, tracers)).all()


def test_the_brute_force_agrees_with_the_search():
    galaxies = draw_galaxies(500, 0.06, seed=3)
    check_equal(nth_neighbor_separation(*galaxies, *galaxies), brute_force(galaxies, galaxies))


def test_another_answer_is_no_speed():
    found = np.array([0.1, np.nan, 0.3])
    check_equal(found, found.copy())
    with pytest.raises(AssertionError, match="1 of 3 separations differ from those of the brute force"):
        check_equal(found, np.array([0.1, 0.2, 0.3]))
