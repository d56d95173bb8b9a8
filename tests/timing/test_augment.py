"""Claims about what the benchmark of augmentation measures; never how fast it is."""

from __future__ import annotations

import contextlib

import numpy as np
import pytest

from galexp.config import compose
from galexp.target import instantiate
from galexp.timing.augment import Augment, first_batch
from galexp.timing.base import Request


def make(**changes):
    return Augment(**{"repeats": 2, "warm_up": 1, "sizes": [24, 32], "most_percent": 5} | changes)


@pytest.fixture
def settings():
    return compose(["size=tiny", "model=small_cnn", "logger=none", "trainer=cpu", "transform=wu2019"])


def test_each_size_has_a_step_and_the_share_of_each_transform_of_which_the_chosen_one_is_held(settings, workplace):
    others = instantiate(compose(["what=augment"])["what"]).others
    with contextlib.chdir(workplace):
        found = make(others=others).measure(Request(settings))
    names = ["wu2019", "gz2_winner", "deepgalaxy"]
    shares = [f"  augmentation {name} / step" for name in names]
    assert [row.name for row in found.rows] == [
        "step at 24 px, 16 images", *shares, "step at 32 px, 16 images", *shares,
    ]  # fmt: skip
    assert [str(row.demand) for row in found.rows if row.demand] == ["at most 5", "at most 5"]
    assert [row.name for row in found.rows if row.demand] == shares[:1] * 2
    assert all(row.repeats == 2 and row.warm_up == 1 and row.lowest > 0 for row in found.rows)
    assert found.origin.mark == "MOCK DATA"


def test_no_more_than_a_batch_is_read():
    roles = np.array(["test", "train", "unused", "train", "val", "train"])
    assert first_batch(roles, 2).tolist() == ["unused", "train", "unused", "train", "unused", "unused"]
    assert (first_batch(roles, 9) == "train").sum() == 3


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"sizes": [0]}, "what.sizes is 0; expected a whole number of at least 1"),
        ({"repeats": 0}, "what.repeats is 0; expected a whole number of at least 1"),
    ],
)
def test_numbers_out_of_range_are_refused(changes, match):
    with pytest.raises(ValueError, match=match):
        make(**changes)
