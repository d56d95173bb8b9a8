"""Claims about every mock survey."""

import re

import numpy as np
import pytest
from astropy import units

from galexp.dataset.alfalfa import ALFALFA
from galexp.dataset.gz2 import GZ2
from galexp.dataset.sdss_metallicity import SDSSMetallicity
from galexp.dataset.xgass import XGASS
from galexp.mock.survey import check_request, mock_alfalfa, mock_gz2, mock_sdss_metallicity, mock_xgass

SURVEYS = {
    "alfalfa": (mock_alfalfa, ALFALFA, "log_hi_fraction"),
    "gz2": (mock_gz2, GZ2, "odd_yes"),
    "sdss_metallicity": (mock_sdss_metallicity, SDSSMetallicity, "metallicity"),
    "xgass": (mock_xgass, XGASS, "log_hi_fraction"),
}
OBJECTS = 150


@pytest.fixture(scope="module", params=SURVEYS)
def survey(request):
    draw, dataset, target = SURVEYS[request.param]
    return request.param, draw, dataset, target, draw(objects=OBJECTS, seed=2)


def test_same_seed_same_catalog_and_another_seed_another(survey):
    """Of surveys without gas that holds whatever the stripping."""
    name, draw, dataset, target, catalog = survey
    has_gas = "log_hi_mass" in catalog.colnames
    again = dataset("mock", [target]).draw(OBJECTS, 2, 1.0 if has_gas else 0.0)
    for column in catalog.itercols():
        np.testing.assert_array_equal(again[column.name], column, err_msg=f"{name}: {column.name}")
    assert not np.array_equal(draw(objects=OBJECTS, seed=1)["ra"], catalog["ra"])


def test_every_column_says_that_it_is_mock(survey):
    name, *_, catalog = survey
    assert catalog.meta["mock"] is True
    assert (catalog.meta["survey"], catalog.meta["seed"], catalog.meta["stripping"]) == (name, 2, 1.0)
    assert all(column.description.startswith("mock: ") for column in catalog.itercols())
    assert {len(catalog[column]) for column in catalog.colnames} == {OBJECTS}


def test_ids_are_unique_and_safe_as_file_names(survey):
    *_, catalog = survey
    assert len(set(catalog["id"])) == OBJECTS
    assert all(re.fullmatch("[A-Za-z0-9_-]+", identifier) for identifier in catalog["id"])


def test_columns_have_the_names_and_units_of_the_survey(survey):
    *_, dataset, target, catalog = survey
    known = {column.name: column for column in dataset("mock", [target]).columns}
    assert target in catalog.colnames
    for name in set(catalog.colnames) & set(known) - {"metallicity"}:
        ours, theirs = units.Unit(catalog[name].unit or ""), units.Unit(known[name].unit or "")
        assert str(ours).replace("Msun", "solMass") == str(theirs).replace("Msun", "solMass"), name


def test_each_galaxy_has_a_place_of_its_own_and_surroundings(survey):
    *_, catalog = survey
    assert len(np.unique(np.stack([catalog["ra"], catalog["dec"]]), axis=1).T) == OBJECTS
    for variant in ("fixed", "paper", "code"):
        assert np.isfinite(catalog[f"log_one_plus_delta5_{variant}"]).mean() > 0.95


def test_environment_codes_agree_with_the_groups(survey):
    *_, catalog = survey
    isolated = catalog["env_code"] == 1
    np.testing.assert_array_equal(isolated, catalog["group_id"] == -1)
    assert (catalog["group_richness"][isolated] == 1).all()
    assert (catalog["group_richness"][~isolated] >= 2).all()
    assert set(catalog["env_code"]) == {0, 1, 2}


def test_light_and_size_belong_together(survey):
    *_, catalog = survey
    np.testing.assert_allclose(catalog["mag_g"] - catalog["mag_r"], catalog["g_minus_r"], atol=1e-12)
    np.testing.assert_allclose(10 ** catalog["log_r50"].value, catalog["r50"], rtol=1e-12)
    np.testing.assert_allclose(catalog["r50"] * catalog["concentration"], catalog["r90"], rtol=1e-12)
    assert catalog["axis_ratio"].min() > 0.1
    assert catalog["axis_ratio"].max() <= 1.0


IMPOSSIBLE = {
    "mock.objects={!r}; expected an integer >= 1": {"objects": (0, 10.5, "12", True)},
    "mock.seed={!r}; expected an integer >= 0": {"seed": (-1, 1.5, None, "abc")},
    "mock.stripping={!r}; expected a finite number >= 0": {"stripping": (-0.1, np.nan, np.inf, "abc", None, True)},
}


@pytest.mark.parametrize(
    ("sentence", "name", "value"),
    [(text, name, value) for text, given in IMPOSSIBLE.items() for name, values in given.items() for value in values],
)
def test_impossible_requests_are_refused(sentence, name, value):
    for ask in (check_request, *(entry[0] for entry in SURVEYS.values())):
        with pytest.raises(ValueError, match=re.escape(sentence.format(value))):
            ask(**{"objects": 10, "seed": 0, "stripping": 1.0} | {name: value})


def test_possible_requests_pass():
    check_request(None, 0, 0.0)
    check_request(np.int64(1), np.int64(3), np.float64(2.5))
    check_request(7, 2**63, 1)


def test_more_objects_than_the_toy_universe_holds_are_refused():
    with pytest.raises(ValueError, match="ask for fewer objects"):
        mock_xgass(objects=200_000)
