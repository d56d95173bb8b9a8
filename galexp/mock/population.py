"""Physical properties of mock galaxies, drawn from published relations given stellar mass and overdensity."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from galexp.mock import relations

if TYPE_CHECKING:
    from jaxtyping import Bool, Float, Int
    from numpy import ndarray

    from galexp.mock.draws import Draws

MAIN_SEQUENCE_SCATTER = 0.28
EARLY_SIZE_SCATTER = 0.13
METALLICITY_SCATTER, METALLICITY_SCATTER_PER_DEX = 0.04, 0.05
METALLICITY_PER_STAR_FORMATION, METALLICITY_PER_GAS = -0.4, -0.2
SOLAR_MAGNITUDE_R = 4.65


@dataclass(frozen=True)
class Population:
    """Drawn properties, one entry a galaxy.

    Attributes:
        log_stellar_mass: log10 of the stellar mass [Msun].
        log_ssfr: log10 of the specific star-formation rate [1/yr].
        quenched: whether star formation was shut off, by mass or by surroundings.
        late_type: whether the disk dominates.
        irregular: whether the disk has neither bulge nor arms.
        bulge_to_total: share of the r-band light in the bulge.
        radius: face-on half-light radius [kpc].
        inclination: angle between the disk's axis and the line of sight [rad].
        reddening: color excess E(g - r) of the dust [mag].
        g_minus_r: color with dust [mag].
        absolute_magnitude_r: r-band absolute magnitude with dust [mag].
        metallicity: gas-phase 12 + log10(O/H).
        visible_hi_residual: offset from the gas plane that shows in the image [dex].
        hidden_hi_residual: offset from the gas plane that nothing else shows [dex].
    """

    log_stellar_mass: Float[ndarray, " galaxy"]
    log_ssfr: Float[ndarray, " galaxy"]
    quenched: Bool[ndarray, " galaxy"]
    late_type: Bool[ndarray, " galaxy"]
    irregular: Bool[ndarray, " galaxy"]
    bulge_to_total: Float[ndarray, " galaxy"]
    radius: Float[ndarray, " galaxy"]
    inclination: Float[ndarray, " galaxy"]
    reddening: Float[ndarray, " galaxy"]
    g_minus_r: Float[ndarray, " galaxy"]
    absolute_magnitude_r: Float[ndarray, " galaxy"]
    metallicity: Float[ndarray, " galaxy"]
    visible_hi_residual: Float[ndarray, " galaxy"]
    hidden_hi_residual: Float[ndarray, " galaxy"]

    def __len__(self) -> int:
        """Return the number of galaxies."""
        return len(self.log_stellar_mass)

    def take(self, rows: Int[ndarray, " row"]) -> Population:
        """Return some of the galaxies, in the order of the rows."""
        return Population(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})


def draw_population(
    rng: Draws, log_stellar_mass: Float[ndarray, " galaxy"], log_one_plus_delta5: Float[ndarray, " galaxy"]
) -> Population:
    """Draw the properties of galaxies of given mass and overdensity.

    Surroundings act through the quenched fraction alone; NaN overdensity counts as the average, 0. Shares, slopes and
    scatters that no function of `relations` names are choices of ours.

    Args:
        rng: source of every draw.
        log_stellar_mass: log10 of the stellar mass [Msun].
        log_one_plus_delta5: log10 of the overdensity.

    Returns:
        One entry a galaxy, in the order given.
    """
    mass, count = log_stellar_mass, len(log_stellar_mass)
    overdensity = np.nan_to_num(log_one_plus_delta5, nan=0.0)
    quenched = rng.uniform(size=count) < relations.quenched_fraction(mass, overdensity)
    log_ssfr = _draw_log_ssfr(rng, mass, quenched)
    late_type = rng.uniform(size=count) < np.where(quenched, 0.35, 0.95)
    irregular = (mass < 9.2) & late_type & (rng.uniform(size=count) < 0.5)
    bulge_to_total = _draw_bulge_to_total(rng, mass, quenched, late_type, irregular)
    inclination = _draw_inclination(rng, late_type)
    reddening = _reddening(mass, log_ssfr, late_type, inclination)
    intrinsic_color = _draw_intrinsic_color(rng, mass, log_ssfr, late_type)
    visible = 0.22 * rng.standard_normal(count)
    return Population(
        log_stellar_mass=mass,
        log_ssfr=log_ssfr,
        quenched=quenched,
        late_type=late_type,
        irregular=irregular,
        bulge_to_total=bulge_to_total,
        radius=_draw_radius(rng, mass, late_type),
        inclination=inclination,
        reddening=reddening,
        g_minus_r=intrinsic_color + reddening,
        absolute_magnitude_r=_absolute_magnitude(mass, intrinsic_color, reddening),
        metallicity=_draw_metallicity(rng, mass, log_ssfr, visible),
        visible_hi_residual=visible,
        hidden_hi_residual=0.20 * rng.standard_normal(count),
    )


def _draw_log_ssfr(
    rng: Draws, mass: Float[ndarray, " galaxy"], quenched: Bool[ndarray, " galaxy"]
) -> Float[ndarray, " galaxy"]:
    """Draw from the main sequence, the quenched cloud, or for 12 % the valley between."""
    count = len(mass)
    star_forming = relations.main_sequence_log_sfr(mass) - mass + MAIN_SEQUENCE_SCATTER * rng.standard_normal(count)
    passive = -11.7 + 0.4 * rng.standard_normal(count)
    valley = -10.9 + 0.35 * rng.standard_normal(count)
    return np.where(rng.uniform(size=count) < 0.12, valley, np.where(quenched, passive, star_forming))


def _draw_bulge_to_total(
    rng: Draws,
    mass: Float[ndarray, " galaxy"],
    quenched: Bool[ndarray, " galaxy"],
    late_type: Bool[ndarray, " galaxy"],
    irregular: Bool[ndarray, " galaxy"],
) -> Float[ndarray, " galaxy"]:
    """Let bulges grow with mass in disks, and take spheroids from a beta distribution around 0.7."""
    scatter = 0.07 * np.abs(rng.standard_normal(len(mass)))
    disk = 0.04 + 0.16 * np.clip(mass - 9.6, 0.0, None) + 0.10 * quenched + scatter
    spheroid = rng.beta(5.0, 2.0, len(mass))
    return np.where(irregular, 0.01, np.clip(np.where(late_type, disk, spheroid), 0.0, 1.0))


def _draw_inclination(rng: Draws, late_type: Bool[ndarray, " galaxy"]) -> Float[ndarray, " galaxy"]:
    """Orient disks at random; spheroids are never seen flatter than 0.3."""
    cosine = rng.uniform(size=len(late_type))
    return np.arccos(np.where(late_type, cosine, 0.3 + 0.7 * cosine))


def _reddening(
    mass: Float[ndarray, " galaxy"],
    log_ssfr: Float[ndarray, " galaxy"],
    late_type: Bool[ndarray, " galaxy"],
    inclination: Float[ndarray, " galaxy"],
) -> Float[ndarray, " galaxy"]:
    """Redden star-forming disks, more when massive and when seen edge-on."""
    path = 0.25 - np.log10(np.clip(np.cos(inclination), 0.15, 1.0))
    return np.where(late_type & (log_ssfr > -11.0), 0.22 * np.clip((mass - 8.5) / 2.0, 0.0, 1.0) * path, 0.0)


def _draw_intrinsic_color(
    rng: Draws,
    mass: Float[ndarray, " galaxy"],
    log_ssfr: Float[ndarray, " galaxy"],
    late_type: Bool[ndarray, " galaxy"],
) -> Float[ndarray, " galaxy"]:
    """Color by star formation and a little by mass; spheroids are not blue."""
    color = relations.g_minus_r(log_ssfr) + 0.04 * (mass - 10.0) + 0.025 * rng.standard_normal(len(mass))
    return np.where(late_type, color, np.maximum(color, 0.67 + 0.03 * (mass - 10.0)))


def _draw_radius(
    rng: Draws, mass: Float[ndarray, " galaxy"], late_type: Bool[ndarray, " galaxy"]
) -> Float[ndarray, " galaxy"]:
    """Draw sizes by type; early types keep at least 0.6 of the late-type radius, where their power law fails."""
    late = relations.late_type_radius(mass)
    early = np.maximum(relations.early_type_radius(mass), 0.6 * late)
    scatter = np.where(late_type, relations.late_type_radius_scatter(mass), EARLY_SIZE_SCATTER)
    return np.where(late_type, late, early) * 10.0 ** (scatter * rng.standard_normal(len(mass)))


def _absolute_magnitude(
    mass: Float[ndarray, " galaxy"], intrinsic_color: Float[ndarray, " galaxy"], reddening: Float[ndarray, " galaxy"]
) -> Float[ndarray, " galaxy"]:
    """Turn mass into r-band light by the color, and dim it by 2.3 E(g - r)."""
    log_luminosity = mass - relations.log_mass_to_light_r(intrinsic_color)
    return SOLAR_MAGNITUDE_R - 2.5 * log_luminosity + 2.3 * reddening


def _draw_metallicity(
    rng: Draws,
    mass: Float[ndarray, " galaxy"],
    log_ssfr: Float[ndarray, " galaxy"],
    visible: Float[ndarray, " galaxy"],
) -> Float[ndarray, " galaxy"]:
    """Scatter around the relation: metal-poor when forming many stars or when rich in gas; more at low mass."""
    excess = np.clip(log_ssfr + mass - relations.main_sequence_log_sfr(mass), -1.0, 1.0)
    star_forming = np.where(log_ssfr > -11.0, excess, 0.0)
    visible_part = METALLICITY_PER_STAR_FORMATION * star_forming + METALLICITY_PER_GAS * visible
    scatter = METALLICITY_SCATTER + METALLICITY_SCATTER_PER_DEX * np.clip(10.0 - mass, 0.0, 2.0)
    return relations.metallicity(mass) + visible_part + scatter * rng.standard_normal(len(mass))
