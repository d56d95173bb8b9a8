"""How near reconstructed images come, beside the mean image."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from astropy.table import Table

from galexp.evaluation.samples import samples_of
from galexp.transform.crop import center_crop_to_float

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor

    from galexp.datamodule import GalaxyDataModule

PIXELS = "pixels"
"""What stands for a target in the scores of a reconstruction."""

_CHUNK = 64


def mean_image_rmse(
    datamodule: GalaxyDataModule, learn: np.ndarray, test: np.ndarray, is_monochrome: bool = False
) -> Float[np.ndarray, " galaxy"]:
    """Return the root mean squared error of the mean image as a reconstruction of each of some others.

    Args:
        datamodule: With the images.
        learn: Rows whose mean is taken.
        test: Rows to be reconstructed.
        is_monochrome: Whether an image is the mean of its bands.
    """

    def images(rows: np.ndarray) -> Tensor:
        shown = center_crop_to_float(datamodule.images[rows.tolist()], datamodule.image_size).double()
        return shown.mean(1, keepdim=True) if is_monochrome else shown

    mean = torch.stack([images(rows).sum(0) for rows in _chunks(learn)]).sum(0) / len(learn)
    squares = [(images(rows) - mean).square().mean((1, 2, 3)) for rows in _chunks(test)]
    return torch.cat(squares).sqrt().numpy()


def _chunks(rows: np.ndarray) -> list[np.ndarray]:
    return np.array_split(rows, -(-len(rows) // _CHUNK))


def reconstruction_score_table(table: Table, baselines: Mapping[str, np.ndarray]) -> dict[str, Any]:
    """Score reconstructions by the error over all pixels of all images.

    Args:
        table: Predictions, with ``reconstruction_rmse``.
        baselines: The error of each image by other methods, in the same order.

    Returns:
        ``pixels`` -> sample -> method -> ``n`` and ``rmse``, in units of images in [0, 1].

    Example:
        >>> table = Table({"id": ["a", "b"], "reconstruction_rmse": [0.3, 0.4]})
        >>> found = reconstruction_score_table(table, {})["pixels"]["all"]["network"]
        >>> found["n"], round(2 * found["rmse"] ** 2, 6)
        (2.0, 0.25)
    """
    methods = {"network": np.asarray(table["reconstruction_rmse"]), **baselines}
    scores = {
        sample: {name: _score(rmse[kept]) for name, rmse in methods.items()}
        for sample, kept in samples_of(table).items()
        if kept.any()
    }
    return {PIXELS: scores}


def _score(rmse: np.ndarray) -> dict[str, float]:
    return {"n": float(len(rmse)), "rmse": float(np.sqrt(np.mean(rmse**2)))}
