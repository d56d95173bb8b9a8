"""How the surroundings of each survey are distributed, and where the splits cut them (Wu 2020, Figure 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galexp.environment.group import GROUP_CENTRAL, ISOLATED_CENTRAL, SATELLITE
from galexp.figure.environment_histograms import Surroundings, environment_histograms
from galexp.page.content import Block, Column, DataTable, Part, Picture, Prose, Row
from galexp.page.prepared import Shown, shown_data
from galexp.page.section.base import Section
from galexp.split.group import ENV_CODE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from galexp.page.material import Material

_LABEL = r"$\log_{10}(1+\delta_5)$"
_CUTS = {"20th percentile": 0.2, "80th percentile": 0.8}
_PERCENTILES = (1, 5, 16, 20, 50, 80, 84, 95, 99)
_KINDS = {"isolated": (ISOLATED_CENTRAL,), "in groups": (GROUP_CENTRAL, SATELLITE)}
_TEXT = """All galaxies of the prepared data with an overdensity, in the variant that the runs chose by environment=;
the lines are where delta5_q20 and delta5_q80 cut. Widths and quantiles of two surveys can be compared only where both
were measured alike: in the code of Wu (2020) xGASS had a velocity window and alpha.40 had none, and both were divided
by the trend of alpha.40, so that xGASS seems to reach emptier surroundings."""


class EnvironmentHistograms(Section):
    """Draw histograms of the overdensity, with isolated and grouped galaxies apart where the catalog tells them."""

    order = 41

    def part(self, material: Material) -> Part | None:
        """Show each prepared dataset once for each variant; None unless some run splits by surroundings."""
        if not any(run.choices["split"].startswith(("delta5", "group")) for run in material.runs):
            return None
        data, notices = shown_data(material)
        panels = {
            f"{shown.name}, {variant}": (shown, _surroundings(shown, column))
            for shown in data
            for variant, column in _variants(material, shown).items()
        }
        if not panels:
            return Part("environment_histograms", "Surroundings", tuple(notices)) if notices else None
        figure = environment_histograms(
            {name: surroundings for name, (_, surroundings) in panels.items()}, _LABEL, origin=material.origin
        )
        picture = Picture("surroundings", "Overdensities, and where the splits cut them.", figure)
        blocks: list[Block] = [Prose(_TEXT), *notices, picture, _table(panels)]
        return Part("environment_histograms", "Surroundings", tuple(blocks))


def _variants(material: Material, shown: Shown) -> dict[str, str]:
    """Return the ways in which runs on this data measured overdensities, and the column of each that has values."""
    runs = [run for run in material.runs if run.metrics["data_sha256"] == shown.run.metrics["data_sha256"]]
    columns = {run.choices["environment"]: run.settings["environment"]["column"] for run in runs}
    catalog = shown.data.catalog
    return {
        name: column
        for name, column in columns.items()
        if column in catalog.colnames and np.isfinite(np.asarray(catalog[column], dtype=np.float64)).any()
    }


def _surroundings(shown: Shown, column: str) -> Surroundings:
    catalog = shown.data.catalog
    values = np.asarray(catalog[column], dtype=np.float64)
    parts = {}
    if ENV_CODE in catalog.colnames:
        parts = {kind: np.isin(np.asarray(catalog[ENV_CODE]), codes) for kind, codes in _KINDS.items()}
    cuts = {name: float(np.nanquantile(values, share)) for name, share in _CUTS.items()}
    return Surroundings(values, parts, cuts)


def _table(panels: Mapping[str, tuple[Shown, Surroundings]]) -> DataTable:
    columns = (
        *(Column("prepared data"), Column("galaxies"), Column("without")),
        *(Column(f"{percent} %", "dex", 2) for percent in _PERCENTILES),
    )
    rows = []
    for name, (shown, surroundings) in panels.items():
        known = surroundings.values[np.isfinite(surroundings.values)]
        quantiles = (float(value) for value in np.percentile(known, _PERCENTILES))
        rows.append(Row((name, len(known), len(surroundings.values) - len(known), *quantiles), shown.mark))
    return DataTable("surroundings", "Percentiles of log10(1 + delta5)", columns, tuple(rows))
