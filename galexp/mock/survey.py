"""Mock surveys: catalogs with our column names, units and descriptions, ready to be split and rendered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from astropy.table import Column, Table

from galexp.environment.density import log_one_plus_delta5
from galexp.mock.appearance import draw_appearance
from galexp.mock.distance import arcsec_per_kpc, distance_modulus
from galexp.mock.gas import apply_gas_fraction_floor, draw_stripping, log_hi_fraction
from galexp.mock.parent import Parents, draw_parents
from galexp.mock.population import draw_population
from galexp.mock.relations import sources

if TYPE_CHECKING:
    from jaxtyping import Float, Int
    from numpy import ndarray
    from numpy.random import Generator

    from galexp.mock.appearance import Appearance
    from galexp.mock.population import Population

XGASS_HI_OFFSET = 0.05
VELOCITY_MARGIN = 0.0045
ISOLATED_CENTRAL, GROUP_CENTRAL, SATELLITE = 1, 2, 0


def mock_xgass(objects: int = 1179, seed: int = 0, stripping: float = 1.0) -> Table:
    """Draw a mock of the xGASS representative sample.

    Uniform in log stellar mass between 9 and 11.5; above 10^10 Msun at redshift 0.025 to 0.05, below at 0.01 to 0.02.
    Positions are places of the mock parent galaxies, delta5 is measured on those, and the quenched fraction follows
    `log_one_plus_delta5_fixed`. Mass is drawn without regard to the place's rank in its group. Every column is drawn;
    none is a measurement.

    Args:
        objects: number of galaxies.
        seed: of every draw; the same seed gives the same catalog.
        stripping: strength of the gas loss in crowded places, which leaves no trace in the image; 0 for none. Other
            columns than the gas do not depend on it.

    Returns:
        One row a galaxy in order of id, with unit and description of every column and `meta["mock"]` true. Overdensity
        is NaN where it cannot be measured.

    Raises:
        ValueError: if objects is not positive, exceeds the mock parent galaxies, or stripping is negative.
    """
    if objects < 1 or stripping < 0.0:
        raise ValueError(f"objects={objects} and stripping={stripping}; expected objects >= 1 and stripping >= 0")
    rng = np.random.default_rng(seed)
    parents = draw_parents(rng, max_redshift=0.05 + VELOCITY_MARGIN)
    log_stellar_mass = rng.uniform(9.0, 11.5, objects)
    near = log_stellar_mass < 10.0
    place = draw_places(rng, parents, np.where(near, 0.01, 0.025), np.where(near, 0.02, 0.05))
    overdensity = measure_overdensity(parents, place)
    population = draw_population(rng, log_stellar_mass, overdensity["fixed"])
    appearance = draw_appearance(rng, population)
    loss = stripping * draw_stripping(rng, overdensity["fixed"])
    fraction, is_limit = apply_gas_fraction_floor(
        rng, log_hi_fraction(population, XGASS_HI_OFFSET) - loss, log_stellar_mass
    )
    table = Table(meta={"mock": True, "survey": "xgass", "seed": seed, "stripping": stripping, "sources": sources()})
    _add_identity(table, parents, place, seed)
    _add_environment(table, parents, place, overdensity)
    _add_gas(table, log_stellar_mass, fraction, is_limit)
    _add_light(table, population)
    _add_appearance(table, appearance, rng.integers(0, 2**31, objects))
    return table


def draw_places(
    rng: Generator, parents: Parents, min_redshift: Float[ndarray, " galaxy"], max_redshift: Float[ndarray, " galaxy"]
) -> Int[ndarray, " galaxy"]:
    """Choose a different parent galaxy for each object, within the object's range of redshift.

    Objects that ask for the same range share a draw without replacement; different ranges must not overlap.

    Raises:
        ValueError: if a range holds fewer parent galaxies than objects.
    """
    place = np.empty(len(min_redshift), dtype=np.int64)
    for low, high in np.unique(np.stack([min_redshift, max_redshift], axis=1), axis=0):
        wanted = np.flatnonzero((min_redshift == low) & (max_redshift == high))
        within = np.flatnonzero((parents.redshift >= low) & (parents.redshift < high))
        if len(within) < len(wanted):
            raise ValueError(
                f"{len(wanted)} objects at redshift {low} to {high}, but the mock has {len(within)} parent galaxies "
                "there; ask for fewer objects"
            )
        place[wanted] = rng.choice(within, len(wanted), replace=False)
    return place


def measure_overdensity(parents: Parents, place: Int[ndarray, " galaxy"]) -> dict[str, Float[ndarray, " galaxy"]]:
    """Measure log10 (1 + delta5) of chosen places among all parent galaxies, in each variant."""
    galaxies = (parents.ra[place], parents.dec[place], parents.redshift[place])
    tracers = (parents.ra, parents.dec, parents.redshift)
    return {
        variant: log_one_plus_delta5(*galaxies, *tracers, variant=variant) for variant in ("fixed", "paper", "code")
    }


def _put(table: Table, name: str, values: ndarray, description: str, unit: str | None = None) -> None:
    table[name] = Column(values, description=f"mock: {description}", unit=unit)


def _add_identity(table: Table, parents: Parents, place: Int[ndarray, " galaxy"], seed: int) -> None:
    _put(table, "id", np.array([f"mock{seed}-{row:06d}" for row in range(len(place))]), "name of the object")
    _put(table, "ra", parents.ra[place], "right ascension", "deg")
    _put(table, "dec", parents.dec[place], "declination", "deg")
    _put(table, "redshift", parents.redshift[place], "redshift, with peculiar velocity")


def _add_environment(
    table: Table,
    parents: Parents,
    place: Int[ndarray, " galaxy"],
    overdensity: dict[str, Float[ndarray, " galaxy"]],
) -> None:
    for variant, values in overdensity.items():
        _put(table, f"log_one_plus_delta5_{variant}", values, f"log10 of the overdensity, variant {variant}")
    grouped = parents.group_id[place] >= 0
    central = np.where(grouped, GROUP_CENTRAL, ISOLATED_CENTRAL)
    _put(table, "group_id", parents.group_id[place], "toy group, -1 for none")
    _put(table, "group_richness", parents.group_richness[place], "members of the toy group above the flux limit")
    env_code = np.where(parents.group_central[place], central, SATELLITE)
    _put(table, "env_code", env_code, "1 isolated central, 2 group central, 0 satellite")


def _add_gas(
    table: Table,
    log_stellar_mass: Float[ndarray, " galaxy"],
    fraction: Float[ndarray, " galaxy"],
    is_limit: ndarray,
) -> None:
    _put(table, "log_stellar_mass", log_stellar_mass, "log10 of the stellar mass", "dex(Msun)")
    _put(table, "log_hi_fraction", fraction, "log10 of atomic gas over stellar mass", "dex")
    _put(table, "log_hi_mass", fraction + log_stellar_mass, "log10 of the atomic gas mass", "dex(Msun)")
    _put(table, "hi_is_limit", is_limit, "whether the gas is an upper limit")


def _add_light(table: Table, population: Population) -> None:
    redshift = np.asarray(table["redshift"])
    mag_r = population.absolute_magnitude_r + distance_modulus(redshift)
    color = population.g_minus_r
    r50 = population.radius * arcsec_per_kpc(redshift)
    _put(table, "mag_g", mag_r + color, "apparent magnitude in g", "mag")
    _put(table, "mag_r", mag_r, "apparent magnitude in r", "mag")
    _put(table, "mag_i", mag_r - 0.06 - 0.48 * color, "apparent magnitude in i", "mag")
    _put(table, "g_minus_r", color, "color", "mag")
    _put(table, "r50", r50, "half-light radius along the major axis", "arcsec")
    _put(table, "log_r50", np.log10(r50), "log10 of the half-light radius", "dex(arcsec)")
    _put(table, "log_ssfr", population.log_ssfr, "log10 of the specific star-formation rate", "dex(1/yr)")
    _put(table, "metallicity", population.metallicity, "gas-phase 12 + log10(O/H)")


def _add_appearance(table: Table, appearance: Appearance, seeds: Int[ndarray, " galaxy"]) -> None:
    for name, (values, unit, description) in appearance.items():
        _put(table, f"mock_{name}", values, description, unit)
    _put(table, "mock_seed", seeds, "seed of the noise, the field objects and the details of the image")
