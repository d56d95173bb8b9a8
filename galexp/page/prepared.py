"""The prepared data behind the runs of a report, each once, for the sections that show images and labels."""

from __future__ import annotations

import dataclasses
import pathlib
from typing import TYPE_CHECKING

import numpy as np
import torch

from galexp.page.content import Notice, Stamp
from galexp.page.galaxies import sky_address
from galexp.page.material import Material, ReportRun
from galexp.shard.origin import Origin
from galexp.shard.read import PreparedData
from galexp.transform.resize import resize_with_margin

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jaxtyping import Float, UInt8

MANY_LABELS = 5
"""From this number on labels are shown together, small, and not one by one."""

_NAMED = ("dataset", "split", "model")
_UNSAID = (*_NAMED, "experiment", "logger", "trainer", "callback", "what", "section", "paths", "services")
_STAMP = 128  # [pixel]


def images_are_lost(name: str) -> Notice:
    """Say that galaxies cannot be shown, and what to do.

    Args:
        name: Of the data, or of the run, that they belong to.
    """
    return Notice(
        f"The images of {name} are not on this disk as they were used; prepare them again, or make the report where "
        "they lie."
    )


@dataclasses.dataclass(frozen=True)
class Shown:
    """Prepared data, and one of the runs that learned from it.

    Args:
        name: Unique among the data of a report, for the names of tables and pictures.
        run: Whose labels and image sizes are meant.
        data: Opened.
    """

    name: str
    run: ReportRun
    data: PreparedData

    @property
    def origin(self) -> Origin:
        """What its galaxies are."""
        return self.data.origin

    @property
    def mark(self) -> str:
        """What a row of it is marked with."""
        return self.origin.label

    @property
    def labels(self) -> list[str]:
        """Columns of numbers that the run learned."""
        names = self.run.settings["task"]["targets"]
        catalog = self.data.catalog
        return [name for name in names if name in catalog.colnames and catalog[name].dtype.kind in "fiub"]

    def values(self, names: list[str]) -> Float[np.ndarray, "galaxy label"]:
        """Return columns of the catalog side by side."""
        columns = [np.asarray(self.data.catalog[name], dtype=np.float64) for name in names]
        return np.stack(columns, axis=1) if columns else np.empty((len(self.data), 0))

    def stamp(self, row: int, *lines: str) -> Stamp:
        """Return a galaxy to look at, with its place on the sky where it was observed and has one."""
        image, catalog = stamp(self.data.pixels(row)), self.data.catalog
        if self.origin is not Origin.OBSERVED or not {"ra", "dec"} <= set(catalog.colnames):
            return Stamp(image, lines)
        return Stamp(image, lines, sky_address(float(catalog["ra"][row]), float(catalog["dec"][row])))

    def seen(self, row: int) -> UInt8[np.ndarray, "side side band"]:
        """Return an image as the network gets it where nothing is augmented."""
        settings = self.run.settings["datamodule"]
        image = resized(self.data.pixels(row), settings["image_size"], settings.get("field_fraction", 1.0))
        return (
            image.mean(2, keepdims=True).round().astype(np.uint8) if self.run.settings["model"]["monochrome"] else image
        )


def resized(
    pixels: UInt8[np.ndarray, "height width band"], side: int, field_fraction: float = 1.0
) -> UInt8[np.ndarray, "side side band"]:
    """Bring the center of an image to a side, each pixel the mean over its area."""
    image = torch.from_numpy(np.array(pixels.transpose(2, 0, 1), order="C"))
    return resize_with_margin(image, side, field_fraction, margin=1.0).numpy().transpose(1, 2, 0)


def stamp(pixels: UInt8[np.ndarray, "height width band"]) -> UInt8[np.ndarray, "side side band"]:
    """Return the central square of an image, no larger than a page needs it, in one band or three."""
    shown = pixels if pixels.shape[2] in (1, 3) else pixels[..., :1]
    return resized(shown, min(_STAMP, *pixels.shape[:2]))


def shown_data(material: Material) -> tuple[list[Shown], list[Notice]]:
    """Return the data of all runs, each once for what was learned from it, and notices of what is not there."""
    found: dict[tuple[str, ...], Shown] = {}
    absent: dict[str, tuple[str, pathlib.Path]] = {}
    for run in material.runs:
        sha256, name = run.metrics["data_sha256"], run.audit["data_name"]
        key = (sha256, *run.settings["task"]["targets"])
        if key in found or sha256 in absent:
            continue
        if run.data is None:
            absent[sha256] = (name, pathlib.Path(run.provenance["data_folder"]))
            continue
        taken = sum(other.name.split("--")[0] == name for other in found.values())
        found[key] = Shown(f"{name}--{taken + 1}" if taken else name, run, run.data)
    return list(found.values()), [_notice(*lost) for lost in dict.fromkeys(absent.values())]


def _notice(name: str, folder: pathlib.Path) -> Notice:
    return Notice(
        f"The prepared data {name} is not in {folder} as it was trained on, so that its images and labels cannot be "
        "shown. Prepare it again, or make the report where it lies."
    )


def called(groups: Mapping[str, list[ReportRun]]) -> dict[str, str]:
    """Return what configurations are called: dataset, split, model, and the options in which others differ.

    Args:
        groups: Runs under the name that says every key in which they differ.

    Returns:
        That name -> a shorter one; the same name where options alone do not tell a group from others.
    """
    chosen = {name: members[0].choices for name, members in groups.items()}
    base = {name: "-".join(str(words[group]) for group in _NAMED) for name, words in chosen.items()}
    short = {}
    for name, words in chosen.items():
        others = [chosen[other] for other in chosen if base[other] == base[name]]
        differs = [
            group
            for group in sorted(words)
            if group not in _UNSAID and any(one.get(group) != words[group] for one in others)
        ]
        short[name] = " ".join([base[name], *(f"{group}={words[group]}" for group in differs)])
    return {name: text if list(short.values()).count(text) == 1 else name for name, text in short.items()}


def leader(runs: list[ReportRun]) -> ReportRun:
    """Return the run of the lowest error on its validation rows, or the first where none has any."""
    return min(runs, key=_validation_error)


def _validation_error(run: ReportRun) -> float:
    for name in ("val/rmse", "val/log_loss"):
        values = np.array(run.history.get(name, []), dtype=np.float64)
        if np.isfinite(values).any():
            return float(np.nanmin(values))
    return float("inf")
