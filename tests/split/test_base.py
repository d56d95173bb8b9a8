"""What every split promises, tried on all of them."""

from __future__ import annotations

import numpy as np
import pytest
from astropy.table import Table
from hypothesis import given, settings
from hypothesis import strategies as st

from galexp.split.audit import audit
from galexp.split.base import ROLES, TEST, TRAIN, VAL, Split, count, in_group, split_hash, values_of
from galexp.split.density import DensitySplit
from galexp.split.group import GroupSplit
from galexp.split.kfold import KFoldSplit
from galexp.split.random import RandomSplit
from galexp.split.sky import SkySplit, sky_blocks
from galexp.split.whole import WholeValueSplit
from galexp.split.window import DensityWindowSplit

MAKE = {
    "random": lambda **common: RandomSplit(test_fraction=0.3, **common),
    "kfold": lambda **common: KFoldSplit(folds=4, fold=1, **common),
    "density": lambda **common: DensitySplit("density", 0.8, "above", **common),
    "window": lambda **common: DensityWindowSplit("density", 0.9, **common),
    "environment": lambda **common: GroupSplit("env_code", **common),
    "group": lambda **common: GroupSplit("group_id", **common),
    "simulation": lambda **common: WholeValueSplit("simulation", **common),
    "camera": lambda **common: WholeValueSplit("camera", **common),
    "sky": lambda **common: SkySplit(nside=4, **common),
}
OWN_COLUMNS = {"group": "group_id", "simulation": "simulation"}
OWN_UNITS = {
    "simulation": lambda catalog: catalog["simulation"],
    "camera": lambda catalog: catalog["camera"],
    "sky": lambda catalog: sky_blocks(catalog["ra"], catalog["dec"], 4),
}


class Halves(Split):
    """Hold out the second half; nothing where told so."""

    def sides(self, catalog: Table) -> np.ndarray:
        return np.where(np.arange(len(catalog)) < len(catalog) // 2, TRAIN, TEST)


@st.composite
def catalogs(draw):
    rows = draw(st.integers(12, 60))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    catalog = Table({"id": rng.permutation(10**6)[:rows].astype(str)})
    catalog["group_id"] = rng.integers(-2, rows // 3, rows)
    catalog["density"] = np.where(rng.uniform(size=rows) < 0.2, np.nan, rng.normal(size=rows))
    catalog["density"][:2] = -9.0, 9.0
    catalog["env_code"] = rng.integers(-1, 3, rows)
    catalog["env_code"][:2] = 1, 2
    catalog["group_id"][:2] = -1, 0
    catalog["simulation"] = [f"s{number:03d}_m050" for number in rng.integers(0, 9, rows)]
    catalog["camera"] = rng.integers(0, 14, rows)
    catalog["ra"], catalog["dec"] = rng.uniform(0, 360, rows), np.degrees(np.arcsin(rng.uniform(-1, 1, rows)))
    return catalog


@pytest.mark.parametrize("name", MAKE)
@given(catalog=catalogs(), seed=st.integers(0, 99), shuffle=st.integers(0, 99))
@settings(max_examples=5, deadline=None)
def test_roles_do_not_depend_on_the_order_of_the_rows_and_cover_them(name, catalog, seed, shuffle):
    split = MAKE[name](val_fraction=0.2, seed=seed)
    roles = split.assign(catalog)
    assert len(roles) == len(catalog)
    assert set(roles) <= set(ROLES)
    order = np.random.default_rng(shuffle).permutation(len(catalog))
    np.testing.assert_array_equal(split.assign(catalog[order]), roles[order])
    np.testing.assert_array_equal(MAKE[name](val_fraction=0.2, seed=seed).assign(catalog), roles)


@pytest.mark.parametrize("name", MAKE)
@given(catalog=catalogs(), seed=st.integers(0, 99), fraction=st.floats(0, 0.7))
@settings(max_examples=5, deadline=None)
def test_validation_takes_whole_groups_out_of_train_alone(name, catalog, seed, fraction):
    roles = MAKE[name](val_fraction=fraction, seed=seed).assign(catalog)
    without = MAKE[name](val_fraction=0.0, seed=seed).assign(catalog)
    assert set(without[roles == VAL]) <= {TRAIN}
    np.testing.assert_array_equal(roles[roles != VAL], without[roles != VAL])
    if name in OWN_UNITS:
        units = np.asarray(OWN_UNITS[name](catalog))
        sides = [set(units[roles == role].tolist()) for role in (TRAIN, VAL, TEST)]
        assert sum(map(len, sides)) == len(set.union(*sides))
    else:
        groups = {role: set(catalog["group_id"][roles == role].tolist()) for role in (TRAIN, VAL)}
        assert max(groups[TRAIN] & groups[VAL], default=-1) < 0


@pytest.mark.parametrize("name", MAKE)
@given(catalog=catalogs(), seed=st.integers(0, 99))
@settings(max_examples=5, deadline=None)
def test_every_split_is_audited_and_leaks_no_galaxy(name, catalog, seed):
    catalog["sha256"], catalog["image_is_blank"] = catalog["id"], False
    roles = MAKE[name](val_fraction=0.2, seed=seed).assign(catalog)
    found = audit(catalog, roles, ["density"])
    found.raise_on_leakage()
    assert sum(found.counts.values()) == len(catalog)
    assert set(found.shared_groups) == {"group_id", "simulation"}
    assert found.sky_neighbors is not None
    assert found.hash == split_hash(np.asarray(catalog["id"]), roles)
    if name in ("group", "simulation"):
        assert found.shared_groups[OWN_COLUMNS[name]] == 0


@pytest.mark.parametrize("name", MAKE)
def test_another_seed_validates_on_other_rows(name):
    rng = np.random.default_rng(0)
    catalog = Table({"id": np.arange(200).astype(str), "density": np.arange(200.0)})
    catalog["env_code"], catalog["group_id"] = np.arange(200) % 3, np.where(np.arange(200) % 2, -1, np.arange(200))
    catalog["simulation"], catalog["camera"] = np.arange(200) // 10, np.arange(200) % 14
    catalog["ra"], catalog["dec"] = rng.uniform(0, 360, 200), rng.uniform(-60, 60, 200)
    first, second = (MAKE[name](val_fraction=0.2, seed=seed).assign(catalog) for seed in (0, 1))
    assert np.any(first != second)


@given(rows=st.integers(20, 300), fraction=st.floats(0.05, 0.9), seed=st.integers(0, 9))
@settings(max_examples=5, deadline=None)
def test_validation_without_groups_has_the_share_that_was_asked_for(rows, fraction, seed):
    roles = Halves(fraction, seed).assign(Table({"id": np.arange(rows).astype(str)}))
    assert np.sum(roles == VAL) == round(fraction * (rows // 2))


@given(seed=st.integers(0, 99))
@settings(max_examples=5, deadline=None)
def test_validation_with_groups_has_its_share_where_single_galaxies_fill_the_rest(seed):
    groups = np.random.default_rng(seed).integers(-20, 40, 400)
    roles = Halves(0.25, seed).assign(Table({"id": [f"{row:04d}" for row in range(400)], "group_id": groups}))
    assert np.sum(roles == VAL) == 50


@pytest.mark.parametrize(
    ("groups", "whole"),
    [(["A", "A", "B", "B"] * 6, {"A", "B"}), (np.array([1.0, 1.0, np.nan, np.nan] * 6), {1.0})],
)
def test_groups_may_be_named_by_texts_or_by_floats_with_gaps(groups, whole):
    catalog = Table({"id": [f"{row:02d}" for row in range(24)], "group_id": groups})
    roles = Halves(0.5, 0).assign(catalog)
    for group in whole:
        members = roles[:12][np.asarray(catalog["group_id"])[:12] == group]
        assert len(set(members)) == 1
    assert VAL in roles


@given(seed=st.integers(0, 99), fraction=st.floats(0.05, 0.95), simulations=st.integers(2, 9))
@settings(max_examples=5, deadline=None)
def test_validation_takes_whole_simulations_and_leaves_some_where_there_are_no_groups(seed, fraction, simulations):
    names = [f"s{row % simulations}" for row in range(200)]
    roles = Halves(fraction, seed).assign(Table({"id": [f"{row:03d}" for row in range(200)], "simulation": names}))
    learned, val = ({*np.array(names)[roles == role].tolist()} for role in (TRAIN, VAL))
    assert learned
    assert not learned & val
    assert len(val) == np.clip(round(fraction * simulations), 1, simulations - 1)


def test_of_a_single_simulation_frames_are_validated_with_a_warning():
    catalog = Table({"id": [f"{row:02d}" for row in range(20)], "simulation": ["s1"] * 10 + ["s2"] * 10})
    with pytest.warns(UserWarning, match=r"only simulation s1 is trained on, .*; hold out fewer simulations"):
        roles = Halves(0.2, 0).assign(catalog)
    assert np.sum(roles == VAL) == 2
    assert np.sum(Halves(0.0, 0).assign(catalog) == VAL) == 0


@pytest.mark.parametrize(
    ("values", "expected"),
    [([-1, 0, 3], [False, True, True]), ([-1.0, np.nan, 2.0], [False, False, True]), (["", "A"], [False, True])],
)
def test_a_galaxy_is_in_a_group_unless_it_is_negative_nan_or_empty(values, expected):
    assert in_group(np.array(values)).tolist() == expected


@pytest.mark.parametrize("fraction", [-0.1, 1.0])
def test_a_validation_fraction_outside_zero_and_one_is_refused(fraction):
    with pytest.raises(ValueError, match=rf"split\.val_fraction is {fraction}; expected 0 <= val_fraction < 1"):
        RandomSplit(val_fraction=fraction)


@pytest.mark.parametrize(("rows", "fraction", "empty"), [(1, 0.0, "train"), (2, 0.9, "train")])
def test_an_empty_side_is_refused_with_the_counts(rows, fraction, empty):
    with pytest.raises(ValueError, match=rf"Halves leaves {empty} empty \(0 train, \d val, 1 test, 0 unused\); change"):
        Halves(fraction, 0).assign(Table({"id": np.arange(rows).astype(str)}))


def test_an_empty_test_side_is_refused():
    with pytest.raises(ValueError, match=r"RandomSplit leaves test empty \(4 train, 0 val, 0 test, 0 unused\)"):
        RandomSplit(test_fraction=0.2, val_fraction=0).assign(Table({"id": list("abcd")}))


def test_a_missing_column_is_named_with_those_that_are_there():
    with pytest.raises(ValueError, match="this split needs the column 'density'; the catalog has id, ra"):
        values_of(Table({"id": ["a"], "ra": [0.0]}), "density", "this split")


def test_the_hash_knows_who_is_where_and_not_in_which_order():
    identifiers, roles = np.array(["a", "b"]), np.array([TRAIN, TEST])
    assert split_hash(identifiers, roles) == split_hash(identifiers[::-1], roles[::-1])
    assert split_hash(identifiers, roles) != split_hash(identifiers, roles[::-1])


def test_the_counts_are_said_in_one_order():
    assert count(np.array([TEST, TRAIN, TRAIN])) == "2 train, 0 val, 1 test, 0 unused"
