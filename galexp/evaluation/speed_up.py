"""What a network saves over the simulation that it learned from."""

from __future__ import annotations

from typing import NamedTuple


class SpeedUp(NamedTuple):
    """Ratios of times; above 1 the network is faster.

    Attributes:
        per_frame: Time of a simulation for one of its frames, over that of predicting one frame.
        per_estimate: Time of a whole simulation over that of predicting one frame.
        break_even: Number of estimates after which simulating and training together are paid back; infinite where a
            prediction takes as long as a simulation.
    """

    per_frame: float
    per_estimate: float
    break_even: float


def speed_up(simulate: float, frames: int, predict: float, simulations: int, train: float) -> SpeedUp:
    """Compare the time of a simulation with that of asking the network.

    Three questions have three answers, and only the smallest is about the same work. Per frame: both give one more
    picture its time, simulate / frames over predict. Per estimate: whoever has one picture and would run one
    simulation to date it saves simulate over predict, the ratio that is quoted most; it takes for granted that one
    simulation, with its orbit known beforehand, would do. Break-even: what was learned from had to be simulated, too,
    (simulations x simulate + train) / (simulate - predict) estimates ago.

    Args:
        simulate: Time of one simulation [s].
        frames: Of one simulation.
        predict: Time of predicting one frame [s].
        simulations: That were learned from.
        train: Time of the training [s].

    Raises:
        ValueError: where a time is not above 0, or a number not at least 1.

    Example:
        >>> speed_up(simulate=100.0, frames=1000, predict=0.01, simulations=3, train=60.0)._replace(break_even=0.0)
        SpeedUp(per_frame=10.0, per_estimate=10000.0, break_even=0.0)
    """
    for name, value, least in (("simulate", simulate, 0), ("predict", predict, 0), ("train", train, 0)):
        if not value > least:
            raise ValueError(f"{name} takes {value} s; expected more than 0")
    for name, number in (("frames", frames), ("simulations", simulations)):
        if number < 1:
            raise ValueError(f"there are {number} {name}; expected 1 or more")
    saved = simulate - predict
    invested = simulations * simulate + train
    return SpeedUp(simulate / frames / predict, simulate / predict, invested / saved if saved > 0 else float("inf"))
