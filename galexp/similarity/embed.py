"""Describe every image by the features that a trained network has of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from galexp.model.part import FCAE, VAE
from galexp.similarity.view import D4, over_views
from galexp.task.representation import Representation
from galexp.transform.crop import center_crop_to_float

if TYPE_CHECKING:
    from jaxtyping import Float, UInt8
    from torch import Tensor

    from galexp.datamodule import GalaxyDataModule
    from galexp.task.base import Task

NETWORK, LATENT = "network", "latent"
"""Features of a network that predicts something, and the latent means of one that can draw an image from them."""


def kind_of(task: Task) -> str:
    """Return what the features of a task are: ``latent`` where it draws images from them, else ``network``."""
    is_latent = isinstance(task, Representation) and {FCAE, VAE} <= set(task.model.learned)
    return LATENT if is_latent else NETWORK


@torch.inference_mode()
def embed_rows(
    task: Task, datamodule: GalaxyDataModule, rows: np.ndarray, device: torch.device, views: str = D4
) -> Float[np.ndarray, "row feature"]:
    """Return the features of rows of the catalog.

    Args:
        task: A trained network, which is put into evaluation and onto the device.
        datamodule: That serves the images.
        rows: Of the catalog, each once.
        device: On which the network runs.
        views: Over which they are taken; see :func:`galexp.similarity.view.over_views`.

    Returns:
        Features in the order of `rows`, in float32.

    Raises:
        ValueError: If there are no rows, or a feature is not finite.
    """
    if not len(rows):
        raise ValueError("there is no image to embed; name data or a split that has some")
    task.to(device).eval()
    order = np.argsort(rows)
    found, places = [], []
    for batch in datamodule.predict_loader(rows):
        images = center_crop_to_float(batch.images.to(device, non_blocking=True), task.image_size)
        found.append(over_views(task.features, images, views))
        places.append(batch.rows)
    features = torch.cat(found).cpu().numpy()
    embedded = np.empty_like(features)
    embedded[order[np.searchsorted(rows, torch.cat(places).numpy(), sorter=order)]] = features
    return _finite(embedded)


@torch.inference_mode()
def embed_images(
    task: Task, images: UInt8[Tensor, "image band side side"], device: torch.device, views: str = D4
) -> Float[np.ndarray, "image feature"]:
    """Return the features of images that lie in no catalog.

    Args:
        task: A trained network, which is put into evaluation and onto the device.
        images: Brought to the size of all others.
        device: On which the network runs.
        views: As in :func:`embed_rows`.

    Raises:
        ValueError: If a feature is not finite.
    """
    task.to(device).eval()
    centers = center_crop_to_float(images.to(device), task.image_size)
    return _finite(over_views(task.features, centers, views).cpu().numpy())


def _finite(features: np.ndarray) -> np.ndarray:
    broken = int(np.sum(~np.isfinite(features).all(axis=1)))
    if broken:
        raise ValueError(
            f"the features of {broken} of {len(features)} images are not finite: the network has diverged; train it "
            "again with a lower optimizer.lr, or take evaluation.checkpoint=best"
        )
    return features
