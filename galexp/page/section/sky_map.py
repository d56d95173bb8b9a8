"""Where on the sky each split holds out its galaxies."""

from __future__ import annotations

import numpy as np

from galexp.figure.sky_map import sky_map
from galexp.page.content import Block, Notice, Part, Picture
from galexp.page.material import Material, ReportRun
from galexp.page.section.base import Section


class SkyMap(Section):
    """Draw a map of each split, one of its seeds or folds.

    Args:
        most: Maps.
    """

    order = 82

    def __init__(self, most: int) -> None:
        self.most = most

    def part(self, material: Material) -> Part | None:
        """Draw; None where no galaxies have positions, or their data is not known."""
        first = {name: runs[0] for name, runs in material.groups.items()}
        distinct = {run.audit["hash"]: (name, run) for name, run in reversed(first.items())}
        placed = [(name, run) for name, run in reversed(distinct.values()) if _has_positions(run)]
        absent = sorted({run.audit["data_name"] for _, run in distinct.values() if run.data is None})
        blocks: list[Block] = [
            _picture(number, name, run) for number, (name, run) in enumerate(placed[: self.most], start=1)
        ]
        if absent:
            text = (
                f"The catalog of {', '.join(absent)} is not on this disk as it was trained on, so that there is no map."
            )
            blocks.append(Notice(f"{text} Prepare it again, or make the report where it lies."))
        if len(placed) > self.most:
            blocks.append(Notice(f"{len(placed) - self.most} further splits are not drawn."))
        return Part("sky_map", "Where on the sky", tuple(blocks)) if blocks else None


def _has_positions(run: ReportRun) -> bool:
    data = run.data
    if data is None or not {"ra", "dec"} <= set(data.catalog.colnames):
        return False
    return bool(np.isfinite([data.catalog["ra"], data.catalog["dec"]]).all(axis=0).any())


def _picture(number: int, name: str, run: ReportRun) -> Picture:
    data = run.data
    assert data is not None
    role_of = dict(zip(run.split["id"].tolist(), run.split["role"].tolist(), strict=True))
    roles = np.array([role_of[galaxy] for galaxy in data.catalog["id"].tolist()])
    ra, dec = (np.asarray(data.catalog[column], dtype=np.float64) for column in ("ra", "dec"))
    drawn = " The positions were drawn." if {"ra", "dec"} & set(data.manifest.drawn_columns) else ""
    caption = f"Roles of the galaxies in {name}, seed {run.settings['seed']}; held-out ones are drawn last.{drawn}"
    return Picture(f"sky_map-{number}", caption, sky_map(ra, dec, roles, origin=run.origin))
