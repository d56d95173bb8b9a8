"""Claims about footprints, luminosities, shapes and colors of the mock."""

import numpy as np
import pytest
from scipy.special import gamma, gammaincc

from galexp.mock import photometry, shape
from galexp.mock.footprint import OctantStrip, WholeSky, strip_for
from galexp.mock.lines import draw_has_metallicity
from galexp.mock.luminosity import draw_absolute_magnitude, draw_log_stellar_mass, visible_fraction
from galexp.mock.population import draw_population


def direction(ra, dec):
    ra, dec = np.radians(ra), np.radians(dec)
    return np.array([[np.cos(dec) * np.cos(ra), np.cos(dec) * np.sin(ra), np.sin(dec)]])


@pytest.mark.parametrize(
    ("ra", "dec", "edge"), [(45, 10, 10), (45, 20, 10), (3, 15, 3 * np.cos(np.radians(15))), (45, 35, -5)]
)
def test_edge_of_a_strip_is_where_its_borders_are(ra, dec, edge):
    strip = OctantStrip(np.sin(np.radians(30)))
    assert strip.edge_distance(direction(ra, dec))[0] == pytest.approx(edge, abs=0.01)
    assert strip.covers(direction(ra, dec))[0] == (edge > 0)


def test_share_of_an_octant_is_its_share_of_the_sphere():
    rng = np.random.default_rng(0)
    points = rng.standard_normal((200_000, 3))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    assert OctantStrip(0.4).covers(points).mean() == pytest.approx(0.4 / 8, abs=0.002)
    assert WholeSky().covers(points).all()
    assert WholeSky().edge_distance(points).min() == 180


@pytest.mark.parametrize(
    ("objects", "area", "sampling"), [(10, 0.2, 0.25), (10_000, 0.2, 0.5), (50_000, 0.5, 1.0), (200_000, 1.0, 1.0)]
)
def test_small_surveys_are_thin_and_large_ones_wide(objects, area, sampling):
    strip, drawn = strip_for(objects, 100_000)
    assert (strip.area, drawn) == pytest.approx((area, sampling))


def test_seen_share_is_the_integral_of_a_schechter_function():
    def above(magnitude):
        luminosity = 10.0 ** (-0.4 * (magnitude + 21.21))
        upper = gammaincc(0.7, luminosity) * gamma(0.7)
        return (upper - luminosity**-0.3 * np.exp(-luminosity)) / -0.3

    ends = above(-14.0) - above(-23.5)
    for limit in (-22.0, -20.0, -17.0):
        assert visible_fraction(np.array([limit]))[0] == pytest.approx((above(limit) - above(-23.5)) / ends, rel=2e-3)


def test_magnitudes_are_brighter_than_their_limit_and_follow_the_function_below_it():
    rng = np.random.default_rng(0)
    limit = np.repeat([-19.0, -10.0], 20_000)
    magnitude = draw_absolute_magnitude(rng, limit)
    assert magnitude.min() >= -23.5
    assert magnitude[:20_000].max() <= -19.0
    assert magnitude.max() <= -14.0
    expected = visible_fraction(np.array([-20.0]))[0] / visible_fraction(np.array([-19.0]))[0]
    assert np.mean(magnitude[:20_000] < -20.0) == pytest.approx(expected, abs=0.01)


def test_brighter_galaxies_are_more_massive():
    mass = draw_log_stellar_mass(np.random.default_rng(0), np.repeat([-17.0, -22.0], 5000))
    assert mass[:5000].mean() == pytest.approx(0.4 * 21.65 + 0.12 - 0.35, abs=0.01)
    assert mass[5000:].mean() == pytest.approx(0.4 * 26.65 + 0.12 + 0.35, abs=0.01)


def test_axis_ratio_runs_from_face_on_to_the_thickness():
    ends = shape.axis_ratio(np.array([0.0, np.pi / 2]), np.array([0.3, 0.3]))
    np.testing.assert_allclose(ends, [1.0, 0.18])
    assert shape.concentration(np.array([0.0, 1.0])).tolist() == [2.3, 3.3]


def test_metallicities_are_measured_where_stars_form_and_no_nucleus_shines():
    rng = np.random.default_rng(0)
    population = draw_population(rng, np.repeat([9.5, 11.0], 5000), np.zeros(10_000))
    measured = draw_has_metallicity(rng, population)
    forms_stars = population.log_ssfr > -10.9
    assert not measured[~forms_stars].any()
    low, high = measured[:5000][forms_stars[:5000]].mean(), measured[5000:][forms_stars[5000:]].mean()
    assert low == pytest.approx(0.9, abs=0.02)
    assert high == pytest.approx(0.25, abs=0.03)


def test_red_galaxies_are_red_in_all_colors_and_break_strongly():
    rng = np.random.default_rng(0)
    color = np.repeat([0.3, 0.8], 2000)
    for draw in (photometry.draw_u_minus_g, photometry.draw_i_minus_z):
        blue, red = np.split(draw(rng, color), 2)
        assert red.mean() > blue.mean() + 0.2
    assert np.diff(photometry.r_minus_i(np.array([0.3, 0.8])))[0] == pytest.approx(0.24)
    population = draw_population(rng, np.full(2000, 10.5), np.zeros(2000))
    breaks = photometry.draw_d4000_n(rng, population)
    assert breaks[population.log_ssfr < -11.5].mean() > breaks[population.log_ssfr > -10.5].mean() + 0.3
