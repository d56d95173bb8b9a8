"""Claims about a whole simulation of few particles: what must hold for any number of them."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from galexp.nbody.diagnose import Diagnostician, Diagnostics
from galexp.nbody.encounter import draw_encounter, orbit_of
from galexp.nbody.gravity import Gravity
from galexp.nbody.particles import Kind
from galexp.nbody.quality import Quality
from galexp.nbody.simulate import simulate
from galexp.nbody.steps import SNAPSHOT_INTERVAL, SNAPSHOTS, steps


def test_there_are_71_equally_spaced_snapshots_of_all_stars(merger, small):
    stars = 2 * (small.disk_particles + small.bulge_particles + small.tracer_particles)
    assert merger.position.shape == (71, stars, 3)
    assert merger.position.dtype == np.float32
    np.testing.assert_allclose(merger.times, 13.0 * np.arange(71))
    assert np.bincount(merger.galaxy).tolist() == [stars // 2] * 2
    assert merger.weight.sum() == pytest.approx(4.8 * 1.5)
    assert merger.name == "s_1_m_0.5"


def test_energy_drifts_little_and_momentum_not_at_all(merger):
    assert merger.diagnostics.energy_drift < 3e-3
    assert merger.diagnostics.momentum_drift < 1e-13
    assert merger.diagnostics.energy[0] < 0
    assert merger.diagnostics.virial_ratio[-1] == pytest.approx(1, abs=0.15)


def test_two_galaxies_start_apart_meet_and_stay_near_each_other(merger):
    separation = merger.diagnostics.separation
    assert separation[0] == pytest.approx(orbit_of(1, 0.5).separation, abs=2)
    assert 5 < separation[:40].argmin() < 40
    assert separation[-5:].max() < separation[0] / 3


def test_the_center_of_the_stars_stays_near_the_center_of_mass(merger):
    assert np.linalg.norm(np.average(merger.position[-1], axis=0, weights=merger.weight)) < 5


def test_every_step_is_told(small):
    few = Quality(50, 20, 100, 0, small.steps_per_orbit, [(1, 0.5)])
    counted = []
    found = simulate(1, 0.5, few, on_step=lambda: counted.append(1))
    assert len(counted) == steps(1, 0.5, few) == found.made_with["steps"] == 350


def diagnostics(separation):
    facts = np.array([-2.0, -2.002, -1.999])
    radii = np.ones((71, 2))
    momentum = np.array([[4e-9, 0, 0], [0, 3e-9, 0], [4e-9, 0, 1e-9]])
    return Diagnostics(facts, facts, momentum, separation, radii, radii, radii)


def test_drift_is_the_largest_change_over_what_was_at_the_start():
    found = diagnostics(np.zeros(71))
    assert found.energy_drift == pytest.approx(1e-3)
    assert found.momentum_drift == pytest.approx(5e-9)  # of the vector: its length alone changes by 1e-9


def test_galaxies_have_merged_where_their_bulges_stay_together():
    apart = np.linspace(70, 2.9, 71)
    assert not diagnostics(apart).has_merged
    assert diagnostics(np.where(np.arange(71) > 60, 2.9, apart)).has_merged


def test_a_height_is_the_root_of_the_mean_square_and_momentum_is_over_that_at_the_start(small):
    drawn = draw_encounter(1, 0.5, small)
    normals, lengths = [np.array([0.0, 0.0, 1.0])] * 2, [3e9, 3e9]
    seen = Diagnostician(drawn, normals, lengths, Gravity(drawn))
    place, moving = torch.tensor(drawn.position), torch.tensor(drawn.velocity)
    seen.look(place, moving)
    for _ in range(4):
        seen.look(place, moving)
    seen.look(place, moving + torch.tensor([100.0, 0, 0]))
    found = seen.result()
    disk = drawn.position[(drawn.galaxy == 0) & np.isin(drawn.kind, [Kind.DISK, Kind.TRACER]), 2]
    assert found.disk_height[0, 0] == pytest.approx(np.sqrt(((disk - np.median(disk)) ** 2).mean()))
    scale = drawn.mass @ np.linalg.norm(drawn.velocity, axis=1)
    np.testing.assert_allclose(found.momentum[1], [100 * drawn.mass.sum() / scale, 0, 0], atol=1e-9)


def test_the_classes_cover_as_long_as_they_say():
    assert (SNAPSHOTS - 1) * SNAPSHOT_INTERVAL == 910
