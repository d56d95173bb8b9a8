"""What a mock galaxy looks like: the parameters of the renderer, drawn from its physical properties.

The dictionary of shapes (logarithmic arms, knots, one bar) is a choice of ours throughout.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from jaxtyping import Float
    from numpy import ndarray

    from galexp.mock.draws import Draws
    from galexp.mock.population import Population

LARGEST_DISK_BULGE = 0.75
Appearance = dict[str, tuple["Float[ndarray, ' galaxy']", str | None, str]]


def draw_appearance(rng: Draws, population: Population) -> Appearance:
    """Draw the rendering parameters of a population.

    The visible part of the gas residual lengthens the young disk and roughens its arms; the hidden part and whatever
    surroundings removed leave no trace.

    Returns:
        For each column name, without its prefix: the values, the unit and the description.
    """
    count, mass = len(population), population.log_stellar_mass
    activity = np.clip((population.log_ssfr + 11.3) / 1.5, 0.0, 1.0)
    disk = population.late_type & (population.bulge_to_total < LARGEST_DISK_BULGE)
    arm_strength = _draw_arm_strength(rng, mass, activity) * (disk & ~population.irregular)
    barred = disk & (rng.uniform(size=count) < 0.35) & (mass > 9.2)
    return {
        "bulge_to_total": (population.bulge_to_total, None, "share of r light in the bulge"),
        "inclination": (population.inclination, "rad", "angle between disk axis and line of sight"),
        "position_angle": (rng.uniform(0.0, np.pi, count), "rad", "of the major axis, from +x towards +y of the image"),
        "disk": (disk.astype(float), None, "1 where a disk is drawn"),
        "young_fraction": ((0.03 + 0.57 * activity) * disk, None, "share of the disk's r light that is young"),
        "young_extent": (
            np.clip(1.0 + 0.9 * population.visible_hi_residual, 0.6, 1.7),
            None,
            "scale length of the young over the old disk",
        ),
        "arm_count": (_draw_arm_count(rng, count), None, "number of spiral arms"),
        "arm_strength": (arm_strength, None, "contrast of the arms, 0 to 1"),
        "arm_pitch": (_draw_pitch(rng, population), "rad", "pitch angle of the arms"),
        "flocculence": (_flocculence(population, activity, arm_strength) * disk, None, "contrast of patches, 0 to 1"),
        "bar_strength": (np.where(barred, rng.uniform(0.3, 1.0, count), 0.0), None, "strength of the bar, 0 to 1"),
        "ring": ((disk & (rng.uniform(size=count) < 0.03)).astype(float), None, "1 where a ring is drawn"),
        "dust": (population.reddening, "mag", "color excess that sets the dust lanes"),
        "companion": ((rng.uniform(size=count) < 0.03).astype(float), None, "1 where a merging companion is drawn"),
    }


def _draw_arm_strength(
    rng: Draws, mass: Float[ndarray, " galaxy"], activity: Float[ndarray, " galaxy"]
) -> Float[ndarray, " galaxy"]:
    grand_design = 0.75 * activity * np.clip((mass - 8.8) / 1.2, 0.15, 1.0)
    return np.clip(grand_design + 0.12 * rng.standard_normal(len(mass)), 0.0, 1.0)


def _draw_arm_count(rng: Draws, count: int) -> Float[ndarray, " galaxy"]:
    return rng.choice([1.0, 2.0, 3.0, 4.0], size=count, p=[0.1, 0.55, 0.2, 0.15])


def _draw_pitch(rng: Draws, population: Population) -> Float[ndarray, " galaxy"]:
    degrees = 26.0 - 18.0 * population.bulge_to_total - 2.0 * (population.log_stellar_mass - 10.0)
    return np.radians(np.clip(degrees + 5.0 * rng.standard_normal(len(population)), 8.0, 40.0))


def _flocculence(
    population: Population, activity: Float[ndarray, " galaxy"], arm_strength: Float[ndarray, " galaxy"]
) -> Float[ndarray, " galaxy"]:
    patches = 0.55 * activity * (1.1 - 0.5 * arm_strength) + 0.35 * population.irregular
    return np.clip(patches + 0.5 * population.visible_hi_residual, 0.02, 1.0)
