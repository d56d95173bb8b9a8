from __future__ import annotations

import numpy as np
import pytest
from astropy.table import Table

from galexp.dataset.base import Selection
from galexp.environment.density import log_one_plus_delta5
from galexp.preparation.surroundings import fingerprints, with_surroundings

ROWS = 300


def galaxies(rng, rows, margin):
    table = Table({"id": [f"g{row}" for row in range(rows)], "ra": rng.uniform(150 - margin, 160 + margin, rows)})
    table["dec"] = rng.uniform(5 - margin, 15 + margin, rows)
    table["redshift"] = rng.uniform(0.03 - margin / 1000, 0.035 + margin / 1000, rows)
    return table


@pytest.fixture
def field(tmp_path):
    """Return galaxies of a field of 10 by 10 degrees, amid tracers that reach further, and the settings that say so."""
    rng = np.random.default_rng(0)
    table, tracers = galaxies(rng, ROWS, 0), galaxies(rng, 3000, 10)
    table["env_code"] = 7
    tracers.write(tmp_path / "tracers.fits")
    settings = {"path": str(tmp_path / "tracers.fits"), "footprint_radius": 5.0, "reject_near_edge": False}
    return table, {"tracers": {"_target_": "galexp.environment.tracers.Tracers", **settings}}


def test_nothing_chosen_leaves_the_selection_as_it_is(field):
    selection = Selection(field[0], {"read": ROWS})
    assert with_surroundings({"choices": {}}, selection) is selection
    assert fingerprints({}) == {}


def test_overdensities_are_measured_on_the_rows_before_the_cuts(field):
    table, settings = field
    cut = Selection(table[::7], {"read": ROWS}, parent=table)
    found = with_surroundings(settings, cut).catalog
    tracers = Table.read(settings["tracers"]["path"])
    columns = [sample[name] for sample in (table, tracers) for name in ("ra", "dec", "redshift")]
    whole = log_one_plus_delta5(*columns, variant="paper")
    np.testing.assert_allclose(found["log_one_plus_delta5_paper"], whole[::7], rtol=1e-6)
    assert found["id"].tolist() == table["id"][::7].tolist()
    alone = with_surroundings(settings, Selection(table[::7], {"read": ROWS})).catalog
    assert not np.allclose(alone["log_one_plus_delta5_paper"], whole[::7])


def test_other_columns_stay_and_counts_follow_those_of_the_cuts(field):
    table, settings = field
    selection = with_surroundings(settings, Selection(table[:20], {"read": ROWS, "cut": 20}, parent=table))
    assert selection.catalog["env_code"].tolist() == [7] * 20
    assert list(selection.counts)[:2] == ["read", "cut"]
    assert selection.counts["tracers read"] == 3000


def test_a_column_that_is_measured_anew_is_replaced_with_a_warning(field):
    table, settings = field
    table["log_one_plus_delta5_fixed"] = 99.0
    with pytest.warns(UserWarning, match="own column log_one_plus_delta5_fixed is replaced by what was measured"):
        found = with_surroundings(settings, Selection(table, {})).catalog
    assert not np.any(np.asarray(found["log_one_plus_delta5_fixed"]) == 99.0)


def test_a_row_that_is_not_among_those_before_the_cuts_gets_nan(field):
    table, settings = field
    found = with_surroundings(settings, Selection(table[:10], {}, parent=table[5:])).catalog
    assert np.isnan(found["log_one_plus_delta5_paper"][:5]).all()


def test_the_fingerprint_changes_with_the_tracers(field, tmp_path):
    _, settings = field
    before = fingerprints(settings)
    assert fingerprints(settings) == before
    settings["tracers"]["footprint_radius"] = 4.0
    assert fingerprints(settings)["tracers"] != before["tracers"]
