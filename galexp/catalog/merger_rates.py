"""For how long a merger is recognized as one, and what the literature found: what a fraction needs to become a rate.

Each entry says whether it was read in the abstract of the paper or is quoted from memory, which wants a look at the
paper before anybody relies on it.
"""

from __future__ import annotations

from typing import NamedTuple

READ, REMEMBERED = "abstract", "from memory"


class Observability(NamedTuple):
    """For how long a method sees a merger.

    Attributes:
        method: How mergers are found.
        shortest: [Gyr].
        longest: [Gyr]; the same where one number is given.
        source: Paper.
        evidence: ``READ`` or ``REMEMBERED``.
    """

    method: str
    shortest: float
    longest: float
    source: str
    evidence: str


OBSERVABILITY = (
    Observability("Gini coefficient and M20, mass ratios 1:1 to 9:1", 0.2, 0.4, "Lotz et al. 2010", READ),
    Observability("asymmetry, major, gas as in local disks", 0.2, 0.4, "Lotz et al. 2010", READ),
    Observability("disturbed light, by eye or by Gini and M20", 0.2, 0.2, "Lotz et al. 2011", REMEMBERED),
    Observability("close pairs", 0.3, 0.6, "Lotz et al. 2011", REMEMBERED),
    Observability("asymmetry, major, rich in gas", 1.0, 1.0, "Lotz et al. 2011", REMEMBERED),
    Observability("asymmetry, from the decline of the merger fraction at z < 1.2", 0.6, 1.1, "Conselice 2009", READ),
    Observability("close pairs within 25 kpc/h, in a semi-analytic model", 1.1, 1.6, "Kitzbichler & White 2008", READ),
)
"""The shortest and the longest; the last is of galaxies of 3e10 solar masses / h, and scales with their mass."""

ASSUMED_TIMES = (0.2, 0.3, 0.6, 1.0)
"""Observability times [Gyr] that span the entries above but the last."""

COUNTS_OF_A_MERGER = {"one image shows the whole merger": 1.0, "each of two galaxies has an image of its own": 0.5}
"""How many mergers an image that shows one stands for."""

FINDINGS = (
    ("major mergers in a volume, samples of constant number density, z < 1.5", "(1+z)^(3.0 +- 1.1)"),
    ("major mergers in a volume, samples of constant mass or evolving luminosity, z < 1.5", "(1+z)^(0.1 +- 0.4)"),
    ("minor (1:4 to 1:10) over major mergers at z ~ 0.7", "~3"),
)
"""What the abstract of Lotz et al. (2011) says of rates: how they change, but not their level."""
