"""Bulge, inclination and star formation of a real galaxy, and whether it is a disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galexp.mock.appearance import LARGEST_DISK_BULGE
from galexp.mock.seen import shape
from galexp.mock.seen.choose import Choice, choose, rows_of
from galexp.mock.shape import axis_ratio

if TYPE_CHECKING:
    from galexp.mock.population import Population
    from galexp.mock.seen.sources import Measurements

LARGEST_BLUE_BULGE = 0.6
STAR_FORMING = -10.6
FLATTEST_SPHEROID = 0.35


def structure(measured: Measurements, population: Population) -> dict[str, Choice]:
    """Choose what the shapes follow from.

    A galaxy whose concentration was measured is a disk where its bulge has less than 0.75 of the light, and one that
    forms stars (sSFR above 10^-10.6 / yr) or is flatter than 0.35 is one in any case, with at most 0.6 in its bulge:
    there are hardly any blue spheroids, and no flat ones. Choices of ours.
    """
    log_ssfr = choose(measured["log_ssfr"], population.log_ssfr, "of a galaxy of its mass and color")
    bulge = choose(measured["bulge_to_total"], population.bulge_to_total, "of a galaxy of its mass and color")
    ratio = choose(measured["axis_ratio"], axis_ratio(population.inclination, bulge.values), "at random")
    is_disk = np.where(bulge.drawn, population.late_type, bulge.values < LARGEST_DISK_BULGE)
    must_be = (log_ssfr.values > STAR_FORMING) | (ratio.values < FLATTEST_SPHEROID)
    capped = must_be & (bulge.values > LARGEST_BLUE_BULGE)
    share = np.where(capped, LARGEST_BLUE_BULGE, bulge.values)
    lowered = f", lowered to {LARGEST_BLUE_BULGE} in what must be a disk ({rows_of(capped)})" * bool(capped.any())
    inclination = np.where(ratio.drawn, population.inclination, shape.inclination(ratio.values, share))
    return {
        "log_ssfr": log_ssfr,
        "bulge_to_total": Choice(share, bulge.drawn, bulge.source + lowered),
        "inclination": Choice(inclination, ratio.drawn, ratio.source),
        "late_type": Choice((is_disk | must_be).astype(float), bulge.drawn, bulge.source),
    }
