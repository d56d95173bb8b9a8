"""What holding out by membership of groups promises."""

from __future__ import annotations

import pathlib

import numpy as np
import pytest
from astropy.table import Table
from hypothesis import given, settings
from hypothesis import strategies as st

from galexp.catalog.read import read_catalog
from galexp.split.audit import audit
from galexp.split.base import TEST, TRAIN, UNUSED, VAL, count
from galexp.split.group import GroupSplit

CODES = st.lists(st.sampled_from([-1.0, 0.0, 1.0, 2.0, 3.0, np.nan]), min_size=3, max_size=60)


def catalog(**columns) -> Table:
    rows = len(next(iter(columns.values())))
    return Table({"id": [f"{row:04d}" for row in range(rows)], **columns})


@pytest.mark.parametrize(
    ("side", "tested", "learned"), [("isolated", {1}, {0, 2}), ("grouped", {0, 2}, {1}), ("satellite", {0}, {1, 2})]
)
@given(codes=CODES)
@settings(max_examples=30, deadline=None)
def test_each_code_has_its_side_and_others_are_unused(side, tested, learned, codes):
    codes = np.array([0.0, 1.0, 2.0, *codes])
    roles = GroupSplit(test_side=side, val_fraction=0).assign(catalog(env_code=codes))
    np.testing.assert_array_equal(roles == TEST, np.isin(codes, list(tested)))
    np.testing.assert_array_equal(roles == TRAIN, np.isin(codes, list(learned)))
    assert set(roles[~np.isin(codes, [0, 1, 2])]) <= {UNUSED}


@pytest.mark.parametrize("groups", [[7, 7, -1, -2, 0], [7.0, 7.0, -1.0, -1.0, 0.0], ["a", "a", "", "", "b"]])
def test_a_column_of_groups_tells_members_from_isolated_galaxies(groups):
    split = GroupSplit("group_id", val_fraction=0)
    assert split.assign(catalog(group_id=groups)).tolist() == [TRAIN, TRAIN, TEST, TEST, TRAIN]
    reverse = GroupSplit("group_id", "grouped", val_fraction=0)
    assert reverse.assign(catalog(group_id=groups)).tolist() == [TEST, TEST, TRAIN, TRAIN, TEST]


def test_a_gap_is_unused():
    table = catalog(group_id=[np.nan, 1.0, 1.0, -1.0])
    assert GroupSplit("group_id", val_fraction=0).assign(table).tolist() == [UNUSED, TRAIN, TRAIN, TEST]


def test_the_richness_tells_a_group_of_one_from_a_galaxy_that_is_not_in_the_group_catalog():
    table = catalog(group_id=[7, 7, 8, -1, -1], group_richness=[2, 2, 1, 0, 1])
    assert GroupSplit("group_id", val_fraction=0).assign(table).tolist() == [TRAIN, TRAIN, TEST, UNUSED, TEST]


@given(seed=st.integers(0, 99))
@settings(max_examples=20, deadline=None)
def test_no_group_is_on_both_sides_and_validation_takes_whole_ones(seed):
    rng = np.random.default_rng(seed)
    groups = rng.integers(0, 30, 200)
    isolated = rng.uniform(size=200) < 0.4
    table = catalog(
        group_id=np.where(isolated, -1, groups), env_code=np.where(isolated, 1, rng.integers(0, 2, 200) * 2)
    )
    roles = GroupSplit(val_fraction=0.2, seed=seed).assign(table)
    assert audit(table, roles, []).shared_groups == {"group_id": 0}
    members = [set(groups[(roles == role) & ~isolated].tolist()) for role in (TRAIN, VAL)]
    assert not members[0] & members[1]


def test_satellites_of_learned_centrals_are_counted_by_the_audit():
    table = catalog(group_id=[5, 5, 6, 6, -1], env_code=[2, 0, 2, 0, 1])
    roles = GroupSplit(test_side="satellite", val_fraction=0).assign(table)
    assert audit(table, roles, []).shared_groups == {"group_id": 2}


@pytest.mark.parametrize("column", ["env_code", "group_id"])
def test_a_column_that_is_not_there_is_named(column):
    with pytest.raises(ValueError, match=f"this split needs the column '{column}'; the catalog has id, ra"):
        GroupSplit(column).assign(catalog(ra=[1.0, 2.0]))


def test_a_side_that_is_empty_is_refused_with_the_counts():
    with pytest.raises(ValueError, match=r"GroupSplit leaves test empty \(2 train, 0 val, 0 test, 1 unused\)"):
        GroupSplit(val_fraction=0).assign(catalog(env_code=[0, 2, -1]))


def test_unknown_words_are_refused():
    with pytest.raises(ValueError, match=r"test_side is 'alone'; choose from isolated, grouped, satellite"):
        GroupSplit(test_side="alone")
    with pytest.raises(ValueError, match=r"satellite needs split\.column=env_code, since 'group_id' does not tell a"):
        GroupSplit("group_id", "satellite")


def test_xgass_has_the_sizes_of_the_paper(real_data: pathlib.Path):
    table = read_catalog(real_data / "xgass" / "xGASS_representative_sample.fits")
    catalog = Table({"id": np.asarray(table["GASS"]).astype(str), "env_code": table["env_code_B"]})
    catalog["group_id"], catalog["group_richness"] = table["group_id_B"], table["Ngal_B"]
    roles = GroupSplit(val_fraction=0).assign(catalog)
    assert count(roles) == "614 train, 0 val, 541 test, 24 unused"
    assert np.sum(GroupSplit(test_side="satellite", val_fraction=0).assign(catalog) == TEST) == 352
    np.testing.assert_array_equal(GroupSplit("group_id", val_fraction=0).assign(catalog), roles)
