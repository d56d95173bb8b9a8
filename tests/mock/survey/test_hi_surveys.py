"""Claims about the mock surveys of H I: xGASS and alpha.40."""

import numpy as np
import pytest

from galexp.mock.relations import log_hi_flux_limit
from galexp.mock.survey import mock_alfalfa

GAS_COLUMNS = {"log_hi_fraction", "log_hi_mass", "hi_is_limit"}
SEEDS = (0, 1)


@pytest.fixture(scope="module")
def xgass(draw_xgass):
    return {strength: [draw_xgass(seed=seed, stripping=strength) for seed in SEEDS] for strength in (0.0, 1.0)}


@pytest.fixture(scope="module")
def alfalfa():
    return [mock_alfalfa(objects=3000, seed=seed) for seed in SEEDS]


def test_upper_limits_are_as_many_as_in_xgass(xgass):
    """Of the published 1,179 galaxies 375 are upper limits."""
    for catalog in xgass[1.0]:
        assert len(catalog) == 1179
        assert 330 < catalog["hi_is_limit"].sum() < 420
        np.testing.assert_allclose(
            catalog["log_hi_mass"], catalog["log_hi_fraction"].value + catalog["log_stellar_mass"].value
        )


def test_more_galaxies_than_a_blind_survey_finds_are_refused():
    with pytest.raises(ValueError, match="galaxies that pass its selection; ask for at most"):
        mock_alfalfa(objects=100_000)


def test_mass_is_flat_and_massive_galaxies_lie_farther(xgass):
    catalog = xgass[1.0][0]
    mass, redshift = np.asarray(catalog["log_stellar_mass"]), catalog["redshift"]
    assert np.mean(mass < 10) == pytest.approx(0.3, abs=0.001)
    for low, high in ((9.0, 10.0), (10.0, 11.3)):
        within = np.sort(mass[(mass >= low) & (mass < high)])
        assert np.abs(within - np.linspace(low, high, len(within))).max() < 0.12
    assert redshift[mass > 10].min() >= 0.025
    assert redshift[mass < 10].max() <= 0.02
    assert redshift.min() >= 0.01
    assert redshift.max() <= 0.05


def test_massive_galaxies_are_central_and_satellites_less_massive(xgass):
    catalog = xgass[1.0][0]
    mass = {code: np.median(catalog["log_stellar_mass"][catalog["env_code"] == code]) for code in (0, 2)}
    assert mass[2] > mass[0] + 0.3
    shares = [np.mean(catalog["env_code"] == code) for code in (1, 2, 0)]
    assert min(shares) > 0.1


def test_stripping_changes_the_gas_of_crowded_galaxies_and_nothing_else(xgass):
    for without, stripped in zip(xgass[0.0], xgass[1.0], strict=True):
        unchanged = [name for name in without.colnames if name not in GAS_COLUMNS]
        assert all(np.array_equal(without[name], stripped[name]) for name in unchanged)
        change = stripped["log_hi_fraction"] - without["log_hi_fraction"]
        assert change.max() <= 0
        assert not change[without["log_one_plus_delta5_fixed"] < 0.45].any()
        assert change.min() < -0.5


@pytest.mark.slow
def test_alpha_40_holds_what_a_blind_survey_would_find(alfalfa):
    for catalog in alfalfa:
        excess = np.log10(catalog["hi_flux"]) - log_hi_flux_limit(np.log10(np.asarray(catalog["hi_width"])))
        assert excess.min() > -0.4
        assert np.mean(excess > 0) > 0.85
        assert catalog["mag_r"].max() < 17.8
        assert catalog["hi_velocity"].max() < 18_000
        mass = np.log10(2.356e5 * catalog["distance"] ** 2 * catalog["hi_flux"])
        np.testing.assert_allclose(mass, catalog["log_hi_mass"], atol=1e-9)


@pytest.mark.slow
def test_quenched_galaxies_of_alpha_40_have_no_metallicity_and_are_gas_poor(alfalfa):
    for catalog in alfalfa:
        with_lines = np.isfinite(catalog["metallicity"])
        np.testing.assert_array_equal(with_lines, catalog["in_a40B"])
        assert catalog["in_a40A"].all()
        assert catalog["log_ssfr"][with_lines].min() > -11
        assert np.isfinite(catalog["log_sfr"][with_lines]).all()
        assert 0 < np.isnan(catalog["log_sfr"]).sum() < 0.05 * len(catalog)
        np.testing.assert_array_equal(np.isnan(catalog["log_ssfr"]), np.isnan(catalog["log_sfr"]))
        assert np.nanmin(catalog["log_ssfr"]) >= -11.5
        fraction = catalog["log_hi_fraction"]
        assert np.median(fraction[with_lines]) > np.median(fraction[~with_lines]) + 0.2


@pytest.mark.slow
def test_hi_selection_favors_gas_at_a_given_stellar_mass(alfalfa, xgass):
    """Detections of a blind survey are far richer in gas than galaxies chosen by mass (Huang et al. 2012)."""
    medians = []
    for catalog in (alfalfa[0], xgass[1.0][0]):
        within = (catalog["log_stellar_mass"] > 10.0) & (catalog["log_stellar_mass"] < 10.5)
        medians.append(np.median(catalog["log_hi_fraction"][within]))
    assert medians[0] > medians[1] + 0.5
