"""Galaxies that a mock survey chooses from: places of the parent sample with all their properties."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from galexp.environment.density import log_one_plus_delta5
from galexp.mock.appearance import draw_appearance
from galexp.mock.distance import arcsec_per_kpc, distance_modulus
from galexp.mock.population import draw_population
from galexp.mock.shape import concentration

if TYPE_CHECKING:
    from jaxtyping import Bool, Float, Int
    from numpy import ndarray
    from numpy.random import Generator

    from galexp.mock.appearance import Appearance
    from galexp.mock.parent import Parents
    from galexp.mock.population import Population

VELOCITY_MARGIN = 0.0045
EDGE_MARGIN = 1.0


@dataclass(frozen=True)
class Candidates:
    """Drawn galaxies, one entry each.

    Attributes:
        parents: sample that their surroundings are measured among.
        place: which parent galaxy each is.
        log_one_plus_delta5: log10 of the overdensity, variant fixed; NaN where it cannot be measured.
        population: physical properties.
        appearance: rendering parameters.
    """

    parents: Parents
    place: Int[ndarray, " galaxy"]
    log_one_plus_delta5: Float[ndarray, " galaxy"]
    population: Population
    appearance: Appearance

    def __len__(self) -> int:
        """Return the number of galaxies."""
        return len(self.place)

    @property
    def redshift(self) -> Float[ndarray, " galaxy"]:
        """Observed redshift."""
        return self.parents.redshift[self.place]

    @property
    def mag_r(self) -> Float[ndarray, " galaxy"]:
        """Apparent magnitude in r, with dust and without K-correction [mag].

        Drawn anew from mass and color: not the magnitude with which the parent galaxy passed its flux limit.
        """
        return self.population.absolute_magnitude_r + distance_modulus(self.redshift)

    @property
    def r50(self) -> Float[ndarray, " galaxy"]:
        """Half-light radius along the major axis [arcsec]."""
        return self.population.radius * arcsec_per_kpc(self.redshift)

    @property
    def r90(self) -> Float[ndarray, " galaxy"]:
        """Radius of 90 % of the light [arcsec]."""
        return self.r50 * concentration(self.population.bulge_to_total)

    def take(self, rows: Int[ndarray, " row"]) -> Candidates:
        """Return some of the galaxies, in the order of the rows."""
        appearance = {name: (values[rows], *rest) for name, (values, *rest) in self.appearance.items()}
        return Candidates(
            self.parents, self.place[rows], self.log_one_plus_delta5[rows], self.population.take(rows), appearance
        )


def draw_candidates(rng: Generator, parents: Parents, place: Int[ndarray, " galaxy"]) -> Candidates:
    """Measure the surroundings of chosen parent galaxies and draw their properties, given mass and surroundings."""
    overdensity = measure_overdensity(parents, place, "fixed")
    population = draw_population(rng, parents.log_stellar_mass[place], overdensity)
    return Candidates(parents, place, overdensity, population, draw_appearance(rng, population))


def measure_overdensity(parents: Parents, place: Int[ndarray, " galaxy"], variant: str) -> Float[ndarray, " galaxy"]:
    """Measure log10 (1 + delta5) of chosen places among all parent galaxies.

    Returns:
        NaN where the fifth neighbor lies beyond the edge of the survey.
    """
    return log_one_plus_delta5(
        *(parents.ra[place], parents.dec[place], parents.redshift[place]),
        *(parents.ra, parents.dec, parents.redshift),
        variant=variant,
        edge_distance=parents.edge_distance[place],
        tracer_edge_distance=parents.edge_distance,
    )


def places_between(
    rng: Generator, parents: Parents, min_redshift: float, max_redshift: float, most: int | None = None
) -> Int[ndarray, " galaxy"]:
    """Return parent galaxies of a range of redshift and a degree inside the survey's edge, in random order.

    Args:
        rng: source of the order.
        parents: mock parent galaxies.
        min_redshift: lowest observed redshift.
        max_redshift: highest, excluded.
        most: number to return at most, None for all.
    """
    redshift = parents.redshift
    within = (redshift >= min_redshift) & (redshift < max_redshift) & (parents.edge_distance > EDGE_MARGIN)
    return rng.permutation(np.flatnonzero(within))[:most]


def first_of(kept: Bool[ndarray, " galaxy"], count: int, survey: str) -> Int[ndarray, " row"]:
    """Return the first rows that a survey keeps.

    Raises:
        ValueError: if it keeps fewer than asked for, with the number of objects that would do.
    """
    rows = np.flatnonzero(kept)
    if len(rows) < count:
        raise ValueError(
            f"objects={count}, but the mock {survey} has {len(rows)} galaxies that pass its selection; ask for "
            f"at most {len(rows)}"
        )
    return rows[:count]


def check_request(objects: object, seed: object, stripping: object) -> None:
    """Refuse what no mock survey can be drawn with.

    Args:
        objects: number of galaxies, None for the published one.
        seed: of every draw.
        stripping: strength of the gas loss.

    Raises:
        ValueError: if objects is neither None nor an integer of 1 or more, seed no integer of 0 or more, or stripping
            no finite number of 0 or more.
    """
    if objects is not None and not _is_integer_from(1, objects):
        raise ValueError(f"mock.objects={objects!r}; expected an integer >= 1, or null for the published number")
    if not _is_integer_from(0, seed):
        raise ValueError(f"mock.seed={seed!r}; expected an integer >= 0")
    is_finite = isinstance(stripping, int | float | np.integer | np.floating) and 0.0 <= float(stripping) < np.inf
    if not is_finite or isinstance(stripping, bool):
        raise ValueError(f"mock.stripping={stripping!r}; expected a finite number >= 0, 0 for no stripping")


def _is_integer_from(least: int, value: object) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool) and int(value) >= least
