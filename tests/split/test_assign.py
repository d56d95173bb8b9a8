from __future__ import annotations

import numpy as np
import pytest
from astropy.table import Table

from galexp.split.assign import assign_roles
from galexp.split.base import UNUSED
from galexp.split.density import DensitySplit
from galexp.split.random import RandomSplit


def catalog(**columns) -> Table:
    made = Table({"id": [f"{row:02d}" for row in range(20)], "y": np.arange(20.0), "image_is_blank": [False] * 20})
    for name, values in columns.items():
        made[name] = values
    return made


def test_rows_without_a_target_or_with_a_blank_image_are_unused_and_counted():
    table = catalog()
    table["y"][[2, 5]] = np.nan, np.inf
    table["image_is_blank"][[5, 7]] = True
    roles, aside = assign_roles(RandomSplit(seed=1), table, ["y"])
    assert np.flatnonzero(roles == UNUSED).tolist() == [2, 5, 7]
    assert aside == {"without a target": 2, "blank image": 1}


def test_the_others_are_split_as_if_they_were_alone():
    table = catalog()
    table["y"][:5] = np.nan
    roles, _ = assign_roles(RandomSplit(seed=1), table, ["y"])
    np.testing.assert_array_equal(roles[5:], RandomSplit(seed=1).assign(table[5:]))


def test_rows_that_the_split_leaves_out_are_counted():
    table = catalog(density=np.r_[np.full(4, np.nan), np.arange(16.0)])
    assert assign_roles(DensitySplit("density", 0.5, "above"), table, ["y"])[1] == {"outside the split": 4}


def test_a_target_that_was_not_prepared_is_refused_with_the_nearest():
    with pytest.raises(ValueError, match=r"task\.targets has 'yy', which the prepared catalog lacks; did you mean 'y'"):
        assign_roles(RandomSplit(), catalog(), ["yy"])


def test_a_catalog_without_a_usable_row_is_refused():
    with pytest.raises(ValueError, match="none of 20 rows has both a finite y and a picture"):
        assign_roles(RandomSplit(), catalog(y=np.nan), ["y"])
