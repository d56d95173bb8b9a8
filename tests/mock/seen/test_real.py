"""Claims about the published tables of two surveys, completed and rendered."""

import numpy as np
import pytest
import torch

from galexp.dataset.alfalfa import ALFALFA
from galexp.dataset.xgass import XGASS
from galexp.mock.render import render
from galexp.mock.render.compose import galaxy_flux
from galexp.mock.render.detector import see
from galexp.mock.render.parameters import read_parameters
from galexp.mock.render.plane import Grid, disk_plane
from galexp.mock.seen import with_appearance

PIXELS = Grid(232, 0.396)


@pytest.fixture(scope="module")
def xgass(real_data):
    path = real_data / "xgass" / "xGASS_representative_sample.fits"
    return with_appearance(XGASS(str(path), ["log_hi_fraction"]).read(path).catalog, seed=0)


@pytest.fixture(scope="module")
def pictures(xgass):
    """Return every 25th galaxy without a companion, and its g, r and i flux before and after the seeing."""
    rows = xgass[0][::25]
    rows = rows[rows["mock_companion"] == 0]
    with torch.no_grad():
        parameters = read_parameters(rows)
        flux = galaxy_flux(parameters, disk_plane(parameters, PIXELS), PIXELS)
        return rows, flux.double().numpy(), see(flux, PIXELS).double().numpy()


def test_light_size_and_shape_of_xgass_are_measured_but_for_a_few_colors(xgass):
    catalog, drawn = xgass
    assert len(catalog) == 1179
    measured = ("mag_g", "mag_r", "mag_i", "r50", "inclination", "bulge_to_total", "disk", "young_fraction")
    assert [drawn[f"mock_{name}"] for name in measured] == [22, 0, 22, 0, 0, 0, 0, 1]
    assert drawn["mock_arm_strength"] == drawn["mock_ring"] == 1179
    assert "lowered to 0.6 in what must be a disk (76 rows)" in catalog["mock_bulge_to_total"].description


def test_pictures_of_xgass_have_the_magnitudes_of_the_catalog(pictures):
    rows, flux, _ = pictures
    magnitude = 22.5 - 2.5 * np.log10(flux.sum((2, 3)))
    assert np.median(magnitude[:, 1] - rows["mag_r"]) == pytest.approx(0.0, abs=0.02)
    assert np.percentile(np.abs(magnitude[:, 1] - rows["mag_r"]), 90) < 0.08
    color = magnitude[:, 0] - magnitude[:, 1]
    np.testing.assert_allclose(color, rows["mock_mag_g"] - rows["mock_mag_r"], atol=0.04)


def test_pictures_of_xgass_have_the_half_light_radii_of_the_catalog(pictures):
    rows, _, seen = pictures
    axis = PIXELS.axis(torch.float64).numpy()
    radius = np.hypot(axis[:, None], axis).ravel()
    order = np.argsort(radius)
    grown = np.cumsum(seen[:, 1].reshape(len(rows), -1)[:, order], axis=1)
    measured = np.array([np.interp(0.5, curve / curve[-1], radius[order]) for curve in grown])
    offset = np.log10(measured / rows["r50"])
    assert np.median(offset) == pytest.approx(0.0, abs=0.03)
    assert np.percentile(np.abs(offset), 90) < 0.08


def test_pictures_of_xgass_have_the_axis_ratios_of_the_catalog(pictures, isophote_axis_ratio):
    rows, flux, _ = pictures
    measured = np.array([isophote_axis_ratio(image) for image in flux[:, 1]])
    offset = measured - rows["axis_ratio"]
    assert np.corrcoef(measured, rows["axis_ratio"])[0, 1] > 0.9
    assert np.median(offset) == pytest.approx(0.0, abs=0.04)
    bulge, flat = np.asarray(rows["mock_bulge_to_total"]), np.asarray(rows["axis_ratio"]) <= 0.6
    for inside in (bulge < 0.3, bulge >= 0.3):
        assert np.median(np.abs(offset[inside])) < 0.04
        assert np.median(offset[inside & flat]) == pytest.approx(0.0, abs=0.05)


@pytest.mark.slow
def test_alpha40_is_completed_whole_with_its_negative_redshifts(real_data):
    dataset = ALFALFA("auto", ["log_hi_fraction"], stellar_mass="durbala2020")
    given = dataset.read(real_data / "alfalfa").catalog
    catalog, drawn = with_appearance(given, seed=0)
    assert len(catalog) == 11328
    assert np.sum(catalog["redshift"] <= 0) == 14
    assert drawn["mock_mag_r"] == 0
    assert drawn["mock_mag_g"] < 10
    assert drawn["mock_r50"] == drawn["mock_inclination"] == 11328
    assert render(catalog[catalog["redshift"] <= 0][:4], 32).shape == (4, 3, 32, 32)
    some = with_appearance(given[500:505], seed=0)[0]
    np.testing.assert_array_equal(some["mock_arm_strength"], catalog["mock_arm_strength"][500:505])
