"""A real catalog with everything that the mock renderer needs, measured where it was measured."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from astropy.table import Column, Table

from galexp.mock.appearance import draw_appearance
from galexp.mock.relations import sources
from galexp.mock.seen.choose import Choice, choose
from galexp.mock.seen.light import MAGNITUDES, drawn_radius, light
from galexp.mock.seen.measured import read_measured
from galexp.mock.seen.nearest import nearest_population
from galexp.mock.seen.row import RowGenerator, seed_of
from galexp.mock.seen.sources import known_quantities, measurements
from galexp.mock.seen.structure import structure

if TYPE_CHECKING:
    from collections.abc import Collection

    from galexp.mock.population import Population

_FOLLOWS = {"disk": "late_type", "young_fraction": "log_ssfr"}
_HOW = "drawn as in a mock survey"
RELATIONS = (
    *("main_sequence_log_sfr", "quenched_fraction", "late_type_radius", "late_type_radius_scatter"),
    *("early_type_radius", "log_mass_to_light_r", "g_minus_r", "nuv_minus_r"),
)
"""Of `relations`, those that images of completed rows follow."""


def with_appearance(catalog: Table, seed: int, targets: Collection[str] = ()) -> tuple[Table, dict[str, int]]:
    """Return a real catalog with the columns of the mock renderer, all of them under names that begin with `mock_`.

    Magnitude, color, size, axis ratio, concentration and star formation are taken from the row where it has them. What
    it lacks is drawn for its mass and redshift by the relations of the mock surveys, so that it fits what is known (see
    `nearest_population`). Arms, bars, dust, patches and companions are always drawn: no column tells of them.

    The gas is not looked at. What shows of it in a mock survey, the length of the young disk and its patches, is here
    an independent draw, so that an image knows of the gas only what mass, color, size and shape know.

    Nor are the targets looked at, nor what tells them at once (see `hidden_with`), so that no pixel knows them by a
    column. Masses count as at least 10^7 and at most 10^12.3 Msun.

    A row depends on the seed and its own id alone, not on its place or on which others there are.

    Args:
        catalog: columns under our names, among them `id`, and `mag_r` [mag] or `log_stellar_mass` with `redshift` or
            `distance` [Mpc]. NaN is a gap.
        seed: of the draws.
        targets: columns that are to be learned from the images.

    Returns:
        The catalog with `mock_mag_g`, `mock_mag_r`, `mock_mag_i`, `mock_r50` and the shapes; none is NaN, the
        description of each says what it was taken from, and `meta["sources"]` where the relations come from. Then, for
        each of these columns, the number of rows in which its value was drawn, rather than taken from measurements or
        from what follows from them.

    Raises:
        ValueError: for a catalog with too little apart from the targets, or rows with an unphysical value, by their id.
    """
    seen = read_measured(catalog, targets)
    rows = RowGenerator([seed_of(seed, f"appearance:{identifier}") for identifier in catalog["id"]])
    measured = measurements(seen)
    around = 10.0 + 0.5 * rows.standard_normal(len(catalog))
    mass = choose(measured["log_stellar_mass"], around, "a Gaussian").values.clip(7.0, 12.3)
    population = nearest_population(rows, mass, known_quantities(seen, measured))
    choices = light(measured, seen, population, drawn_radius(rows, seen, population)) | structure(measured, population)
    appearance = draw_appearance(rows, _as_chosen(population, choices))
    table = catalog.copy()
    drawn = _put_light(table, choices)
    for name, (values, unit, description) in appearance.items():
        chosen = choices.get(_FOLLOWS.get(name, name), Choice(values, np.ones(len(table), dtype=bool), _HOW))
        table[f"mock_{name}"] = Column(values, unit=unit, description=f"mock: {description}; {chosen.source}")
        drawn[f"mock_{name}"] = int(chosen.drawn.sum())
    seeds = [seed_of(seed, f"image:{identifier}") for identifier in catalog["id"]]
    table["mock_seed"] = Column(seeds, dtype=np.int64, description="mock: seed of noise, field objects and details")
    table.meta["sources"] = {name: source for name, source in sources().items() if name in RELATIONS}
    return table, drawn | {"mock_seed": len(table)}


def _as_chosen(population: Population, choices: dict[str, Choice]) -> Population:
    """Give drawn galaxies what was measured, as far as the shapes depend on it."""
    bulge, is_disk = choices["bulge_to_total"].values, choices["late_type"].values > 0
    return replace(
        population,
        log_ssfr=choices["log_ssfr"].values,
        late_type=is_disk,
        irregular=population.irregular & is_disk & (bulge < 0.1),
        bulge_to_total=bulge,
        inclination=choices["inclination"].values,
    )


def _put_light(table: Table, choices: dict[str, Choice]) -> dict[str, int]:
    """Put magnitudes and size into a table, and return how many of each were drawn."""
    for name, words in MAGNITUDES.items():
        chosen = choices[name]
        unit = "arcsec" if name == "r50" else "mag"
        table[f"mock_{name}"] = Column(chosen.values, unit=unit, description=f"mock: {words}; {chosen.source}")
    return {f"mock_{name}": int(choices[name].drawn.sum()) for name in MAGNITUDES}
