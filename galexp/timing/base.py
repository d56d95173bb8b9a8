"""What every benchmark offers: it is told what a user asked for, and gives rows."""

from __future__ import annotations

import abc
import dataclasses
from collections.abc import Sequence
from typing import Any

from galexp.shard.origin import Origin
from galexp.timing.measure import Row


@dataclasses.dataclass(frozen=True)
class Request:
    """What a user asked a benchmark for.

    Args:
        settings: The resolved configuration.
        words: The words of a command line that compose it, those about the benchmark itself left out.
    """

    settings: dict[str, Any]
    words: Sequence[str] = ()


@dataclasses.dataclass(frozen=True)
class Measurement:
    """What a benchmark found.

    Args:
        rows: The quantities.
        notes: What is and is not inside them, a sentence each.
        origin: What the galaxies are: observed, a mock or a simulation.
    """

    rows: Sequence[Row]
    notes: Sequence[str]
    origin: Origin

    @property
    def missed(self) -> list[Row]:
        """The rows that miss what is demanded of them."""
        return [row for row in self.rows if row.verdict == "missed"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Benchmark(abc.ABC):
    """Something about galexp that takes time.

    Args:
        repeats: How often each quantity is measured.
        warm_up: How often before that, uncounted.
        strict: Whether a missed demand makes the command fail.
        recipe: Words that are composed before those of the user: the size and the network of the measurement.

    Raises:
        ValueError: where a number is out of its range.
    """

    repeats: int
    warm_up: int = 1
    strict: bool = False
    recipe: Sequence[str] = ()

    def __post_init__(self) -> None:
        check_integer("repeats", self.repeats, 1)
        check_integer("warm_up", self.warm_up, 0)

    @abc.abstractmethod
    def measure(self, request: Request) -> Measurement:
        """Measure, with a line on the terminal about each part."""


def check_integer(name: str, value: Any, least: int) -> None:
    """Refuse a value of a benchmark that is no whole number, or too small.

    Raises:
        ValueError: naming the key and the value.
    """
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise ValueError(f"what.{name} is {value!r}; expected a whole number of at least {least}")
