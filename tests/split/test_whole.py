"""What holding out whole simulations and cameras promises."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from astropy.table import Table
from hypothesis import given, settings
from hypothesis import strategies as st

from galexp.split.audit import audit
from galexp.split.base import TEST, TRAIN, UNUSED, VAL
from galexp.split.whole import WholeValueSplit

RATIOS = ("025", "050", "075", "100", "125", "150")
SIMULATIONS = [f"s{size}_m{mass}" for size, mass in itertools.product(RATIOS, RATIOS)]


@pytest.fixture(scope="module")
def mergers() -> Table:
    """Return the grid of the published mergers with three instants: 36 simulations, 14 cameras."""
    rows = list(itertools.product(SIMULATIONS, range(14), range(3)))
    table = Table(rows=rows, names=("simulation", "camera", "snapshot"))
    table["id"] = [f"{simulation}_c{camera:02d}_t{time:03d}" for simulation, camera, time in rows]
    return table


def values(table: Table, roles: np.ndarray, column: str) -> dict[str, set]:
    return {role: set(table[column][roles == role].tolist()) for role in (TRAIN, VAL, TEST)}


@pytest.mark.parametrize(("column", "numbers"), [("simulation", (26, 3, 7)), ("camera", (10, 1, 3))])
@given(seed=st.integers(0, 99))
@settings(max_examples=15, deadline=None)
def test_a_fifth_of_the_values_is_held_out_whole(mergers, column, numbers, seed):
    roles = WholeValueSplit(column, seed=seed).assign(mergers)
    sides = values(mergers, roles, column)
    assert tuple(len(sides[role]) for role in (TRAIN, VAL, TEST)) == numbers
    assert set(roles) == {TRAIN, VAL, TEST}
    assert len(set.union(*sides.values())) == sum(numbers)


def test_the_audit_finds_no_simulation_on_both_sides_and_all_of_them_where_cameras_are_held_out(mergers):
    for column, shared in (("simulation", 0), ("camera", 36)):
        roles = WholeValueSplit(column).assign(mergers)
        assert audit(mergers, roles, []).shared_groups == {"simulation": shared}


@pytest.mark.parametrize("named", [["s025_m050", "s150_m150"], "s025_m050"])
def test_named_simulations_are_those_that_are_held_out(mergers, named):
    roles = WholeValueSplit("simulation", test_values=named).assign(mergers)
    assert values(mergers, roles, "simulation")[TEST] == ({named} if isinstance(named, str) else set(named))


@pytest.mark.parametrize("stored", [int, float, str])
@pytest.mark.parametrize("named", [[3, 11], [3.0, "11"], ["3", 11]])
def test_numbers_may_be_named_and_stored_in_any_form(mergers, stored, named):
    table = mergers.copy()
    table["camera"] = (
        np.asarray(mergers["camera"]).astype(stored) if stored is not str else mergers["camera"].astype(str)
    )
    roles = WholeValueSplit("camera", test_values=named).assign(table)
    assert set(mergers["camera"][roles == TEST].tolist()) == {3, 11}


def test_the_held_out_values_do_not_depend_on_validation_and_follow_the_seed(mergers):
    tested = [
        WholeValueSplit("simulation", val_fraction=fraction, seed=seed).assign(mergers) == TEST
        for fraction, seed in ((0.0, 1), (0.4, 1), (0.1, 2))
    ]
    np.testing.assert_array_equal(tested[0], tested[1])
    assert np.any(tested[0] != tested[2])


def test_rows_without_a_value_are_unused():
    for gaps, column in ((["", "a", "b", "c"], "simulation"), ([np.nan, 1.0, 2.0, 3.0], "camera")):
        roles = WholeValueSplit(column).assign(Table({"id": list("wxyz"), column: gaps}))
        assert roles[0] == UNUSED
        assert sorted(roles[1:]) == [TEST, TRAIN, VAL]


def test_a_simulation_that_is_not_there_is_refused_with_the_nearest(mergers):
    expected = r"split\.test_values has 's025_m05', which no row has as its simulation; did you mean .*'s025_m050'"
    with pytest.raises(ValueError, match=expected):
        WholeValueSplit("simulation", test_values=["s025_m05"]).assign(mergers)


def test_what_leaves_no_other_side_is_refused(mergers):
    two = mergers[np.isin(mergers["simulation"], SIMULATIONS[:2])]
    with pytest.raises(
        ValueError, match=r"only simulation s025_m0.. is not held out, so that none is left to validate"
    ):
        WholeValueSplit("simulation").assign(two)
    assert set(WholeValueSplit("simulation", val_fraction=0).assign(two)) == {TRAIN, TEST}
    with pytest.raises(ValueError, match=r"simulation has 1 values in 42 rows \(s025_m025\): nothing can be held out"):
        WholeValueSplit("simulation").assign(two[:42])
    with pytest.raises(ValueError, match=r"WholeValueSplit leaves train empty \(0 train, 0 val, 84 test, 0 unused\)"):
        WholeValueSplit("simulation", test_values=SIMULATIONS[:2]).assign(two)


def test_other_mistakes_are_refused(mergers):
    with pytest.raises(ValueError, match=r"split\.test_fraction is 1\.0; expected 0 < test_fraction < 1"):
        WholeValueSplit("simulation", test_fraction=1.0)
    with pytest.raises(ValueError, match="this split needs the column 'lens'; the catalog has simulation, camera"):
        WholeValueSplit("lens").assign(mergers)
