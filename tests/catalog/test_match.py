from __future__ import annotations

import numpy as np
import pytest
from astropy.table import Table
from hypothesis import given
from hypothesis import strategies as st

from galexp.catalog.match import left_join, match_identifiers, match_sky, occurs_once

BIG = 587730775499407375


@given(st.lists(st.integers(0, 30), unique=True, min_size=1), st.lists(st.integers(0, 30), unique=True, min_size=1))
def test_rows_are_those_of_a_search_through_the_other_list(wanted, held):
    wanted, held = [str(BIG + value) for value in wanted], [str(BIG + value) for value in held]
    expected = [held.index(value) if value in held else -1 for value in wanted]
    if set(wanted) & set(held):
        assert match_identifiers(np.array(wanted), np.array(held)).tolist() == expected


def test_neighboring_64_bit_identifiers_are_told_apart():
    held = np.array([str(BIG), str(BIG + 1)])
    assert float(BIG) == float(BIG + 1)
    assert match_identifiers(np.array([str(BIG + 1)]), held).tolist() == [1]


@pytest.mark.parametrize(
    ("wanted", "held", "message"),
    [
        (["1"], ["1", "2", "2"], r"id 2 stands in 2 rows of the table that is joined \(1 such\); keep one row each"),
        (["1", "2"], ["3"], r"no id of 2 rows \(such as 1, 2\) is among 1 \(such as 3\); check that both tables mean"),
        ([1.0], ["1"], "id is of type float64; expected texts"),
        (["1"], [1], "id is of type int64; expected texts"),
    ],
)
def test_what_cannot_be_matched_is_refused(wanted, held, message):
    with pytest.raises(ValueError, match=message):
        match_identifiers(np.array(wanted), np.array(held), "id")


def test_an_empty_identifier_matches_nothing_however_often_it_occurs():
    assert match_identifiers(np.array(["", "a"]), np.array(["", "", "a"])).tolist() == [-1, 2]


def test_of_a_repeated_identifier_no_row_is_kept():
    assert occurs_once(np.array(["a", "b", "a", "c", "a"])).tolist() == [False, True, False, True, False]


def test_a_join_keeps_every_row_in_its_order_and_says_which_matched():
    table = Table({"id": ["c", "a", "b"], "mass": [3.0, 1.0, 2.0]})
    other = Table({"key": ["a", "c"], "count": [10, 30], "name": ["x", "z"], "flag": [True, True], "mass": [0.0, 0.0]})
    other["count"].unit = "Mpc"
    joined = left_join(table, other, "id", "key")
    assert joined["id"].tolist() == ["c", "a", "b"]
    np.testing.assert_array_equal(joined["count"], [30, 10, np.nan])
    assert str(joined["count"].unit) == "Mpc"
    assert joined["name"].tolist() == ["z", "x", ""]
    assert joined["flag"].tolist() == [True, True, False]
    assert joined["is_matched"].tolist() == [True, True, False]
    assert joined["mass"].tolist() == [3.0, 1.0, 2.0]


def test_integers_stay_integers_where_every_row_matched():
    joined = left_join(Table({"id": ["b", "a"]}), Table({"id": ["a", "b"], "n": [1, BIG]}), "id", "id")
    assert joined["n"].tolist() == [BIG, 1]


def test_only_the_columns_that_are_asked_for_are_joined():
    other = Table({"id": ["a"], "x": [1.0], "y": [2.0]})
    assert left_join(Table({"id": ["a"]}), other, "id", "id", only=("y", "w")).colnames == ["id", "y", "is_matched"]


def sky(rows, seed=0):
    rng = np.random.default_rng(seed)
    return rng.uniform(0, 360, rows), np.degrees(np.arcsin(rng.uniform(-1, 1, rows)))


def test_galaxies_are_found_among_themselves_shuffled():
    ra, dec = sky(200)
    order = np.random.default_rng(1).permutation(200)
    match = match_sky(ra, dec, ra[order], dec[order], 1.0)
    assert order[match.row].tolist() == list(range(200))
    assert match.separation.max() < 1e-6


def test_separations_are_those_of_haversines():
    ra, dec = sky(50)
    match = match_sky(ra, dec, ra, dec + 1e-4 * np.where(dec > 0, -1, 1), 10.0)
    np.testing.assert_allclose(match.separation, 0.36, rtol=1e-5)


def test_across_right_ascension_zero_and_at_the_pole():
    ra, dec = np.array([359.9999, 10.0]), np.array([0.0, 89.9999])
    match = match_sky(ra, dec, np.array([0.0001, 190.0]), np.array([0.0, 89.9999]), 1.0)
    assert match.row.tolist() == [0, 1]
    np.testing.assert_allclose(match.separation, 0.72, rtol=1e-5)


def test_an_object_is_given_away_once_to_the_closest():
    match = match_sky(np.array([10.0, 10.0]), np.array([2.0, 1.0]) / 3600, np.array([10.0]), np.array([0.0]), 5.0)
    assert match.row.tolist() == [-1, 0]
    np.testing.assert_array_equal(match.separation, [np.nan, 1.0])


def test_the_radius_is_inclusive_and_positions_that_are_not_finite_match_nothing():
    ra = np.array([10.0, np.nan, 20.0])
    match = match_sky(ra, np.zeros(3), np.array([10.0, 20.0, np.nan]), np.array([1.0, 1.01, 0.0]) / 3600, 1.0)
    assert match.row.tolist() == [0, -1, -1]


@pytest.mark.parametrize(
    ("ra", "radius", "message"),
    [(0.0, 0.0, r"radius is 0\.0 arcsec; expected more than 0"), (np.nan, 1.0, "none of 1 positions of the first")],
)
def test_a_sky_that_cannot_be_matched_is_refused(ra, radius, message):
    with pytest.raises(ValueError, match=message):
        match_sky(np.array([ra]), np.zeros(1), np.zeros(1), np.zeros(1), radius)
