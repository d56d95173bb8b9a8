"""Give a catalog its environment: overdensities among tracers, and groups."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
from astropy.table import Column, Table

from galexp.environment.alpha40 import distance_redshift
from galexp.environment.coverage import edge_distance, tracer_coverage
from galexp.environment.density import log_one_plus_delta5
from galexp.environment.group import env_code, match_members
from galexp.environment.neighbor import SPEED_OF_LIGHT, nth_neighbor_separation
from galexp.environment.sky import Positions
from galexp.environment.tracers import Tracers
from galexp.environment.variant import CODE_OF_XGASS, VARIANTS, DensityVariant
from galexp.environment.yang import YangGroups

if TYPE_CHECKING:
    from jaxtyping import Bool, Float

IN_FOOTPRINT, NEAR_EDGE = "delta5_in_footprint", "delta5_near_edge"


def with_density(catalog: Table, tracers: Tracers) -> tuple[Table, dict[str, int]]:
    """Add log10(1 + delta5) in the variants fixed, paper and code, and what is known about its quality.

    `delta5_in_footprint` is true where at least 10 tracers lie within `tracers.footprint_radius`; elsewhere every
    variant is NaN. `delta5_near_edge` is true where the circle to the fifth neighbor of `fixed` leaves the footprint:
    there the density is a lower limit, `fixed` is NaN unless `tracers.reject_near_edge` is off, and the other variants
    have their value, as published. Where the velocity window leaves the tracers' range of redshift, `fixed` and
    `paper` are NaN.

    `code` of ``alfalfa`` replaces the redshift by that of the column `distance` [Mpc]; `code` of ``xgass`` divides by
    the median of alpha.40 and is NaN, with a warning, where `tracers.alpha40` names no table; other surveys divide by
    their own median. :mod:`galexp.environment.variant` says how the variants differ.

    Args:
        catalog: columns ra [deg], dec [deg], redshift.
        tracers: among whom neighbors are looked for.

    Returns:
        A catalog with five more columns, and counts for the manifest: of tracers, of galaxies within their reach and
        of values of each variant. Positions that are not finite get NaN and false.

    Raises:
        FileNotFoundError: where the table of tracers is not there.
        ValueError: for a catalog without positions and redshifts, tracers that cannot be read, or galaxies of which
            none lies within the tracers' footprint.
    """
    sample, counts = tracers.read()
    galaxies = _positions(catalog)
    covered = _covered(galaxies, sample, tracers.footprint_radius)
    complete = covered & _window_is_covered(galaxies, sample)
    edge = edge_distance(*galaxies[:2], *sample[:2], radius=tracers.footprint_radius)
    near_edge = complete & (np.degrees(nth_neighbor_separation(*galaxies, *sample)) > edge)
    values = {
        "fixed": _fixed(galaxies, complete, sample, tracers, edge),
        "paper": _measure(galaxies, complete, sample, VARIANTS["paper"]),
        "code": _code(catalog, galaxies, covered, sample, tracers),
    }
    described = {
        f"log_one_plus_delta5_{name}": (column, f"log10 of the overdensity, variant {name}")
        for name, column in values.items()
    }
    described[IN_FOOTPRINT] = covered, "whether tracers surround the galaxy on the sky"
    described[NEAR_EDGE] = near_edge, "whether the circle to the fifth neighbor leaves the tracers' footprint"
    counts |= {"within the tracers' footprint": int(covered.sum()), "near its edge": int(near_edge.sum())}
    counts["with the velocity window within the tracers' redshifts"] = int(complete.sum())
    counts |= {f"with log_one_plus_delta5_{name}": int(np.isfinite(column).sum()) for name, column in values.items()}
    return put_columns(catalog, described), counts


def with_groups(catalog: Table, groups: YangGroups) -> tuple[Table, dict[str, int]]:
    """Add the group of each galaxy, by position: `group_id`, `group_richness` and `env_code`.

    Args:
        catalog: columns id, ra [deg], dec [deg].
        groups: the group catalog.

    Returns:
        A catalog with three more columns, and counts for the manifest. A galaxy that is not in the group catalog, or
        in no group of it, has group_id -1, group_richness 0 and env_code -1.

    Raises:
        FileNotFoundError: where a file of the group catalog is not there.
        ValueError: for a catalog without positions, a file of another layout, no match at all, or a member that two
            galaxies match.
    """
    members = groups.read()
    row = match_members(catalog, members, groups.tolerance)
    found = row >= 0
    group_id, richness = (np.where(found, members[name][row], gap) for name, gap in (("group_id", -1), ("richness", 0)))
    code = env_code(group_id, richness, found & np.asarray(members["is_central"])[row])
    counts = {"in the group catalog": int(found.sum())}
    kinds = {"isolated centrals": 1, "group centrals": 2, "satellites": 0}
    counts |= {kind: int(np.sum(code == value)) for kind, value in kinds.items()}
    return put_columns(
        catalog,
        {
            "group_id": (group_id, "galaxy group, negative for none"),
            "group_richness": (richness, "members of the galaxy group"),
            "env_code": (code, "1 isolated central, 2 group central, 0 satellite, -1 in no group"),
        },
    ), counts


def put_columns(catalog: Table, columns: dict[str, tuple[np.ndarray, str]]) -> Table:
    """Return a copy of a catalog with more columns, each with its description.

    Warns where it had a column of that name already, which is replaced.
    """
    catalog = catalog.copy()
    for name, (values, description) in columns.items():
        if name in catalog.colnames:
            warnings.warn(f"the catalog's own column {name} is replaced by what was measured", stacklevel=3)
        catalog[name] = Column(values, description=description)
    return catalog


def _positions(catalog: Table) -> Positions:
    absent = [name for name in Positions._fields if name not in catalog.colnames]
    if absent:
        raise ValueError(
            f"tracers need the columns ra, dec and redshift; the catalog lacks {', '.join(absent)} and has "
            f"{', '.join(catalog.colnames)}"
        )
    return Positions(*(np.asarray(catalog[name], np.float64) for name in Positions._fields))


def _covered(galaxies: Positions, sample: Positions, radius: float) -> Bool[np.ndarray, " galaxy"]:
    covered = tracer_coverage(*galaxies[:2], *sample[:2], radius=radius)
    if not covered.any():
        raise ValueError(
            f"none of {len(covered)} galaxies has 10 of the {len(sample.ra)} tracers within {radius:g} deg; check the "
            "units of ra and dec, give other tracers, or raise tracers.footprint_radius"
        )
    return covered


def _window_is_covered(galaxies: Positions, sample: Positions) -> Bool[np.ndarray, " galaxy"]:
    """Tell where the velocity window lies within the tracers' range of redshift, which may begin at zero."""
    window = (VARIANTS["fixed"].velocity_window or 0.0) / SPEED_OF_LIGHT
    lowest = sample.redshift.min() if sample.redshift.min() > window else -np.inf
    return (galaxies.redshift - window >= lowest) & (galaxies.redshift + window <= sample.redshift.max())


def _fixed(
    galaxies: Positions,
    rows: Bool[np.ndarray, " galaxy"],
    sample: Positions,
    tracers: Tracers,
    edge: Float[np.ndarray, " galaxy"],
) -> Float[np.ndarray, " galaxy"]:
    if not tracers.reject_near_edge:
        return _measure(galaxies, rows, sample, VARIANTS["fixed"])
    own_edge = edge_distance(*sample[:2], *sample[:2], radius=tracers.footprint_radius)
    own_edge[~_window_is_covered(sample, sample)] = -np.inf
    return _measure(galaxies, rows, sample, VARIANTS["fixed"], edge_distance=edge[rows], tracer_edge_distance=own_edge)


def _code(
    catalog: Table, galaxies: Positions, covered: Bool[np.ndarray, " galaxy"], sample: Positions, tracers: Tracers
) -> Float[np.ndarray, " galaxy"]:
    trend = tracers.alpha40_galaxies() if tracers.survey in ("alfalfa", "xgass") else None
    if trend is not None:
        trend = trend.where(_covered(trend, sample, tracers.footprint_radius))
    if tracers.survey == "xgass" and trend is None:
        return _unknown(catalog, "it divides by the median of alpha.40; give tracers.alpha40=a40.datafile1.csv")
    if tracers.survey == "alfalfa":
        if "distance" not in catalog.colnames:
            return _unknown(catalog, "the catalog has no column distance [Mpc]")
        galaxies = galaxies._replace(redshift=distance_redshift(catalog["distance"]))
    variant = CODE_OF_XGASS if tracers.survey == "xgass" else VARIANTS["code"]
    return _measure(galaxies, covered, sample, variant, trend_sample=trend)


def _unknown(catalog: Table, reason: str) -> Float[np.ndarray, " galaxy"]:
    warnings.warn(f"log_one_plus_delta5_code is NaN: {reason}", stacklevel=4)
    return np.full(len(catalog), np.nan)


def _measure(
    galaxies: Positions,
    rows: Bool[np.ndarray, " galaxy"],
    sample: Positions,
    variant: DensityVariant,
    **options: Any,
) -> Float[np.ndarray, " galaxy"]:
    values = np.full(len(rows), np.nan)
    values[rows] = log_one_plus_delta5(*galaxies.where(rows), *sample, variant, **options)
    return values
