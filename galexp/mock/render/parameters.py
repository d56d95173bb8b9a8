"""Per-galaxy numbers of the renderer, computed in double precision so that batching cannot change a byte."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from scipy.special import gammainc, lambertw

from galexp.mock import shape
from galexp.mock.photometry import R_MINUS_I
from galexp.mock.render.refuse import refuse_unequal, refuse_unphysical

if TYPE_CHECKING:
    from collections.abc import Collection

    from astropy.table import Table
    from jaxtyping import Float
    from numpy import ndarray
    from torch import Tensor

LIGHT = ("mag_g", "mag_r", "mag_i", "r50")
SHAPES = (
    *("bulge_to_total", "inclination", "position_angle", "disk", "young_fraction", "young_extent", "arm_count"),
    *("arm_strength", "arm_pitch", "flocculence", "bar_strength", "ring", "dust", "companion"),
)
UNIFORM_DRAWS = 64
COLOR_OFFSET_YOUNG = -0.40
COLOR_OFFSET_BULGE = 0.12
ROUND_BULGE, FLATTENED_FROM = 0.35, 0.5


@dataclass(frozen=True)
class Parameters:
    """What the renderer needs to know of each galaxy of a batch.

    Attributes:
        values: catalog columns without their prefix and quantities derived from them, float64, one entry a galaxy.
        uniform: draws between 0 and 1 that fix the details, float64.
        generators: source of every further draw of each galaxy.
    """

    values: dict[str, Float[ndarray, " galaxy"]]
    uniform: Float[ndarray, "galaxy draw"]
    generators: list[np.random.Generator]

    def __len__(self) -> int:
        """Return the number of galaxies."""
        return len(self.generators)

    def image(self, name: str, device: torch.device | str = "cpu") -> Float[Tensor, "galaxy 1 1"]:
        """Return one quantity as float32, shaped to broadcast over an image."""
        return as_image(self.values[name], device)

    def draw(self, index: int, device: torch.device | str = "cpu") -> Float[Tensor, "galaxy 1 1"]:
        """Return one of the uniform draws as float32, shaped to broadcast over an image."""
        return as_image(self.uniform[:, index], device)


def as_image(values: Float[ndarray, " galaxy"], device: torch.device | str = "cpu") -> Float[Tensor, "galaxy 1 1"]:
    """Turn one double-precision number a galaxy into float32, shaped to broadcast over an image."""
    return torch.from_numpy(np.ascontiguousarray(values, dtype=np.float32)).to(device)[:, None, None]


def read_parameters(catalog: Table | Mapping[str, ndarray]) -> Parameters:
    """Read the rendering parameters of a catalog and derive lengths and fluxes.

    Magnitudes and size are those under `mock_mag_g`, `mock_mag_r`, `mock_mag_i` and `mock_r50` where there are such
    columns (a real catalog that was completed), else those without the prefix.

    Raises:
        ValueError: if the catalog lacks a column or columns differ in length, naming them; if a magnitude is NaN, a
            size not positive, an inclination without an axis ratio between 0 and 1, or another value is outside its
            range, naming the galaxies.
    """
    columns = {name: _column(catalog, name) for name in (*LIGHT, *SHAPES, "seed")}
    missing = [column for column in columns.values() if column not in _names(catalog)]
    if missing:
        raise ValueError(
            f"catalog lacks {missing}, which the mock renderer needs; draw it with galexp.mock.survey, or complete a "
            "real one with galexp.mock.seen.with_appearance"
        )
    refuse_unequal({column: len(catalog[column]) for column in columns.values()})
    values = {name: np.asarray(catalog[columns[name]], dtype=np.float64) for name in (*LIGHT, *SHAPES)}
    refuse_unphysical(values, _identifiers(catalog, len(values["mag_r"])))
    generators = [np.random.default_rng(int(seed)) for seed in catalog["mock_seed"]]
    uniform = np.array([generator.uniform(size=UNIFORM_DRAWS) for generator in generators])
    values |= _geometry(values) | _component_flux(values)
    return Parameters(values, uniform, generators)


def _names(catalog: Table | Mapping[str, ndarray]) -> Collection[str]:
    return catalog.keys() if isinstance(catalog, Mapping) else catalog.colnames


def _column(catalog: Table | Mapping[str, ndarray], name: str) -> str:
    """Return under which name a catalog has a quantity, or should have it."""
    return name if name in LIGHT and f"mock_{name}" not in _names(catalog) else f"mock_{name}"


def _identifiers(catalog: Table | Mapping[str, ndarray], rows: int) -> ndarray:
    named = "id" in _names(catalog)
    return np.asarray(catalog["id"]) if named else np.array([f"row {row}" for row in range(rows)])


def sersic_shape(index: Float[ndarray, "*shape"]) -> Float[ndarray, "*shape"]:
    """Return b of exp(-b (R/R_e)^(1/n)), to 1e-3 for n from 0.5 (Ciotti & Bertin 1999, eq. 18, truncated)."""
    return 2.0 * index - 1.0 / 3.0 + 4.0 / (405.0 * index) + 46.0 / (25515.0 * index**2)


def _geometry(values: dict[str, Float[ndarray, " galaxy"]]) -> dict[str, Float[ndarray, " galaxy"]]:
    """Choose bulge and disk lengths so that half of the light of both lies within r50."""
    bulge_to_total, r50 = values["bulge_to_total"], values["r50"]
    disk_share = np.where(values["disk"] > 0, 1.0 - bulge_to_total, 0.0)
    bulge_to_total = np.where(values["disk"] > 0, bulge_to_total, 1.0)
    index = np.clip(1.2 + 2.8 * bulge_to_total, 1.0, 4.0)
    ratio = np.where(values["disk"] > 0, 0.2 + 0.7 * bulge_to_total, 1.0)
    bulge_inside = gammainc(2.0 * index, sersic_shape(index) * ratio ** (-1.0 / index))
    disk_inside = (0.5 - bulge_to_total * bulge_inside) / np.maximum(disk_share, 0.05)
    lengths = -1.0 - lambertw((np.clip(disk_inside, 0.1, 0.9) - 1.0) / np.e, k=-1).real
    axis_ratio = shape.axis_ratio(values["inclination"], bulge_to_total)
    return {
        "bulge_fraction": bulge_to_total,
        "sersic_index": index,
        "bulge_radius": r50 * ratio,
        "scale_length": r50 / lengths,
        "axis_ratio": axis_ratio,
        "bulge_axis_ratio": np.where(
            values["disk"] > 0,
            _bulge_axis_ratio(values["inclination"], bulge_to_total, axis_ratio),
            np.maximum(axis_ratio, 0.35),
        ),
    }


def _bulge_axis_ratio(
    inclination: Float[ndarray, " galaxy"],
    bulge_to_total: Float[ndarray, " galaxy"],
    axis_ratio: Float[ndarray, " galaxy"],
) -> Float[ndarray, " galaxy"]:
    """Return 1 - 0.35 sin^2 i of a small bulge, and the axis ratio of the galaxy where half of the light is in it.

    Linear in B/T between both, so that the whole has the axis ratio of the catalog; choices of ours.
    """
    flattened = np.clip(bulge_to_total / FLATTENED_FROM, 0.0, 1.0)
    return (1.0 - flattened) * (1.0 - ROUND_BULGE * np.sin(inclination) ** 2) + flattened * axis_ratio


def _component_flux(values: dict[str, Float[ndarray, " galaxy"]]) -> dict[str, Float[ndarray, " galaxy"]]:
    """Split the light into bulge, old and young disk, so that their sum has the catalog's magnitude in each band.

    The young disk is bluer and the bulge redder than the old disk by fixed offsets, in r - i by 0.48 of those in g - r;
    the old disk's color then follows.
    """
    bulge = np.where(values["disk"] > 0, values["bulge_to_total"], 1.0)
    young = (1.0 - bulge) * values["young_fraction"]
    share = {"bulge": bulge, "young": young, "old": 1.0 - bulge - young}
    offset = {"bulge": COLOR_OFFSET_BULGE, "young": COLOR_OFFSET_YOUNG, "old": 0.0}
    flux: dict[str, Float[ndarray, " galaxy"]] = {}
    for band, lever in (("g", 1.0), ("r", 0.0), ("i", -R_MINUS_I[1])):
        weight = {part: share[part] * 10.0 ** (-0.4 * lever * offset[part]) for part in share}
        total = 10.0 ** (0.4 * (22.5 - values[f"mag_{band}"]))
        flux |= {f"{part}_{band}": total * weight[part] / sum(weight.values()) for part in share}
    return flux
