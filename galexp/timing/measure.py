"""Time things in turns, again and again, and judge what came out.

Example:
    >>> row = Row("reading", "s", (3.0, 1.0, 2.0), demand=at_most(2.0))
    >>> row.median, row.lowest, row.highest, row.verdict
    (2.0, 1.0, 3.0, 'met')
"""

from __future__ import annotations

import dataclasses
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Literal

Clock = Callable[[], float]
"""Seconds since some fixed moment."""


@dataclasses.dataclass(frozen=True)
class Demand:
    """What a number should keep to; the bound itself is allowed.

    Args:
        sense: On which side of the bound.
        bound: In the unit of the number.
    """

    sense: Literal["at most", "at least"]
    bound: float

    def is_met(self, value: float) -> bool:
        """Tell whether a value keeps to it; NaN never does."""
        return value <= self.bound if self.sense == "at most" else value >= self.bound

    def __str__(self) -> str:
        return f"{self.sense} {self.bound:g}"


def at_most(bound: float) -> Demand:
    """Demand no more than this."""
    return Demand("at most", bound)


def at_least(bound: float) -> Demand:
    """Demand no less than this."""
    return Demand("at least", bound)


@dataclasses.dataclass(frozen=True)
class Row:
    """One quantity that was measured several times.

    Args:
        name: What it is.
        unit: Of its values; empty for a ratio.
        values: One a repeat.
        warm_up: How often it was done before, uncounted.
        demand: What the median is held to, if anything.
    """

    name: str
    unit: str
    values: Sequence[float]
    warm_up: int = 0
    demand: Demand | None = None

    @property
    def repeats(self) -> int:
        """How often it was measured."""
        return len(self.values)

    @property
    def median(self) -> float:
        """The middle value, or the mean of the middle two."""
        return statistics.median(self.values)

    @property
    def lowest(self) -> float:
        """The lowest value."""
        return min(self.values)

    @property
    def highest(self) -> float:
        """The highest value."""
        return max(self.values)

    @property
    def verdict(self) -> str:
        """``met``, ``missed``, or nothing where nothing is demanded."""
        if self.demand is None:
            return ""
        return "met" if self.demand.is_met(self.median) else "missed"


def seconds(action: Callable[[], object], clock: Clock = time.perf_counter) -> float:
    """Return how long one call takes [s]."""
    started = clock()
    action()
    return clock() - started


def in_turns(
    actions: Mapping[str, Callable[[], object]], repeats: int, warm_up: int, clock: Clock = time.perf_counter
) -> dict[str, list[float]]:
    """Time several actions in turns (A B A B ...), so that a busy moment of the machine falls on all of them.

    Args:
        actions: What to call, by name.
        repeats: Rounds that count.
        warm_up: Rounds before them that do not.
        clock: Seconds since some fixed moment.

    Returns:
        The times of each action, one a repeat [s].
    """
    found: dict[str, list[float]] = {name: [] for name in actions}
    for turn in range(warm_up + repeats):
        for name, action in actions.items():
            spent = seconds(action, clock)
            if turn >= warm_up:
                found[name].append(spent)
    return found


def ratios(above: Sequence[float], below: Sequence[float]) -> list[float]:
    """Divide what was measured in the same turn; the median of these is less shaken than a ratio of medians.

    Example:
        >>> ratios([2.0, 9.0], [1.0, 3.0])
        [2.0, 3.0]
    """
    return [one / other for one, other in zip(above, below, strict=True)]


def rates(count: float, times: Sequence[float]) -> list[float]:
    """Return how many a second, for a count that took each of these times [s].

    Example:
        >>> rates(100, [0.5, 2.0])
        [200.0, 50.0]
    """
    return [count / spent for spent in times]
