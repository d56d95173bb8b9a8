"""Claims about real catalogs that are completed for the renderer."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from astropy.table import MaskedColumn, Table

from galexp.mock import relations
from galexp.mock.photometry import r_minus_i
from galexp.mock.render import render
from galexp.mock.render.compose import galaxy_flux
from galexp.mock.render.parameters import LIGHT, SHAPES, read_parameters
from galexp.mock.render.plane import Grid, disk_plane
from galexp.mock.seen import with_appearance

NEEDED = {f"mock_{name}" for name in (*LIGHT, *SHAPES, "seed")}
BY_SHAPE = {"mock_bulge_to_total", "mock_disk", "mock_inclination"}
MEASURED = {"mock_mag_g", "mock_mag_r", "mock_mag_i", "mock_r50", "mock_young_fraction"} | BY_SHAPE


def make(rows=40, **changes):
    """Return what a survey with all its photometry gives."""
    rng = np.random.default_rng(0)
    catalog = Table({"id": [f"g{row}" for row in range(rows)]})
    mass, redshift = rng.uniform(9.0, 11.3, rows), rng.uniform(0.02, 0.05, rows)
    catalog["log_stellar_mass"], catalog["redshift"] = mass, redshift
    catalog["log_hi_fraction"] = rng.normal(-1.0, 0.6, rows)
    catalog["mag_r"] = rng.uniform(14.0, 17.0, rows)
    catalog["mag_g"] = catalog["mag_r"] + rng.uniform(0.3, 0.8, rows)
    catalog["mag_i"] = catalog["mag_r"] - rng.uniform(0.2, 0.4, rows)
    catalog["r50"], catalog["concentration"] = rng.uniform(1.5, 9.0, rows), rng.uniform(1.9, 3.3, rows)
    catalog["axis_ratio"], catalog["log_sfr"] = rng.uniform(0.2, 1.0, rows), mass - rng.uniform(9.5, 12.0, rows)
    for name, values in changes.items():
        catalog[name] = values
    return catalog


def gap(values, *rows):
    values = np.array(values, dtype=np.float64)
    values[list(rows)] = np.nan
    return values


def test_a_measured_galaxy_keeps_its_light_size_and_shape():
    catalog, drawn = with_appearance(make(), seed=0)
    for band in ("mag_g", "mag_r", "mag_i"):
        np.testing.assert_allclose(catalog[f"mock_{band}"], catalog[band])
    expected = 2.0 / (1.0 + catalog["axis_ratio"]) * np.sqrt(catalog["r50"] ** 2 - 0.66**2)
    np.testing.assert_allclose(catalog["mock_r50"], expected)
    disk = read_parameters(catalog).values
    kept = (catalog["axis_ratio"] > 0.23) & (catalog["mock_disk"] == 1)
    np.testing.assert_allclose(disk["axis_ratio"][kept], catalog["axis_ratio"][kept], atol=1e-6)
    assert {name for name, count in drawn.items() if count == 0} == MEASURED
    assert {drawn[name] for name in NEEDED - MEASURED} == {40}


def test_all_that_the_renderer_needs_is_there_under_a_prefix_with_words_and_nothing_else_is_touched():
    given = make()
    catalog, drawn = with_appearance(given, seed=0)
    assert set(catalog.colnames) - set(given.colnames) == NEEDED == set(drawn)
    for name in given.colnames:
        np.testing.assert_array_equal(catalog[name], given[name])
    for name in NEEDED:
        assert catalog[name].description.startswith("mock: ")
        assert np.isfinite(catalog[name]).all()
    assert catalog.meta["sources"]["late_type_radius"].startswith("Shen et al. 2003")
    assert "sources" not in given.meta
    assert "hi_plane" not in catalog.meta["sources"]
    assert render(catalog[:2], 32).shape == (2, 3, 32, 32)


def test_gaps_are_drawn_and_counted_column_by_column():
    given = make(
        mag_g=gap(make()["mag_g"], 1, 2),
        r50=gap(make()["r50"], 3),
        axis_ratio=gap(make()["axis_ratio"], 4, 5, 6),
        concentration=MaskedColumn(make()["concentration"], mask=np.arange(40) == 7),
    )
    catalog, drawn = with_appearance(given, seed=0)
    counts = {"mock_mag_g": 2, "mock_mag_r": 0, "mock_mag_i": 0, "mock_r50": 1, "mock_inclination": 3}
    assert {name: drawn[name] for name in counts} == counts
    assert drawn["mock_bulge_to_total"] == drawn["mock_disk"] == 1
    assert "from r50 (39 rows), of its mass and type (drawn, 1 row)" in catalog["mock_r50"].description
    assert np.isfinite(catalog["mock_r50"]).all()


@pytest.mark.parametrize("name", ["u_minus_r", "g_minus_i", "nuv_minus_r", "g_minus_r"])
def test_another_color_gives_g_and_i_without_a_draw(name):
    given = make(**{name: np.linspace(0.5, 1.4, 40)})
    given.remove_columns(["mag_g", "mag_i"])
    catalog, drawn = with_appearance(given, seed=0)
    assert drawn["mock_mag_g"] == drawn["mock_mag_i"] == 0
    color = np.asarray(catalog["mock_mag_g"] - catalog["mock_mag_r"])
    assert (np.diff(color) >= 0).all()
    np.testing.assert_allclose(catalog["mock_mag_r"] - catalog["mock_mag_i"], r_minus_i(color))
    assert name in catalog["mock_mag_g"].description


def test_mass_and_redshift_alone_give_galaxies_of_that_mass_at_that_distance():
    given = make(400)["id", "log_stellar_mass", "redshift"]
    catalog, drawn = with_appearance(given, seed=0)
    assert set(drawn.values()) == {400}
    heavier, nearer = given["log_stellar_mass"] > 10.2, given["redshift"] < 0.03
    assert np.median(catalog["mock_mag_r"][heavier]) < np.median(catalog["mock_mag_r"][~heavier]) - 1.5
    assert np.median(catalog["mock_r50"][nearer]) > np.median(catalog["mock_r50"][~nearer])
    red = catalog["mock_mag_g"] - catalog["mock_mag_r"] > 0.65
    assert np.mean(red[heavier]) > np.mean(red[~heavier]) + 0.2


def test_what_is_drawn_fits_what_is_known():
    red, blue = (make(300, g_minus_r=np.full(300, color), log_sfr=np.full(300, np.nan)) for color in (0.78, 0.35))
    for name in ("concentration", "axis_ratio", "r50"):
        red[name] = blue[name] = np.nan
    quiet, active = (with_appearance(catalog, seed=0)[0] for catalog in (red, blue))
    assert np.mean(active["mock_young_fraction"]) > np.mean(quiet["mock_young_fraction"]) + 0.3
    assert np.mean(quiet["mock_disk"]) < 0.7 < np.mean(active["mock_disk"])
    assert np.median(active["mock_bulge_to_total"]) < np.median(quiet["mock_bulge_to_total"])


def test_the_image_does_not_know_the_gas():
    given = make()
    other = make(log_hi_fraction=given["log_hi_fraction"][::-1], log_hi_mass=9.0, hi_flux=1.0)
    first, second = (with_appearance(catalog, seed=0)[0] for catalog in (given, other))
    for name in NEEDED:
        np.testing.assert_array_equal(first[name], second[name])


def test_a_row_depends_on_its_id_and_the_seed_alone():
    given = make()
    whole = with_appearance(given, seed=3)[0]
    some = with_appearance(given[[17, 4, 30]], seed=3)[0]
    for name in NEEDED:
        np.testing.assert_array_equal(some[name], whole[name][[17, 4, 30]])
    assert torch.equal(render(some, 32), render(whole[[17, 4, 30]], 32))
    other = with_appearance(given, seed=4)[0]
    assert not np.any(other["mock_seed"] == whole["mock_seed"])
    np.testing.assert_array_equal(other["mock_mag_r"], whole["mock_mag_r"])


def test_a_galaxy_that_comes_toward_us_is_placed_by_its_distance_or_sized_by_its_light():
    given = make(redshift=gap(np.full(40, -0.0005), 0), r50=np.nan, distance=gap(np.full(40, 4.0), 1))
    catalog, _ = with_appearance(given, seed=0)
    assert np.isfinite(catalog["mock_r50"]).all()
    assert np.median(catalog["mock_r50"][2:]) > 50.0
    brightness = catalog["mag_r"] + 2.5 * np.log10(2.0 * np.pi * np.asarray(catalog["mock_r50"]) ** 2)
    assert 18.0 < brightness[1] < 24.0


def test_blue_and_flat_galaxies_are_disks():
    catalog, _ = with_appearance(make(concentration=3.3), seed=0)
    must_be = (make()["log_sfr"] - make()["log_stellar_mass"] > -10.6) | (make()["axis_ratio"] < 0.35)
    assert (catalog["mock_disk"][must_be] == 1).all()
    assert (catalog["mock_disk"][~must_be] == 0).all()
    assert catalog["mock_bulge_to_total"][must_be].max() <= 0.6
    lowered = f"lowered to 0.6 in what must be a disk ({must_be.sum()} rows)"
    assert catalog["mock_bulge_to_total"].description.endswith(f"from concentration (40 rows), {lowered}")


@pytest.mark.parametrize("share", [0.15, 0.3, 0.45, 0.6, 0.7])
def test_inclined_galaxies_are_painted_as_flat_as_they_were_measured(share, isophote_axis_ratio):
    ratios, grid = np.array([0.36, 0.5, 0.7]), Grid(160, 0.5)
    given = make(3, concentration=2.3 + share, axis_ratio=ratios, r50=6.0, log_sfr=-2.0, mag_g=15.8, mag_r=15.0)
    parameters = read_parameters(with_appearance(given, seed=0)[0])
    plain = dict.fromkeys(("arm_strength", "bar_strength", "companion", "dust", "flocculence", "ring"), np.zeros(3))
    smooth = replace(parameters, values=parameters.values | plain | {"young_fraction": np.zeros(3)})
    with torch.no_grad():
        flux = galaxy_flux(smooth, disk_plane(smooth, grid), grid)[:, 1].numpy()
    np.testing.assert_allclose([isophote_axis_ratio(image) for image in flux], ratios, atol=0.03)


def test_only_relations_that_an_image_follows_are_named(monkeypatch):
    used = set()
    for name in relations.SOURCES:
        function = getattr(relations, name)
        monkeypatch.setattr(relations, name, lambda *given, f=function, n=name: (used.add(n), f(*given))[1])
    catalog, _ = with_appearance(make(3), seed=0)
    unseen = {"metallicity"}
    assert used == set(catalog.meta["sources"]) | unseen


def test_details_of_the_image_are_independent_of_the_appearance():
    catalog, _ = with_appearance(make(500)["id", "log_stellar_mass", "redshift"], seed=0)
    uniform = read_parameters(catalog).uniform
    for name in NEEDED - {"mock_seed"}:
        values = np.asarray(catalog[name], dtype=np.float64)
        if values.std() > 0:
            correlations = np.corrcoef(values, uniform.T)[0, 1:]
            assert np.abs(correlations).max() < 0.22, name


MEASUREMENTS = ("log_stellar_mass", "redshift", "mag_r", "mag_g", "mag_i", "r50", "concentration", "axis_ratio")


@pytest.mark.parametrize("target", [*MEASUREMENTS, "log_sfr", "distance", "g_minus_r"])
def test_the_image_does_not_know_the_targets(target):
    given = make(distance=np.full(40, 90.0), g_minus_r=np.linspace(0.3, 0.8, 40))
    changed = given.copy()
    changed[target] = np.asarray(given[target])[::-1] * 0.9
    first, second = (with_appearance(catalog, seed=0, targets=[target])[0] for catalog in (given, changed))
    seen = with_appearance(changed, seed=0)[0]
    for name in NEEDED:
        np.testing.assert_array_equal(first[name], second[name])
    assert any(np.any(seen[name] != second[name]) for name in NEEDED)


def test_what_tells_a_target_at_once_is_not_looked_at_either():
    given = make(log_ssfr=np.linspace(-12.0, -9.5, 40))
    catalog, drawn = with_appearance(given, seed=0, targets=["log_ssfr"])
    assert drawn["mock_young_fraction"] == 40
    assert "log_s" not in catalog["mock_young_fraction"].description


def test_a_catalog_with_too_little_apart_from_its_targets_says_so():
    with pytest.raises(ValueError, match=r"apart from \['log_stellar_mass'\], which would show the targets; to render"):
        with_appearance(make()["id", "log_stellar_mass", "redshift"], seed=0, targets=["log_stellar_mass"])


@pytest.mark.parametrize(
    ("name", "values", "match"),
    [
        ("r50", [0.0, 3.0, -9.0], "r50 is 0 for g0, -9 for g2; expected between 0.001 and 10000 arcsec, or NaN"),
        ("r90", [np.inf, 30.0, 30.0], "r90 is inf for g0; expected between 0.001"),
        ("r90", [30.0, 1.0, 30.0], "r90 is 1 for g1; expected above r50"),
        ("log_r50", [0.5, -9999.0, 0.5], "log_r50 is -9999 for g1; expected between -3 and 4"),
        ("concentration", [-9999.0, 2.5, 0.2], "concentration is -9999 for g0, 0.2 for g2; expected between 1 and 20"),
        ("nuv_minus_r", [-99.0, 3.0, -999.0], "nuv_minus_r is -99 for g0, -999 for g2; expected between -1 and 9 mag"),
        ("log_ssfr", [-9999.0, -10.0, 5.0], "log_ssfr is -9999 for g0, 5 for g2; expected between -16 and -6"),
        ("log_sfr", [-99.0, 0.0, 0.0], "log_sfr is -99 for g0; expected between -6 and 5"),
        ("log_stellar_mass", [-9999.0, 10.0, 1e10], "log_stellar_mass is -9999 for g0, 1e.10 for g2; expected between"),
        ("redshift", [-9999.0, 0.02, np.inf], "redshift is -9999 for g0, inf for g2; expected between -0.01 and 10"),
        ("mag_r", [np.inf, 15.0, 31.0], "mag_r is inf for g0, 31 for g2; expected between 0 and 30 mag"),
        ("mag_g", [-9999.0, 15.0, 15.0], "mag_g is -9999 for g0"),
        ("axis_ratio", [1.2, 0.5, 0.0], "axis_ratio is 1.2 for g0, 0 for g2; expected between 0.001 and 1"),
    ],
)
def test_unphysical_rows_are_named(name, values, match):
    with pytest.raises(ValueError, match=match):
        with_appearance(make(3, **{name: values}), seed=0)


def test_many_bad_rows_are_counted():
    with pytest.raises(ValueError, match="0 for g0, 0 for g1, 0 for g2 and 37 more; expected"):
        with_appearance(make(r50=0.0), seed=0)


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"redshift": [-0.001, 0.02, 0.02]}, "redshift is -0.001 for g0; expected above 0 .* must be drawn"),
        ({"log_stellar_mass": [10.0, np.nan, 9.0]}, "log_stellar_mass is nan for g1; expected a number where mag_r"),
    ],
)
def test_a_magnitude_that_cannot_be_drawn_is_refused(changes, match):
    with pytest.raises(ValueError, match=match):
        with_appearance(make(3, mag_r=np.nan, **changes), seed=0)


@pytest.mark.parametrize("columns", [["id", "redshift"], ["id", "log_stellar_mass"], ["mag_r"]])
def test_a_catalog_with_too_little_says_what_it_has_and_needs(columns):
    with pytest.raises(ValueError, match=r"the catalog has \[.*\]; to render it, id is needed, and mag_r, or log_st"):
        with_appearance(make()[columns], seed=0)
