from __future__ import annotations

import numpy as np
import pytest
from astropy.cosmology import FlatLambdaCDM
from astropy.table import Table

from galexp.environment.attach import with_density
from galexp.environment.density import log_one_plus_delta5
from galexp.environment.tracers import Tracers

COLUMNS = ("log_one_plus_delta5_fixed", "log_one_plus_delta5_paper", "log_one_plus_delta5_code")
FLAGS = ("delta5_in_footprint", "delta5_near_edge")
COSMOLOGY = FlatLambdaCDM(H0=70, Om0=0.3)


def patch(count, seed, redshift=(0.01, 0.06), half=15.0):
    """Scatter galaxies over a patch on the equator, evenly in area."""
    rng = np.random.default_rng(seed)
    height = np.sin(np.radians(half))
    return (
        rng.uniform(-half, half, count) + 180,
        np.degrees(np.arcsin(rng.uniform(-height, height, count))),
        (rng.uniform(*redshift, count)),
    )


def catalog(columns):
    table = Table(dict(zip(("ra", "dec", "redshift"), columns, strict=True)))
    table.add_column([f"g{row}" for row in range(len(table))], name="id", index=0)
    return table


def among(folder, columns, name="tracers.fits", **options):
    Table(dict(zip(("ra", "dec", "z"), columns, strict=True))).write(folder / name, overwrite=True)
    return Tracers(str(folder / name), **options)


@pytest.fixture(scope="module")
def survey(tmp_path_factory):
    """Ten thousand tracers in a patch of 30 degrees, and 200 galaxies in the middle of it."""
    folder = tmp_path_factory.mktemp("survey")
    columns = patch(10_000, seed=0)
    return folder, columns, patch(200, seed=1, redshift=(0.02, 0.05), half=8.0)


def alpha40(folder, galaxies):
    """Write galaxies as the main table of alpha.40, with the distances of their redshifts."""
    distance = np.maximum(galaxies[2] * 3e5 / 70, 10.1)
    content = {"RAdeg_OC": galaxies[0], "DECdeg_OC": galaxies[1], "Dist": distance}
    Table(content).write(folder / "a40.datafile1.csv", overwrite=True)
    return str(folder / "a40.datafile1.csv")


def test_on_a_ring_of_evenly_spaced_galaxies_every_place_is_typical_in_every_variant(tmp_path):
    ring = np.arange(0, 360, 1.0), np.zeros(360), np.full(360, 0.03)
    table, counts = with_density(catalog(ring), among(tmp_path, ring, footprint_radius=6.0, reject_near_edge=False))
    # the window of a galaxy at the only redshift there is leaves the tracers' range, so only `code` is measured
    np.testing.assert_allclose(table["log_one_plus_delta5_code"], 0, atol=1e-9)
    wider = tuple(
        np.concatenate([column, extra]) for column, extra in zip(ring, ([0, 0], [0, 0], [0.02, 0.04]), strict=True)
    )
    table, _ = with_density(catalog(ring), among(tmp_path, wider, footprint_radius=6.0, reject_near_edge=False))
    for name in COLUMNS[:2]:
        np.testing.assert_allclose(table[name], 0, atol=1e-9)
    assert counts["with log_one_plus_delta5_code"] == 360


def test_inside_the_footprint_the_variants_are_those_of_the_density(survey):
    folder, tracers, galaxies = survey
    table, counts = with_density(catalog(galaxies), among(folder, tracers, reject_near_edge=False))
    for name in COLUMNS:
        expected = log_one_plus_delta5(*galaxies, *tracers, name.rsplit("_", 1)[1])
        np.testing.assert_allclose(table[name], expected, rtol=1e-9, err_msg=name)
    assert counts["within the tracers' footprint"] == counts["with log_one_plus_delta5_fixed"] == 200
    assert counts["tracers read"] == 10_000


def test_what_the_catalog_had_stays_as_it_was(survey):
    folder, tracers, galaxies = survey
    given = catalog(galaxies)
    table, _ = with_density(given, among(folder, tracers))
    assert given.colnames == ["id", "ra", "dec", "redshift"]
    assert table.colnames == [*given.colnames, *COLUMNS, *FLAGS]
    assert all(table[name].description for name in (*COLUMNS, *FLAGS))


def test_the_order_of_the_galaxies_changes_nothing(survey):
    folder, tracers, galaxies = survey
    order = np.random.default_rng(2).permutation(200)
    table, _ = with_density(catalog(galaxies), among(folder, tracers))
    shuffled, _ = with_density(catalog(tuple(column[order] for column in galaxies)), among(folder, tracers))
    for name in COLUMNS:
        np.testing.assert_array_equal(shuffled[name], np.asarray(table[name])[order])


def test_beyond_the_footprint_and_without_coordinates_every_variant_is_nan(survey):
    folder, tracers, galaxies = survey
    outside = np.array([60.0, 180.0, np.nan]), np.array([0.0, 50.0, 0.0]), np.array([0.03, 0.03, 0.03])
    both = tuple(np.concatenate(pair) for pair in zip(outside, galaxies, strict=True))
    table, counts = with_density(catalog(both), among(folder, tracers))
    alone, _ = with_density(catalog(galaxies), among(folder, tracers))
    for name in (*COLUMNS, "delta5_in_footprint"):
        np.testing.assert_array_equal(table[name][3:], alone[name], err_msg=name)
    assert all(np.isnan(table[name][:3]).all() for name in COLUMNS)
    assert not table["delta5_in_footprint"][:3].any()
    assert not table["delta5_near_edge"][:3].any()
    assert counts["within the tracers' footprint"] == 200


def test_a_circle_that_leaves_the_footprint_is_flagged_and_rejected_by_fixed_alone(survey, brute_force):
    folder, tracers, _ = survey
    galaxies = patch(300, seed=3, redshift=(0.02, 0.05), half=14.9)
    table, counts = with_density(catalog(galaxies), among(folder, tracers))
    inside = 15 - np.maximum(np.abs(galaxies[0] - 180), np.abs(galaxies[1]))
    room = inside - np.degrees(brute_force(galaxies, tracers))
    assert table["delta5_near_edge"][room < -0.5].all()
    assert not table["delta5_near_edge"][room > 0.5].any()
    np.testing.assert_array_equal(np.isnan(table[COLUMNS[0]]), table["delta5_near_edge"])
    assert counts["near its edge"] == np.sum(table["delta5_near_edge"]) > 20
    assert np.isfinite(table[COLUMNS[1]]).all()
    kept, _ = with_density(catalog(galaxies), among(folder, tracers, reject_near_edge=False))
    np.testing.assert_array_equal(kept["delta5_near_edge"], table["delta5_near_edge"])
    assert np.isfinite(kept[COLUMNS[0]]).all()


def test_a_window_beyond_the_redshifts_of_the_tracers_gives_nan_where_there_is_a_window(survey):
    folder, tracers, galaxies = survey
    for redshift in (0.0125, 0.0585):
        table, counts = with_density(catalog((*galaxies[:2], np.full(200, redshift))), among(folder, tracers))
        assert np.isnan(table[COLUMNS[0]]).all()
        assert np.isnan(table[COLUMNS[1]]).all()
        assert np.isfinite(table[COLUMNS[2]]).all()
        assert counts["with the velocity window within the tracers' redshifts"] == 0


def test_tracers_that_begin_at_redshift_zero_reach_down_to_it(survey):
    folder, _, galaxies = survey
    tracers = patch(10_000, seed=4, redshift=(0.0, 0.06))
    near = catalog((*galaxies[:2], np.full(200, 0.002)))
    table, _ = with_density(near, among(folder, tracers, reject_near_edge=False))
    assert np.isfinite(table[COLUMNS[0]]).all()


def test_code_of_xgass_is_a_windowed_density_over_the_windowless_median_of_alpha40(survey, brute_force):
    folder, tracers, galaxies = survey
    reference = patch(500, seed=5, redshift=(0.005, 0.06), half=10.0)
    options = {"alpha40": alpha40(folder, reference), "survey": "xgass"}
    table, _ = with_density(catalog(galaxies), among(folder, tracers, **options))
    windowed = density(galaxies, brute_force(galaxies, tracers, exclude_self=False, speed_of_light=3e5))
    windowless = density(reference, brute_force(reference, tracers, window=np.inf, exclude_self=False))
    nodes = np.arange(35) * 0.002
    median = [np.median(windowless[np.abs(reference[2] - node) < 0.01]) for node in nodes]
    expected = np.log10(windowed / np.interp(galaxies[2], nodes, median))
    np.testing.assert_allclose(table[COLUMNS[2]], expected, rtol=1e-6, atol=1e-9)
    own = with_density(catalog(galaxies), among(folder, tracers))[0]
    assert np.median(table[COLUMNS[2]]) < np.median(own[COLUMNS[2]]) - 0.3


def density(galaxies, separation):
    return 3 / (np.pi * (separation * COSMOLOGY.angular_diameter_distance(galaxies[2]).value) ** 2)


def test_without_alpha40_code_of_xgass_is_nan_and_a_warning_says_why(survey):
    folder, tracers, galaxies = survey
    with pytest.warns(
        UserWarning, match=r"delta5_code is NaN: it divides by the median of alpha\.40; give tracers\.al"
    ):
        table, counts = with_density(catalog(galaxies), among(folder, tracers, survey="xgass"))
    assert np.isnan(table[COLUMNS[2]]).all()
    assert counts["with log_one_plus_delta5_code"] == 0


@pytest.mark.parametrize("has_table", [True, False])
def test_code_of_alpha40_takes_the_redshift_of_the_distance(has_table, survey):
    folder, tracers, galaxies = survey
    distance = galaxies[2] * 3e5 / 70
    distance[:5] = 9.0
    table = catalog((*galaxies[:2], galaxies[2] + 0.003))
    table["distance"] = distance
    options = {"alpha40": alpha40(folder, tuple(column[5:] for column in galaxies))} if has_table else {}
    measured, _ = with_density(table, among(folder, tracers, survey="alfalfa", **options))
    expected = log_one_plus_delta5(*(column[5:] for column in galaxies), *tracers, "code")
    assert np.isnan(measured[COLUMNS[2]][:5]).all()
    np.testing.assert_allclose(measured[COLUMNS[2]][5:], expected, rtol=1e-9)


def test_without_a_distance_code_of_alpha40_is_nan_and_a_warning_says_why(survey):
    folder, tracers, galaxies = survey
    with pytest.warns(UserWarning, match=r"delta5_code is NaN: the catalog has no column distance \[Mpc\]"):
        with_density(catalog(galaxies), among(folder, tracers, survey="alfalfa"))


def test_a_column_that_the_catalog_had_is_replaced_with_a_warning(survey):
    folder, tracers, galaxies = survey
    table = catalog(galaxies)
    table[COLUMNS[0]] = 7.0
    with pytest.warns(UserWarning, match="own column log_one_plus_delta5_fixed is replaced by what was measured"):
        measured, _ = with_density(table, among(folder, tracers))
    assert not np.any(measured[COLUMNS[0]] == 7.0)


def test_galaxies_elsewhere_on_the_sky_are_refused(survey):
    folder, tracers, _ = survey
    elsewhere = catalog((np.array([10.0, 20.0]), np.array([-80.0, 80.0]), np.array([0.03, 0.03])))
    with pytest.raises(
        ValueError, match="none of 2 galaxies has 10 of the 10000 tracers within 1 deg; check the units"
    ):
        with_density(elsewhere, among(folder, tracers))


def test_a_catalog_without_redshifts_is_refused(survey):
    folder, tracers, galaxies = survey
    with pytest.raises(ValueError, match="the catalog lacks redshift and has id, ra, dec"):
        with_density(catalog(galaxies)["id", "ra", "dec"], among(folder, tracers))


@pytest.mark.slow
def test_the_volume_limited_tracers_cover_the_published_surveys_in_part(real_data):
    path = str(real_data / "alfalfa/a40.datafile1.csv")
    reaches = {"alfalfa": (11_204, (0.08, 0.14)), "xgass": (915, (0.03, 0.09))}
    xgass = Table.read(real_data / "xgass/xGASS_representative_sample.fits")
    main = Table.read(path)
    given = {
        "xgass": catalog([np.asarray(xgass[name], float) for name in ("RA", "DEC", "zSDSS")]),
        "alfalfa": catalog([np.asarray(main[name], float) for name in ("RAdeg_OC", "DECdeg_OC", "Vhelio")]),
    }
    given["alfalfa"]["redshift"] /= 299_792.458
    given["alfalfa"]["distance"] = main["Dist"]
    for survey, (covered, near_edge) in reaches.items():
        tracers = Tracers(str(real_data / "tracers/sdss_dr7_volume_limited.fits"), alpha40=path, survey=survey)
        table, counts = with_density(given[survey], tracers)
        assert counts["within the tracers' footprint"] == covered
        assert near_edge[0] < counts["near its edge"] / covered < near_edge[1]
        width = {name: np.diff(np.nanquantile(table[name], [0.2, 0.8]))[0] for name in COLUMNS}
        assert width[COLUMNS[0]] > 0.8
        assert (width[COLUMNS[2]] < 0.7) == (survey == "alfalfa")
