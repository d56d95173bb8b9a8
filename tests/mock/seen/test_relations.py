"""Claims about how other colors, sizes and shapes become those of the renderer."""

import numpy as np
import pytest
from astropy.cosmology import FlatLambdaCDM
from scipy.optimize import brentq

from galexp.mock import relations
from galexp.mock.photometry import draw_u_minus_g, r_minus_i
from galexp.mock.seen import color, shape
from galexp.mock.shape import axis_ratio, concentration, disk_thickness


class NoScatter:
    def standard_normal(self, count):
        return np.zeros(count)


COLORS = np.linspace(0.1, 0.9, 9)


def test_colors_of_the_mock_surveys_come_back():
    np.testing.assert_allclose(color.from_u_minus_r(draw_u_minus_g(NoScatter(), COLORS) + COLORS), COLORS)
    np.testing.assert_allclose(color.from_g_minus_i(COLORS + r_minus_i(COLORS)), COLORS)


def test_the_ultraviolet_color_of_a_star_formation_rate_gives_its_rate_and_its_g_minus_r():
    log_ssfr = np.linspace(-12.4, -8.6, 20)
    nuv_minus_r = relations.nuv_minus_r(log_ssfr)
    np.testing.assert_allclose(color.log_ssfr_from_nuv_minus_r(nuv_minus_r), log_ssfr, atol=0.01)
    np.testing.assert_allclose(color.from_nuv_minus_r(nuv_minus_r), relations.g_minus_r(log_ssfr), atol=2e-3)


@pytest.mark.parametrize("convert", [color.from_u_minus_r, color.from_g_minus_i, color.believable])
def test_a_color_that_no_galaxy_has_and_a_missing_one_become_nan(convert):
    assert np.isnan(convert(np.array([13.2, -4.0, np.nan]))).all()


def test_the_bulge_of_a_mock_survey_comes_back_from_its_concentration():
    share = np.linspace(0.0, 1.0, 5)
    np.testing.assert_allclose(shape.bulge_to_total(concentration(share)), share, atol=1e-12)
    assert shape.bulge_to_total(np.array([1.8, 3.8])).tolist() == [0.0, 1.0]
    assert np.isnan(shape.bulge_to_total(np.array([np.nan])))[0]


@pytest.mark.parametrize("bulge", [0.0, 0.5])
def test_the_inclination_gives_the_axis_ratio_back(bulge):
    thickness = float(disk_thickness(np.array(bulge)))
    ratios, share = np.linspace(thickness, 1.0, 9), np.full(9, bulge)
    np.testing.assert_allclose(axis_ratio(shape.inclination(ratios, share), share), ratios)
    assert shape.inclination(np.array([0.05]), np.array([bulge]))[0] == pytest.approx(np.pi / 2)


@pytest.mark.parametrize("ratio", [1.0, 0.6, 0.3])
def test_half_of_an_inclined_disk_lies_within_the_measured_circle(ratio):
    axis = np.linspace(-60.0, 60.0, 1201)
    x, y = np.meshgrid(axis, axis)
    major = shape.major_axis_radius(np.array([6.0]), np.array([ratio]))[0]
    light = np.exp(-1.678347 * np.hypot(x, y / ratio) / major)
    radius = np.hypot(x, y)
    measured = brentq(lambda circle: light[radius < circle].sum() / light.sum() - 0.5, 1.0, 20.0)
    assert measured == pytest.approx(np.sqrt(6.0**2 - 0.66**2), rel=0.02)


def test_the_seeing_is_never_larger_than_the_galaxy():
    assert shape.major_axis_radius(np.array([0.5]), np.array([1.0]))[0] == pytest.approx(0.15)


def test_angles_agree_with_astropy():
    cosmology = FlatLambdaCDM(H0=70.0, Om0=0.3)
    redshift = np.array([0.01, 0.05, 0.2])
    found = shape.arcsec_per_kpc(cosmology.distmod(redshift).value, redshift)
    np.testing.assert_allclose(found, cosmology.arcsec_per_kpc_proper(redshift).value, rtol=1e-9)
