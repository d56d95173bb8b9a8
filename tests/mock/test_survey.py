import re

import numpy as np
import pytest
from sklearn.ensemble import RandomForestRegressor

from galexp.mock.survey import mock_xgass

GAS_COLUMNS = {"log_hi_fraction", "log_hi_mass", "hi_is_limit"}


@pytest.fixture(scope="module")
def catalogs():
    return {strength: mock_xgass(stripping=strength) for strength in (0.0, 1.0)}


@pytest.fixture(scope="module")
def catalog(catalogs):
    return catalogs[1.0]


def test_same_seed_same_catalog_and_another_seed_another(catalog):
    again = mock_xgass()
    assert all(np.array_equal(again[name], catalog[name]) for name in catalog.colnames)
    assert not np.array_equal(mock_xgass(seed=1)["ra"], catalog["ra"])


def test_every_column_says_that_it_is_mock(catalog):
    assert catalog.meta["mock"] is True
    assert all(column.description.startswith("mock: ") for column in catalog.itercols())
    assert catalog["r50"].unit == "arcsec"
    assert catalog["mock_inclination"].unit == "rad"


def test_ids_are_unique_and_safe_as_file_names(catalog):
    assert len(set(catalog["id"])) == len(catalog) == 1179
    assert all(re.fullmatch("[A-Za-z0-9_-]+", identifier) for identifier in catalog["id"])


def test_mass_is_uniform_and_massive_galaxies_lie_farther(catalog):
    mass, redshift = np.sort(catalog["log_stellar_mass"]), catalog["redshift"]
    assert np.abs(mass - np.linspace(9.0, 11.5, len(mass))).max() < 0.1
    massive = catalog["log_stellar_mass"] > 10
    assert redshift[massive].min() >= 0.025
    assert redshift[~massive].max() <= 0.02
    assert redshift.min() >= 0.01
    assert redshift.max() <= 0.05


def test_gas_fractions_are_distributed_as_in_xgass(catalog):
    """The published sample has -1.777, -1.107, -0.265, scatter 0.665 and 375 limits."""
    fraction = catalog["log_hi_fraction"]
    assert np.percentile(fraction, [16, 50, 84]) == pytest.approx([-1.777, -1.107, -0.265], abs=0.12)
    assert fraction.std() == pytest.approx(0.665, abs=0.05)
    assert 300 < catalog["hi_is_limit"].sum() < 420
    np.testing.assert_allclose(catalog["log_hi_mass"], fraction + catalog["log_stellar_mass"])


def test_overdensities_spread_as_in_nearby_surveys(catalog):
    low, high = np.percentile(catalog["log_one_plus_delta5_fixed"], [20, 80])
    assert low == pytest.approx(-0.4, abs=0.12)
    assert high == pytest.approx(0.5, abs=0.15)
    assert np.isfinite(catalog["log_one_plus_delta5_code"]).all()
    assert np.isfinite(catalog["log_one_plus_delta5_paper"]).all()


def test_environment_codes_agree_with_the_groups(catalog):
    isolated = catalog["env_code"] == 1
    np.testing.assert_array_equal(isolated, catalog["group_id"] == -1)
    assert (catalog["group_richness"][isolated] == 1).all()
    assert (catalog["group_richness"][~isolated] >= 2).all()
    assert set(catalog["env_code"]) == {0, 1, 2}


def test_stripping_changes_the_gas_of_crowded_galaxies_and_nothing_else(catalogs):
    without, stripped = catalogs[0.0], catalogs[1.0]
    unchanged = [name for name in without.colnames if name not in GAS_COLUMNS]
    assert all(np.array_equal(without[name], stripped[name]) for name in unchanged)
    change = stripped["log_hi_fraction"] - without["log_hi_fraction"]
    assert change.max() <= 0
    assert not change[without["log_one_plus_delta5_fixed"] < 0.45].any()
    assert change.min() < -0.5


def normalized_rmse(catalog, held_out):
    features = np.stack([catalog[name] for name in ("mag_r", "g_minus_r", "log_r50")], axis=1)
    target = np.asarray(catalog["log_hi_fraction"])
    forest = RandomForestRegressor(40, min_samples_leaf=8, random_state=0).fit(features[~held_out], target[~held_out])
    error = forest.predict(features[held_out]) - target[held_out]
    return np.sqrt(np.mean(error**2)) / target[held_out].std()


@pytest.mark.parametrize(("stripping", "least", "most"), [(0.0, -0.1, 0.1), (1.0, 0.1, 0.4)])
def test_crowded_galaxies_are_harder_to_predict_only_if_stripped(catalogs, stripping, least, most):
    catalog = catalogs[stripping]
    overdensity = np.asarray(catalog["log_one_plus_delta5_fixed"])
    low, high = np.quantile(overdensity, [0.2, 0.8])
    assert least < normalized_rmse(catalog, overdensity > high) - normalized_rmse(catalog, overdensity < low) < most


@pytest.mark.parametrize("arguments", [{"objects": 0}, {"stripping": -0.1}])
def test_impossible_requests_are_refused(arguments):
    with pytest.raises(ValueError, match="expected objects >= 1 and stripping >= 0"):
        mock_xgass(**arguments)


def test_more_objects_than_parent_galaxies_are_refused():
    with pytest.raises(ValueError, match="ask for fewer objects"):
        mock_xgass(objects=200_000)
