"""Claims about how neighbors are judged: by numbers, by classes, and what a table tells of it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from galexp.similarity.agreement import Property, agreement, base_rate, mean_difference, precision
from galexp.similarity.told import quantities

PLACE = np.array([[0, 1, 2], [3, 2, -1]])
NO_KIN = np.array(list("abcd")), np.array(["x", "y"])


@pytest.fixture
def odd():
    return Property("odd", "", np.array([1.0, 1.0, 0.0, 0.0]), np.array([1.0, 0.0]), ("other", "odd"))


def test_precision_is_the_share_of_neighbors_of_the_class_of_the_query(odd):
    assert precision(odd, PLACE, 1.0)[0] == pytest.approx(2 / 3)
    assert precision(odd, PLACE, 0.0)[0] == 1
    assert base_rate(odd, 1.0, NO_KIN) == 0.5


def test_all_neighbors_of_everything_have_the_base_rate(odd):
    everything = np.tile(np.arange(4), (2, 1))
    assert precision(odd, everything, 1.0)[0] == base_rate(odd, 1.0, NO_KIN)


def test_the_base_rate_is_what_neighbors_drawn_at_random_have_who_are_no_kin():
    rng = np.random.default_rng(0)
    kin = np.repeat(np.arange(6), 10), np.array([0, 1, 2, 7])
    values = np.where(rng.uniform(size=60) < 0.2, np.nan, (kin[0] + (rng.uniform(size=60) < 0.3)) % 2)
    known = Property("merged", "", values, np.array([1.0, 0.0, 1.0, 1.0]))
    others = [values[(kin[0] != own) & np.isfinite(values)] for own in kin[1]]
    expected = np.mean([np.mean(others[query] == 1) for query in (0, 2, 3)])
    assert base_rate(known, 1.0, kin) == pytest.approx(expected)
    drawn_at_random = np.stack([rng.choice(np.flatnonzero(kin[0] != own), 20_000) for own in kin[1]])
    assert precision(known, drawn_at_random, 1.0)[0] == pytest.approx(expected, abs=0.01)


def test_without_another_of_a_class_there_is_no_lift_and_without_a_query_no_base_rate():
    known = Property("odd", "", np.array([1.0, 0.0, 0.0, 0.5]), np.array([1.0, 0.0]))
    told = agreement(known, PLACE[:, 1:], (np.array(list("abcd")), np.array(["a", "y"])), independent=True)["classes"]
    assert (told["1"]["base_rate"], told["1"]["precision"]) == (0, 0)
    assert math.isnan(told["1"]["lift"])
    assert math.isnan(told["0.5"]["base_rate"])
    share = {"same": 0.0, "classes": {name: told[name] for name in ("0", "1")}}
    over = quantities({"ssim": 1, "ssim_first": 1, "properties": {"odd": share}}, 6)[-1]
    assert math.isnan(over.error)


def test_the_error_of_a_precision_is_that_of_a_mean_over_queries():
    known = Property("odd", "", np.array([1.0, 0.0]), np.ones(4))
    shares = np.array([1.0, 0.0, 0.0, 1.0])
    place = np.array([[0], [1], [1], [0]])
    assert precision(known, place, 1.0) == pytest.approx((0.5, shares.std(ddof=1) / 2))
    alone = Property("odd", "", known.gallery, np.ones(1))
    assert precision(alone, place[:1], 1.0) == pytest.approx((1.0, math.nan), nan_ok=True)


def test_differences_are_averaged_over_neighbors_then_over_queries_that_have_a_value():
    time = Property("time", "Myr", np.array([0.0, 10.0, 20.0, np.nan]), np.array([10.0, np.nan]))
    assert mean_difference(time, PLACE) == pytest.approx(20 / 3)
    assert math.isnan(mean_difference(Property("time", "Myr", time.gallery, np.array([np.nan, np.nan])), PLACE))


def test_few_values_are_classes_and_many_are_numbers():
    ratio = Property("mass_ratio", "", np.array([0.5, 1.0, 1.0, 0.5]), np.array([1.0, 0.5]))
    told = agreement(ratio, PLACE, NO_KIN, independent=True)
    assert told["mean_difference"] == pytest.approx((0.5 / 3 + 0.25) / 2)
    assert told["same"] == pytest.approx((2 / 3 + 0.5) / 2)
    assert list(told["classes"]) == ["0.5", "1"]
    many = Property("time", "Myr", np.arange(13.0), np.array([1.0, 2.0]))
    assert "classes" not in agreement(many, PLACE, NO_KIN, independent=True)


def test_a_named_class_has_its_lift_and_frames_of_a_simulation_no_error(odd):
    told = agreement(odd, PLACE, NO_KIN, independent=True)
    assert "mean_difference" not in told
    assert told["classes"]["odd"]["lift"] == pytest.approx(4 / 3)
    assert told["queries"] == 2
    many = Property("odd", "", odd.gallery, np.array([1.0, 1.0]), odd.classes)
    assert agreement(many, PLACE, NO_KIN, independent=True)["classes"]["odd"]["precision_err"] > 0
    assert math.isnan(agreement(many, PLACE, NO_KIN, independent=False)["classes"]["odd"]["precision_err"])


def test_a_value_is_told_by_the_name_of_its_class(odd):
    assert [odd.told(1.0), odd.told(math.nan)] == ["odd", "odd unknown"]


def test_a_table_tells_two_classes_by_precision_and_numbers_by_difference(odd):
    ratio = Property("mass_ratio", "", np.array([0.5, 1.0, 0.25, 0.5]), np.array([1.0, 0.5]))
    scores = {
        "ssim": 0.9,
        "ssim_first": 0.95,
        "properties": {one.name: agreement(one, PLACE, NO_KIN, True) for one in (odd, ratio)},
    }
    told = {one.heading: one.value for one in quantities(scores, 6)}
    assert list(told) == [
        "SSIM", "SSIM of the first 6", "odd: precision", "odd: over base rate", "mass ratio: difference",
        "mass ratio: same",
    ]  # fmt: skip
    assert told["odd: over base rate"] == pytest.approx(4 / 3)


def test_a_ratio_of_two_values_is_a_number_and_zero_and_one_are_classes():
    ratio = Property("mass_ratio", "", np.array([0.5, 1.0, 1.0, 0.5]), np.array([1.0, 0.5]))
    merged = Property("has_merged", "", np.array([0.0, 1.0, 1.0, 0.0]), np.array([1.0, 0.0]))
    properties = {one.name: agreement(one, PLACE, NO_KIN, True) for one in (ratio, merged)}
    headings = [one.heading for one in quantities({"ssim": 1, "ssim_first": 1, "properties": properties}, 6)]
    assert headings[2:] == [
        "mass ratio: difference", "mass ratio: same", "has merged: precision", "has merged: over base rate",
    ]  # fmt: skip
