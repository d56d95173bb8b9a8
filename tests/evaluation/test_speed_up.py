"""Claims about what a network saves over simulations."""

from __future__ import annotations

import math

import pytest

from galexp.evaluation.speed_up import speed_up


def test_per_estimate_is_per_frame_times_the_frames_of_a_simulation():
    found = speed_up(simulate=20.0, frames=994, predict=0.001, simulations=3, train=60.0)
    assert found.per_estimate == pytest.approx(994 * found.per_frame) == pytest.approx(20_000)


def test_the_invested_time_is_paid_back_at_break_even():
    found = speed_up(simulate=20.0, frames=994, predict=0.5, simulations=3, train=60.0)
    assert found.break_even * (20.0 - 0.5) == pytest.approx(3 * 20.0 + 60.0)


def test_a_prediction_as_long_as_a_simulation_is_never_paid_back():
    assert speed_up(1.0, 10, 1.0, 1, 1.0).break_even == math.inf


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"simulate": 0.0}, "simulate takes 0.0 s; expected more than 0"),
        ({"predict": math.nan}, "predict takes nan s; expected more than 0"),
        ({"frames": 0}, "there are 0 frames; expected 1 or more"),
    ],
)
def test_times_and_numbers_are_positive(facts, message):
    with pytest.raises(ValueError, match=message):
        speed_up(**{"simulate": 1.0, "frames": 10, "predict": 0.1, "simulations": 1, "train": 1.0} | facts)
