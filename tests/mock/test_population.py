import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from galexp.mock.gas import apply_gas_fraction_floor, draw_stripping, log_hi_fraction
from galexp.mock.population import draw_population
from galexp.mock.relations import late_type_radius, quenched_fraction

COUNT = 20_000


def draw(mass=10.3, overdensity=0.0, seed=0, count=COUNT):
    return draw_population(np.random.default_rng(seed), np.full(count, mass), np.full(count, overdensity))


@pytest.mark.parametrize(("mass", "overdensity"), [(9.2, -0.5), (9.2, 1.5), (11.0, 0.0)])
def test_quenched_share_is_the_published_one(mass, overdensity):
    expected = quenched_fraction(np.array([mass]), np.array([overdensity]))[0]
    assert draw(mass, overdensity).quenched.mean() == pytest.approx(expected, abs=0.012)


def test_unknown_surroundings_count_as_average():
    np.testing.assert_array_equal(draw(overdensity=np.nan).quenched, draw(overdensity=0.0).quenched)


def test_late_types_have_the_median_size_of_their_mass():
    population = draw()
    median = np.median(population.radius[population.late_type])
    assert median == pytest.approx(late_type_radius(np.array([10.3]))[0], rel=0.02)


def test_disks_point_everywhere_alike():
    population = draw()
    cosine = np.sort(np.cos(population.inclination[population.late_type]))
    assert np.abs(cosine - np.linspace(0, 1, len(cosine))).max() < 0.02


def test_spheroids_are_not_blue():
    population = draw(mass=9.5)
    assert population.g_minus_r[~population.late_type].min() > 0.6


def test_mass_color_and_light_belong_together():
    population = draw()
    dust_free = ~population.late_type
    log_mass_to_light = -0.456 + 1.097 * population.g_minus_r
    light = 4.65 - 2.5 * (10.3 - log_mass_to_light)
    np.testing.assert_allclose(population.absolute_magnitude_r[dust_free], light[dust_free])


def test_redder_galaxies_have_less_gas():
    population = draw()
    fraction = log_hi_fraction(population)
    assert fraction[population.quenched].mean() < fraction[~population.quenched].mean() - 0.5


def test_gas_offset_is_added_to_all():
    population = draw(count=10)
    np.testing.assert_allclose(log_hi_fraction(population, 0.3), log_hi_fraction(population) + 0.3)


def test_stripping_spares_the_field_and_hits_half_of_the_crowded():
    rng = np.random.default_rng(0)
    assert not draw_stripping(rng, np.array([0.45, -1.0, np.nan] * 500)).any()
    loss = draw_stripping(rng, np.full(COUNT, 1.0))
    assert np.mean(loss > 0) == pytest.approx(0.5, abs=0.01)
    assert loss[loss > 0].min() >= 0.25
    assert loss[loss > 0].mean() == pytest.approx(0.25 + 0.4 * np.sqrt(2 / np.pi), abs=0.01)


@given(st.floats(9.0, 11.5), st.floats(-4.0, 1.0), st.integers(0, 1000))
def test_limits_replace_what_lies_below_them_and_nothing_else(mass, fraction, seed):
    seen, is_limit = apply_gas_fraction_floor(np.random.default_rng(seed), np.array([fraction]), np.array([mass]))
    assert seen[0] >= fraction
    assert bool(is_limit[0]) is bool(seen[0] > fraction)
