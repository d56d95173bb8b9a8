"""What the control of a split promises."""

from __future__ import annotations

import numpy as np
import pytest
from astropy.table import Table

from galexp.config import compose
from galexp.split.base import TEST, TRAIN, UNUSED, VAL
from galexp.split.group import GroupSplit
from galexp.split.shuffled import ShuffledSplit
from galexp.target import instantiate


@pytest.fixture
def groups():
    """Return galaxies in the numbers of xGASS: 541 isolated, 262 centrals, 352 satellites, 24 in no catalog."""
    codes = np.repeat([1.0, 2.0, 0.0, -1.0], [541, 262, 352, 24])
    return Table({"id": [f"{row:04d}" for row in range(len(codes))], "env_code": codes})


def shuffled(catalog, seed=0, **options):
    return ShuffledSplit(GroupSplit(val_fraction=0), seed=seed, **options).assign(catalog)


def test_as_many_galaxies_are_on_either_side_as_in_the_split_itself(groups):
    roles = shuffled(groups, val_fraction=0)
    assert [int(np.sum(roles == role)) for role in (TRAIN, TEST, UNUSED)] == [614, 541, 24]
    np.testing.assert_array_equal(roles == UNUSED, groups["env_code"] == -1)


def test_who_is_tested_has_nothing_to_do_with_surroundings(groups):
    is_isolated = np.asarray(groups["env_code"]) == 1
    shares = [np.mean(shuffled(groups, seed, val_fraction=0)[is_isolated] == TEST) for seed in range(30)]
    assert np.mean(shares) == pytest.approx(541 / 1155, abs=0.01)


def test_each_seed_deals_otherwise_and_the_same_alike(groups):
    first, again, other = (shuffled(groups, seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert np.any(first != other)


def test_validation_rows_come_out_of_what_is_learned_from(groups):
    roles = shuffled(groups, val_fraction=0.1)
    assert (np.sum(roles == TEST), np.sum(roles == VAL)) == (541, 61)


def test_any_split_can_be_shuffled_by_its_name():
    settings = compose(["split=shuffled", "split@split.of=delta5_q80", "seed=4"])
    split = instantiate(settings["split"])
    assert split.of.quantile == 0.8
    assert (settings["split"]["seed"], settings["split"]["of"]["seed"]) == (4, 0)


def test_faults_of_the_split_itself_are_told():
    with pytest.raises(ValueError, match="needs the column 'env_code'"):
        shuffled(Table({"id": ["a", "b"]}))
