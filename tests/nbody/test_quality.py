"""Claims about what can be asked for, what it costs, and what is refused."""

from __future__ import annotations

import math

import pytest
import yaml

from galexp.config import conf_dir
from galexp.nbody.profile import Galaxy
from galexp.nbody.quality import GRID, Quality, simulation_name
from galexp.nbody.steps import SNAPSHOT_INTERVAL, steps, steps_per_snapshot
from galexp.nbody.units import MYR
from galexp.target import instantiate

GOOD = {"disk_particles": 60, "bulge_particles": 30, "halo_particles": 100, "tracer_particles": 0}
GOOD |= {"steps_per_orbit": 30, "simulations": [[1, 1]]}
FILES = sorted((conf_dir() / "quality").glob("*.yaml"))


def test_the_grid_is_that_of_deepgalaxy():
    assert Quality(**GOOD | {"simulations": "grid"}).simulations == GRID
    assert len(set(GRID)) == 36
    assert [simulation_name(*GRID[0]), simulation_name(*GRID[-1])] == ["s_0.25_m_0.25", "s_1.5_m_1.5"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_file_makes_a_quality(path):
    assert isinstance(instantiate(yaml.safe_load(path.read_text())), Quality)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"disk_particles": 49}, "quality.disk_particles is 49; expected a whole number of at least 50"),
        ({"bulge_particles": 0}, "quality.bulge_particles is 0; expected a whole number of at least 20"),
        ({"halo_particles": 10}, "quality.halo_particles is 10; expected a whole number of at least 100"),
        ({"tracer_particles": -1}, "quality.tracer_particles is -1; expected a whole number of at least 0"),
        ({"halo_particles": 1e4}, "quality.halo_particles is 10000.0; expected a whole number of at least 100"),
        ({"halo_particles": True}, "quality.halo_particles is True; expected a whole number"),
        ({"steps_per_orbit": 29}, "quality.steps_per_orbit is 29; expected a whole number of at least 30"),
        ({"image_size": 4}, "quality.image_size is 4; expected a whole number of at least 8"),
        ({"image_size": 4097}, "quality.image_size is 4097; expected a whole number of at most 4096"),
        ({"seed": -1}, "quality.seed is -1; expected a whole number of at least 0"),
        ({"simulations": [[0.3, 1]]}, r"the size ratio 0.3, which is outside the grid.*nearest are 0.25 and 0.5"),
        ({"simulations": [[1, 2]]}, r"the mass ratio 2, which is outside the grid.*nearest are 1.25 and 1.5"),
        ({"simulations": [[1, float("nan")]]}, "the mass ratio nan, which is outside the grid"),
        ({"simulations": [[1, 1], [1.0, 1.0]]}, "quality.simulations has s_1_m_1 more than once"),
        ({"simulations": []}, r"quality.simulations is \[\]; expected grid or pairs"),
        ({"simulations": "all"}, "quality.simulations is 'all'; expected grid or pairs"),
        ({"simulations": [1, 1]}, r"quality.simulations is \[1, 1\]; expected grid or pairs"),
        ({"simulations": [[1, "1"]]}, "expected grid or pairs"),
        ({"simulations": None}, "quality.simulations is None; expected grid or pairs"),
    ],
)
def test_what_cannot_be_simulated_is_refused(changes, sentence):
    with pytest.raises(ValueError, match=sentence):
        Quality(**GOOD | changes)


@pytest.mark.parametrize(("size_ratio", "mass_ratio"), GRID)
@pytest.mark.parametrize("steps_per_orbit", [30, 40])
def test_the_denser_galaxy_has_at_least_the_wanted_steps_an_orbit(size_ratio, mass_ratio, steps_per_orbit):
    step = SNAPSHOT_INTERVAL / steps_per_snapshot(size_ratio, mass_ratio, steps_per_orbit)
    for galaxy in (Galaxy(), Galaxy().scaled(size_ratio, mass_ratio)):
        assert galaxy.orbital_period() / MYR / step >= steps_per_orbit * (1 - 1e-9)


def test_steps_grow_with_the_density_of_the_second_galaxy_and_never_fall_below_those_of_equals():
    quality = Quality(**GOOD)
    counts = {pair: steps(*pair, quality) for pair in GRID}
    assert counts[1, 1] == min(counts.values()) == 350
    assert counts[0.25, 1.5] == max(counts.values())
    assert counts[0.25, 1.5] / (70 * 13 * 30 / 92.49) == pytest.approx(math.sqrt(1.5 / 0.25**3), rel=0.02)
    assert {count % 70 for count in counts.values()} == {0}
