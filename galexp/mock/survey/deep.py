"""What the mock surveys of SDSS choose from: galaxies of an octant of the sky out to redshift 0.25."""

from __future__ import annotations

from typing import TYPE_CHECKING

from galexp.mock.footprint import strip_for
from galexp.mock.parent import DEEP_NUMBER_DENSITY, draw_parents
from galexp.mock.survey.candidate import VELOCITY_MARGIN, draw_candidates, places_between

if TYPE_CHECKING:
    from numpy.random import Generator

    from galexp.mock.survey.candidate import Candidates

MAX_REDSHIFT = 0.25
SPARE_CANDIDATES = 200


def draw_deep_candidates(
    rng: Generator, objects: int, min_redshift: float, octant_holds: int, candidates_per_object: int
) -> Candidates:
    """Draw galaxies above a redshift in a strip of the octant that is wide enough for a survey.

    Args:
        rng: source of every draw.
        objects: number of galaxies that the survey shall keep.
        min_redshift: lowest observed redshift.
        octant_holds: number that it would keep of the whole octant.
        candidates_per_object: number drawn for each object, so that enough pass the selection.
    """
    strip, sampling = strip_for(objects, octant_holds)
    parents = draw_parents(rng, MAX_REDSHIFT + VELOCITY_MARGIN, strip, sampling * DEEP_NUMBER_DENSITY)
    most = candidates_per_object * objects + SPARE_CANDIDATES
    return draw_candidates(rng, parents, places_between(rng, parents, min_redshift, MAX_REDSHIFT, most))
