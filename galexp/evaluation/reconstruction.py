"""How near reconstructed images come, beside the mean image and as many principal components."""

from __future__ import annotations

import pathlib
import zipfile
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from astropy.table import Table

from galexp.evaluation.samples import samples_of
from galexp.model.part import FCAE, VAE
from galexp.split.base import TEST, TRAIN, VAL
from galexp.transform.crop import center_crop_to_float

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor

    from galexp.datamodule import GalaxyDataModule
    from galexp.task.representation import Representation

PIXELS = "pixels"
"""What stands for a target in the scores of a reconstruction."""
FILE_NAME = "reconstructions.npz"

_CHUNK = 64
_MOST_LEARNED, _MOST_VALUES = 4096, 2**27
_SHOWN = 6


class Drawn(NamedTuple):
    """Some images in [0, 1], (image, height, width, band), and as they were drawn again from each of several things."""

    names: list[str]
    images: Float[np.ndarray, "image height width band"]
    again: dict[str, Float[np.ndarray, "image height width band"]]

    def write(self, folder: pathlib.Path) -> None:
        """Write ``reconstructions.npz``, in 16 bits, which are finer than those of the images were."""
        with (folder / FILE_NAME).open("wb") as stream:
            arrays = {"images": self.images, **self.again}
            halves: dict[str, Any] = {name: values.astype(np.float16) for name, values in arrays.items()}
            np.savez_compressed(stream, names=np.array(self.names), **halves)

    @classmethod
    def read(cls, folder: pathlib.Path) -> Drawn | None:
        """Read what :meth:`write` wrote; None where there is none.

        Raises:
            ValueError: where the file is not whole.
        """
        path = folder / FILE_NAME
        if not path.is_file():
            return None
        try:
            with path.open("rb") as stream, np.load(stream, allow_pickle=False) as stored:
                arrays = {name: stored[name] for name in stored.files}
            names, images = arrays.pop("names").tolist(), arrays.pop("images").astype(np.float64)
        except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
            raise ValueError(f"{path} cannot be read ({error}); train the run anew with force=true") from error
        return cls(names, images, {name: values.astype(np.float64) for name, values in arrays.items()})


def reconstruction_scores(
    task: Representation, datamodule: GalaxyDataModule, table: Table, role: str, seed: int
) -> dict[str, Any]:
    """Score the reconstructions of one role; those of the test rows stand beside those of simple methods.

    Args:
        task: Whose network draws.
        datamodule: With the images.
        table: Predictions of that role.
        role: Of the rows.
        seed: Of the randomized principal components.

    Returns:
        As :func:`reconstruction_score_table`; empty where no autoencoder was trained.
    """
    learned = task.learned
    if FCAE not in learned:
        return {}
    learn = np.flatnonzero(np.isin(datamodule.roles, (TRAIN, VAL)))
    baselines: dict[str, np.ndarray] = {}
    if role == TEST and len(learn):
        rows, is_monochrome = datamodule.rows(TEST), task.network.monochrome
        components = {"mean": 0, **({"pca": task.model.latent_dim} if VAE in learned else {})}
        baselines = {
            name: linear_rmse(datamodule, learn, rows, number, seed, is_monochrome)
            for name, number in components.items()
        }
    return reconstruction_score_table(table, baselines)


def linear_rmse(
    datamodule: GalaxyDataModule,
    learn: np.ndarray,
    test: np.ndarray,
    components: int,
    seed: int = 0,
    is_monochrome: bool = False,
) -> Float[np.ndarray, " galaxy"]:
    """Return the root mean squared error of the mean image and some principal components, as a reconstruction.

    No linear method of as many numbers comes nearer to the images that it learned from, so that a VAE with as many
    latent dimensions is to be set beside it.

    Args:
        datamodule: With the images.
        learn: Rows that mean and components are of; of more than 4,096, or than 2^27 values, as many evenly over them.
        test: Rows to be reconstructed.
        components: How many, at most as many as there are rows to learn from; 0 for the mean alone.
        seed: Of the randomized decomposition.
        is_monochrome: Whether an image is the mean of its bands.

    Returns:
        One number an image.
    """
    from sklearn.decomposition import PCA

    def pixels(rows: np.ndarray) -> np.ndarray:
        images = images_of(datamodule, rows, is_monochrome)
        return images.flatten(1).numpy()

    most = min(_MOST_LEARNED, max(1, _MOST_VALUES // pixels(learn[:1]).size))
    if not components:
        mean = sum(pixels(rows).sum(0, dtype=np.float64) for rows in _chunks(learn)) / len(learn)
        return np.concatenate([np.sqrt(np.mean((pixels(rows) - mean) ** 2, axis=1)) for rows in _chunks(test)])
    known = np.concatenate([pixels(rows) for rows in _chunks(learn[:: -(-len(learn) // most)])])
    pca = PCA(min(components, *known.shape), svd_solver="randomized", random_state=seed).fit(known)

    def error(rows: np.ndarray) -> np.ndarray:
        images = pixels(rows)
        return np.sqrt(np.mean((pca.inverse_transform(pca.transform(images)) - images) ** 2, axis=1))

    return np.concatenate([error(rows) for rows in _chunks(test)])


def images_of(
    datamodule: GalaxyDataModule, rows: np.ndarray, is_monochrome: bool = False
) -> Float[Tensor, "row band side side"]:
    """Return images as a network sees them, in [0, 1]."""
    shown = center_crop_to_float(datamodule.images[rows.tolist()], datamodule.image_size)
    return shown.mean(1, keepdim=True) if is_monochrome else shown


def _chunks(rows: np.ndarray) -> list[np.ndarray]:
    return np.array_split(rows, -(-len(rows) // _CHUNK))


def reconstruction_score_table(table: Table, baselines: Mapping[str, np.ndarray]) -> dict[str, Any]:
    """Score reconstructions by the error over all pixels of all images.

    Args:
        table: Predictions, with ``reconstruction_rmse`` and, of a VAE, ``reconstruction_latent_rmse``; ``network`` and
            ``network_latent`` stand for these.
        baselines: The error of each image by other methods, in the same order.

    Returns:
        ``pixels`` -> sample -> method -> ``n`` and ``rmse``, in units of images in [0, 1].

    Example:
        >>> table = Table({"id": ["a", "b"], "reconstruction_rmse": [0.3, 0.4]})
        >>> found = reconstruction_score_table(table, {})["pixels"]["all"]["network"]
        >>> found["n"], round(2 * found["rmse"] ** 2, 6)
        (2.0, 0.25)
    """
    columns = {"network": "reconstruction_rmse", "network_latent": "reconstruction_latent_rmse"}
    methods = {name: np.asarray(table[column]) for name, column in columns.items() if column in table.colnames}
    methods |= baselines
    scores = {
        sample: {name: _score(rmse[kept]) for name, rmse in methods.items()}
        for sample, kept in samples_of(table).items()
        if kept.any()
    }
    return {PIXELS: scores}


def _score(rmse: np.ndarray) -> dict[str, float]:
    return {"n": float(len(rmse)), "rmse": float(np.sqrt(np.mean(rmse**2)))}


def drawn_again(task: Representation, datamodule: GalaxyDataModule) -> Drawn | None:
    """Return some held-out images, evenly over the catalog, as a network draws them again; None where it draws none.

    Args:
        task: Whose network draws.
        datamodule: With the images.
    """
    rows = datamodule.rows(TEST)
    if FCAE not in task.learned or not len(rows):
        return None
    rows = rows[np.linspace(0, len(rows) - 1, min(_SHOWN, len(rows))).round().astype(int)]
    images = images_of(datamodule, rows).to(task.device)
    was_training = task.training
    again = task.eval().reconstruct(images)
    task.train(was_training)
    seen = images.mean(1, keepdim=True) if task.network.monochrome else images
    names = [str(name) for name in datamodule.data.catalog["id"][rows]]
    return Drawn(names, _bands_last(seen), {name: _bands_last(one) for name, one in again.items()})


def _bands_last(images: Tensor) -> np.ndarray:
    return images.detach().float().cpu().permute(0, 2, 3, 1).numpy()
