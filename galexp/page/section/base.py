"""What makes one section of a report."""

from __future__ import annotations

import abc
from typing import ClassVar

from galexp.page.content import Part
from galexp.page.material import Material


class Section(abc.ABC):
    """A section looks at the runs and says something about them, or has nothing to say.

    Attributes:
        order: Where it stands among the others; see :mod:`galexp.page.build` for the tens.
    """

    order: ClassVar[int]

    @abc.abstractmethod
    def part(self, material: Material) -> Part | None:
        """Make the section; None where these runs have nothing to it."""
