"""A trained network with the galaxies that it may be asked about."""

from __future__ import annotations

import dataclasses
import functools
from typing import TYPE_CHECKING

import numpy as np

from galexp.attribution.layer import find_layer
from galexp.attribution.method import Maps
from galexp.attribution.name import GRAD_CAM
from galexp.attribution.output import Explained, explained
from galexp.attribution.radius import Radii, galaxy_radii
from galexp.datamodule import GalaxyDataModule
from galexp.split.base import TEST
from galexp.task.base import Task
from galexp.terminal import progress_bar
from galexp.transform.crop import center_crop_to_float

if TYPE_CHECKING:
    from collections.abc import Sequence

    import torch
    from jaxtyping import Float, Int, UInt8
    from torch import Tensor

    Rows = Int[np.ndarray, " galaxy"]


@dataclasses.dataclass(frozen=True)
class Subject:
    """What is explained.

    Args:
        task: With the weights that are explained.
        datamodule: Data and roles.
        device: Where the network is.
    """

    task: Task
    datamodule: GalaxyDataModule
    device: torch.device

    @functools.cached_property
    def network(self) -> Explained:
        """The network with its outputs by name."""
        return explained(self.task)

    @functools.cached_property
    def held_out(self) -> Rows:
        """Rows that the network did not learn from."""
        return self.datamodule.rows(TEST)

    def population(self, most: int, seed: int) -> Rows:
        """Return some of the held-out rows, drawn at random."""
        return np.random.default_rng(seed).permutation(self.held_out)[:most]

    def maps(self, methods: Sequence[str], layer: str | None, steps: int) -> Maps:
        """Return what makes heat maps.

        Args:
            methods: That will be asked for.
            layer: Of Grad-CAM; None for the last feature map.
            steps: Of integrated gradients.

        Raises:
            ValueError: as :func:`galexp.attribution.layer.find_layer` does, where Grad-CAM is among the methods.
        """
        found = find_layer(self.network, layer, self.images(self.held_out[:1])) if GRAD_CAM in methods else None
        return Maps(self.network, found, steps)

    def images(self, rows: Rows) -> Float[Tensor, "galaxy band side side"]:
        """Return images in [0, 1] as the network sees them, where it is."""
        return center_crop_to_float(self.datamodule.images[rows.tolist()], self.task.image_size).to(self.device)

    def batches(self, rows: Rows) -> list[Rows]:
        """Part rows into batches."""
        size = self.datamodule.batch_size
        return [rows[start : start + size] for start in range(0, len(rows), size)]

    def values(self, rows: Rows) -> Float[np.ndarray, "galaxy name"]:
        """Predict rows."""
        parts = [np.empty((0, len(self.network.names)))]
        with progress_bar("galaxies") as bar:
            shown = bar.add_task("predicting", total=len(rows), note="")
            for batch in self.batches(rows):
                parts.append(self.network.values(self.images(batch)).double().cpu().numpy())
                bar.update(shown, advance=len(batch))
        return np.concatenate(parts)

    def truth(self, rows: Rows) -> Float[np.ndarray, "galaxy name"]:
        """Return the truth of every output: 1 of the true class and 0 of others, or a number; NaN without one."""
        truth = self.datamodule.truth[rows]
        if self.network.are_classes:
            return np.where(np.isfinite(truth[:, :1]), truth[:, :1] == np.arange(len(self.network.names)), np.nan)
        return (
            truth if self.network.names == self.task.targets else np.full((len(rows), len(self.network.names)), np.nan)
        )

    def radii(self, rows: Rows) -> Radii:
        """Return the radius of each galaxy on its image."""
        return galaxy_radii(self.datamodule.data, rows, self.task.image_size, self.datamodule.images.field_fraction)


def as_stored(images: Float[Tensor, "galaxy band side side"]) -> UInt8[np.ndarray, "galaxy side side band"]:
    """Return images in [0, 1] as 8 bits, with the bands last."""
    return (images * 255).round().byte().permute(0, 2, 3, 1).cpu().numpy()
