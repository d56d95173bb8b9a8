"""Claims about what the renderer refuses, and from which columns it reads."""

import numpy as np
import pytest
from astropy.table import Table

from galexp.mock.render import render
from galexp.mock.render.parameters import read_parameters
from galexp.mock.survey import mock_xgass


@pytest.fixture(scope="module")
def drawn():
    return mock_xgass(objects=4, seed=0)


@pytest.fixture
def catalog(drawn):
    catalog = drawn.copy()
    catalog["id"] = ["a", "b", "c", "d"]
    return catalog


@pytest.mark.parametrize(
    ("name", "value", "match"),
    [
        ("mag_g", np.nan, "mag_g is nan for b; expected between 0 and 30 mag; mend or leave out these rows"),
        ("mag_r", np.inf, "mag_r is inf for b"),
        ("mag_i", -3.0, "mag_i is -3 for b"),
        ("r50", -2.0, "r50 is -2 for b; expected between 0.001 and 10000 arcsec"),
        ("r50", 0.0, "r50 is 0 for b"),
        ("mock_inclination", 1.8, "inclination is 1.8 for b; expected .* an axis ratio of at most 1"),
        ("mock_inclination", np.nan, "inclination is nan for b"),
        ("mock_bulge_to_total", 1.2, "bulge_to_total is 1.2 for b; expected between 0 and 1"),
        ("mock_arm_count", 0.0, "arm_count is 0 for b"),
        ("mock_arm_pitch", 0.0, "arm_pitch is 0 for b"),
        ("mock_dust", -0.1, "dust is -0.1 for b"),
    ],
)
def test_unphysical_rows_are_named(catalog, name, value, match):
    catalog[name] = np.asarray(catalog[name], dtype=np.float64)
    catalog[name][1] = value
    with pytest.raises(ValueError, match=match):
        render(catalog, 16)


def test_rows_without_an_id_are_named_by_their_number(catalog):
    catalog.remove_column("id")
    catalog["mag_r"][2] = np.nan
    with pytest.raises(ValueError, match="mag_r is nan for row 2"):
        read_parameters(catalog)


def test_columns_of_unequal_length_are_named(catalog):
    columns = {name: np.asarray(catalog[name]) for name in catalog.colnames}
    assert len(read_parameters(columns)) == 4
    columns["mock_ring"] = columns["mock_ring"][:3]
    with pytest.raises(ValueError, match="column mock_ring has 3 rows where mag_g has 4; give every galaxy one value"):
        read_parameters(columns)


def test_light_under_the_prefix_is_read_before_that_of_the_survey(catalog):
    before = read_parameters(catalog.copy()).values
    for name in ("mag_g", "mag_r", "mag_i", "r50"):
        catalog[f"mock_{name}"] = np.asarray(catalog[name]) + 1.0
        catalog[name] = np.nan
    after = read_parameters(catalog).values
    np.testing.assert_allclose(after["mag_r"], before["mag_r"] + 1.0)
    np.testing.assert_allclose(after["r50"], before["r50"] + 1.0)


def test_a_missing_column_is_named_with_its_prefix():
    with pytest.raises(ValueError, match=r"lacks \['mag_g', 'mag_r', 'mag_i', 'r50', 'mock_bulge_to_total'"):
        read_parameters(Table({"id": ["a"]}))
