"""A mock of Galaxy Zoo 2: bright galaxies, and what volunteers would see in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galexp.catalog.vote_tree import ANSWERS
from galexp.mock.survey.candidate import check_request, first_of
from galexp.mock.survey.columns import finish_table, put, start_table
from galexp.mock.survey.deep import draw_deep_candidates
from galexp.mock.votes import describe, draw_votes

if TYPE_CHECKING:
    from astropy.table import Table

OBJECTS = 61_578
OCTANT_HOLDS = 150_000
MIN_REDSHIFT = 0.01
MAGNITUDE_LIMIT, LEAST_R90 = 17.0, 3.0
FIELD_IN_R90 = 424 * 0.02
CANDIDATES_PER_OBJECT = 5


def mock_gz2(objects: int | None = None, seed: int = 0, stripping: float = 1.0) -> Table:
    """Draw a mock of Galaxy Zoo 2 with the 37 vote fractions of its decision tree.

    Galaxies of an octant of the sky, or of a strip of it where fewer are asked for, with r < 17, R90 > 3 arcsec and
    redshift 0.01 to 0.25. Some 45 volunteers each answer from the rendering parameters; see `galexp.mock.votes`.
    The limits are those of Willett et al. 2013 (MNRAS 435, 2835, sec. 2), as public notes quote them; the
    lowest redshift, there 0.0005, is a choice of ours.

    Args:
        objects: number of galaxies, None for the published 61,578.
        seed: of every draw; the same seed gives the same catalog.
        stripping: taken so that all surveys are drawn alike; it acts on the H I alone, of which this survey has no
            column, and is written to the catalog's meta.

    Returns:
        One row a galaxy in order of id, with unit and description of every column and `meta["mock"]` true. `mock_field`
        is the side of the picture, 424 pixels of 0.02 R90 (Willett et al. 2013). Overdensity is NaN where it cannot be
        measured, as where the fifth neighbor lies beyond the edge of the survey.

    Raises:
        ValueError: if `check_request` refuses a number, or objects exceeds what the toy universe holds.
    """
    check_request(objects, seed, stripping)
    count = OBJECTS if objects is None else objects
    rng = np.random.default_rng(seed)
    galaxies = draw_deep_candidates(rng, count, MIN_REDSHIFT, OCTANT_HOLDS, CANDIDATES_PER_OBJECT)
    is_seen = (galaxies.mag_r < MAGNITUDE_LIMIT) & (galaxies.r90 > LEAST_R90)
    galaxies = galaxies.take(first_of(is_seen, count, "gz2"))
    table = start_table(galaxies, "gz2", seed, stripping)
    votes, voters = draw_votes(rng, describe(galaxies.population, galaxies.appearance, galaxies.r50))
    for answer, values in zip(ANSWERS, votes.T, strict=True):
        put(table, answer.name, values, f"vote fraction of answer {answer.identifier}")
    put(table, "voters", voters, "number of volunteers")
    put(table, "mock_field", FIELD_IN_R90 * galaxies.r90, "side of the picture", "arcsec")
    return finish_table(table, galaxies, rng)
