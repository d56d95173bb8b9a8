"""Where data come from, and how every product says so: observed, a mock, or a simulation."""

from __future__ import annotations

import enum
from collections.abc import Iterable


class Origin(enum.StrEnum):
    """What the galaxies of a dataset are.

    A mock was drawn from relations and rendered, in part or whole; a simulation obeys the equations of motion. Neither
    is the sky.
    """

    OBSERVED = "observed"
    MOCK = "mock"
    SIMULATION = "simulation"

    @property
    def mark(self) -> str:
        """What stands over a figure: nothing where the galaxies were observed."""
        return {"mock": "MOCK DATA", "simulation": "SIMULATION"}.get(self, "")

    @property
    def word(self) -> str:
        """What stands before a noun in a title, with a blank: nothing where the galaxies were observed."""
        return {"mock": "MOCK ", "simulation": "SIMULATION "}.get(self, "")

    @property
    def label(self) -> str:
        """What marks a row of a table: nothing where the galaxies were observed."""
        return self.word.strip()

    @property
    def whose(self) -> str:
        """What follows a noun in a title, after a blank: nothing where the galaxies were observed."""
        return {"mock": " of a MOCK survey", "simulation": " of a SIMULATION"}.get(self, "")

    @property
    def suffix(self) -> str:
        """What follows the name of a dataset in the name of a run: nothing where the galaxies were observed."""
        return "" if self is Origin.OBSERVED else f"_{self}"


def least_real(origins: Iterable[Origin]) -> Origin:
    """Return what must be said of things that come from several: a mock before a simulation before the sky.

    Example:
        >>> str(least_real([Origin.OBSERVED, Origin.MOCK])), str(least_real([]))
        ('mock', 'observed')
    """
    found = set(origins)
    return next((origin for origin in (Origin.MOCK, Origin.SIMULATION) if origin in found), Origin.OBSERVED)
