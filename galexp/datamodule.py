"""Batches for training, validation and prediction from a prepared dataset and the role of each of its rows."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pytorch_lightning as pl
import torch
from torch.utils.data import BatchSampler, DataLoader, Dataset, Sampler

from galexp import world
from galexp.shard.batches import Beside, EpochBatches
from galexp.shard.epoch import Once, Shuffled
from galexp.shard.origin import Origin, least_real
from galexp.shard.read import PreparedData
from galexp.shard.stream import Plan, ShardStream, StreamLoader, check_readers
from galexp.split.base import TRAIN, VAL
from galexp.transform.cache import ImageCache
from galexp.transform.unlabeled import FRACTION, JoinedImages, number_beside, open_beside, rows_beside

if TYPE_CHECKING:
    from jaxtyping import Float, Int64, UInt8
    from torch import Tensor

    Loader = DataLoader["Batch"] | StreamLoader["Batch"]


READERS = ("indexed", "stream")


class Batch(NamedTuple):
    """Galaxies on their way to the network.

    ``keys`` are integers made from identifiers, on which augmentation depends; ``rows`` are rows of the catalog, and
    beyond its end, those of a second dataset beside it.
    """

    images: UInt8[Tensor, "batch band side side"]
    targets: Float[Tensor, "batch target"]
    keys: Int64[Tensor, " batch"]
    rows: Int64[Tensor, " batch"]


def object_keys(identifiers: Sequence[str]) -> Int64[Tensor, " galaxy"]:
    """Return a 63-bit integer per identifier: the start of its SHA-256."""
    digests = (hashlib.sha256(str(identifier).encode()).digest()[:8] for identifier in identifiers)
    return torch.tensor([int.from_bytes(digest, "big") >> 1 for digest in digests], dtype=torch.int64)


class GalaxyBatches(Dataset[Batch]):
    """Give whole batches: the images of a list of rows at once."""

    def __init__(self, images: ImageCache | JoinedImages, targets: np.ndarray, keys: Tensor) -> None:
        self.images = images
        self.targets = torch.from_numpy(targets.astype(np.float32))
        self.keys = keys

    def __len__(self) -> int:
        return len(self.targets)

    def __getitem__(self, rows: list[int]) -> Batch:
        return self._with(rows, self.images[rows])

    def of_pixels(self, rows: list[int], pixels: list[np.ndarray]) -> Batch:
        """Return the batch of rows whose decoded images, (height, width, band), were read elsewhere."""
        assert isinstance(self.images, ImageCache)
        return self._with(rows, torch.stack([self.images.fitted(image) for image in pixels]))

    def _with(self, rows: list[int], images: Tensor) -> Batch:
        index = torch.as_tensor(rows, dtype=torch.int64)
        return Batch(images, self.targets[index], self.keys[index], index)


class GalaxyDataModule(pl.LightningDataModule):
    """Serve the rows of each role.

    Args:
        data: The prepared dataset.
        roles: Role of each row of its catalog.
        targets: Columns to be learned; a column that is not there is NaN throughout.
        seed: Of the order of training.
        image_size: Side that the network sees [pixel].
        field_fraction: Side that the network sees, as a fraction of the stored field's.
        batch_size: Images a batch, shared by all processes; training drops the last incomplete one.
        num_workers: Processes that read ahead; with a cache none are needed.
        cache: ``memory``, ``disk`` or ``none``.
        reader: ``indexed`` reads any image by its offset; ``stream`` reads shards front to back and decodes as it goes,
            for training, validation and prediction. Pictures for figures and statistics are read by offset.
        shuffle_window: Images that a stream's reader holds and mixes.
        progress: Called with the number of images decoded.
        unlabeled: Name of a second prepared dataset beside the first, whose images are trained on without any label,
            but for those that are held out of the first; None for none. It is opened where training begins.
        unlabeled_fraction: Share of every training batch that they make.

    Attributes:
        learned_on: What the galaxies were that a network learned from which meets these: those of `data`, unless set.

    Raises:
        ValueError: where several processes cannot share the validation rows, the reader is unknown or has a cache that
            it does not use, or a second dataset is asked of a stream or for no part, or for all, of a batch. Where
            training begins also as :func:`check_training` does.
    """

    def __init__(
        self,
        data: PreparedData,
        roles: np.ndarray,
        targets: Sequence[str],
        seed: int = 0,
        image_size: int = 128,
        field_fraction: float = 1.0,
        batch_size: int = 32,
        num_workers: int = 0,
        cache: str = "memory",
        reader: str = "indexed",
        shuffle_window: int = 2048,
        progress: Callable[[int], None] = lambda done: None,
        unlabeled: str | None = None,
        unlabeled_fraction: float = FRACTION,
    ) -> None:
        super().__init__()
        _check_reader(reader, cache, shuffle_window, unlabeled)
        self.beside = number_beside(unlabeled, unlabeled_fraction, batch_size)
        _check_validation(int(np.sum(roles == VAL)))
        self.data = data
        self.learned_on = data.origin
        self.roles = roles
        self.seed = seed
        self.image_size = image_size
        self.batch_size = batch_size
        self.num_workers = num_workers
        self.reader, self.shuffle_window = reader, shuffle_window
        self.unlabeled_name = unlabeled
        self._beside: ImageCache | None = None
        self.images = ImageCache(data, image_size, field_fraction, cache, progress)
        truth = np.full((len(data), len(targets)), np.nan)
        for number, target in enumerate(targets):
            if target in data.catalog.colnames:
                truth[:, number] = data.catalog[target]
        self.truth = truth
        self.start = (0, 0)
        self.batches = GalaxyBatches(self.images, truth, object_keys(data.catalog["id"].tolist()))

    @property
    def bands(self) -> int:
        """Number of bands of every image."""
        return self.images.bands

    @functools.cached_property
    def unlabeled(self) -> PreparedData | None:
        """The second dataset, if there is one."""
        return None if self.unlabeled_name is None else open_beside(self.unlabeled_name, self.data)

    @property
    def origin(self) -> Origin:
        """What must be said of what is learned here: a mock counts also where it has no label."""
        beside = [self.unlabeled.origin] if self.unlabeled else []
        return least_real([self.data.origin, self.learned_on, *beside])

    @functools.cached_property
    def unlabeled_rows(self) -> np.ndarray:
        """Rows of the second dataset that are trained on; none without one."""
        return rows_beside(self.unlabeled, self.data, self.roles) if self.unlabeled else np.empty(0, dtype=np.int64)

    def decode_unlabeled(self, progress: Callable[[int], None] = lambda done: None) -> ImageCache | None:
        """Decode the images of the second dataset, once, and return them; None without one.

        Args:
            progress: Called with the number of images decoded.
        """
        if self.unlabeled and self._beside is None:
            options = (self.image_size, self.images.field_fraction, self.images.place)
            self._beside = ImageCache(self.unlabeled, *options, progress)
        return self._beside

    def rows(self, role: str) -> np.ndarray:
        """Return the rows of one role."""
        return np.flatnonzero(self.roles == role)

    def image_statistics(self, most: int = 2048, monochrome: bool = False) -> tuple[list[float], list[float]]:
        """Return mean and standard deviation of each band over at most ``most`` training images in [0, 1].

        With ``monochrome`` they are those of the mean of the bands.
        """
        rows = self.rows(TRAIN)
        rows = rows[:: -(-len(rows) // most)].tolist()
        bands = 1 if monochrome else self.bands
        total, squares, pixels = torch.zeros(bands), torch.zeros(bands), 0
        for start in range(0, len(rows), 64):
            images = self.images[rows[start : start + 64]].double() / 255
            images = images.mean(1, keepdim=True) if monochrome else images
            total, squares = total + images.sum((0, 2, 3)), squares + (images**2).sum((0, 2, 3))
            pixels += images[:, 0].numel()
        mean = total / pixels
        return mean.tolist(), (squares / pixels - mean**2).clamp_min(1e-12).sqrt().tolist()

    def state_dict(self) -> dict[str, Any]:
        """Return the epoch, and the batches of it that were seen."""
        assert self.trainer is not None
        loop: Any = self.trainer.fit_loop
        batches = loop.epoch_loop.batch_progress
        seen = 0 if batches.is_last_batch else batches.current.processed
        place = {"epoch": loop.epoch_progress.current.processed, "batches": seen}
        place |= {"processes": world.size(), "num_workers": self.num_workers}
        return place | ({"unlabeled": self.unlabeled.manifest.content_sha256} if self.unlabeled else {})

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on after those batches; Lightning starts the loader of a resumed run before it names the epoch.

        Raises:
            ValueError: where a stream was broken off within an epoch that other processes or workers share otherwise,
                or the second dataset is no longer what it was.
        """
        if self.unlabeled and state_dict["unlabeled"] != self.unlabeled.manifest.content_sha256:
            raise ValueError(
                f"{self.unlabeled.folder} no longer holds what this run was trained on; put it back, or start anew "
                "with force=true"
            )
        if self.reader == "stream" and state_dict["batches"]:
            check_readers(state_dict, self.num_workers)
        self.start = (state_dict["epoch"], state_dict["batches"])

    def train_dataloader(self) -> Loader:
        """Return shuffled whole batches of the training rows."""
        rows = self.rows(TRAIN)
        check_training(len(rows), self.batch_size - self.beside)
        if self.reader == "stream":
            order = (self.batch_size, self.seed, self.shuffle_window, self.start)
            return self._stream(Shuffled(self.data.catalog, rows, *order), epoch=self.start[0])
        batches, company = self.batches, None
        if self.unlabeled and (images := self.decode_unlabeled()):
            batches, company = self._with_unlabeled(self.unlabeled, images)
        return self._loader(EpochBatches(rows, self.batch_size, self.seed, self.start, company), batches)

    def _with_unlabeled(self, other: PreparedData, images: ImageCache) -> tuple[GalaxyBatches, Beside]:
        """Return batches over both datasets, the rows of the second numbered after those of the first."""
        rows = self.unlabeled_rows + len(self.data)
        truth = np.concatenate([self.truth, np.full((len(other), self.truth.shape[1]), np.nan)])
        keys = torch.cat([self.batches.keys, object_keys(other.catalog["id"].tolist())])
        return GalaxyBatches(JoinedImages(self.images, images), truth, keys), Beside(rows, self.beside)

    def val_dataloader(self) -> Loader | list[Loader]:
        """Return the validation rows in order, this process's share; an empty list where there are none."""
        rows = np.array_split(self.rows(VAL), world.size())[world.rank()]
        return self.predict_loader(rows) if len(rows) else []

    def predict_loader(self, rows: np.ndarray) -> Loader:
        """Return any rows, each once: in order, or a stream as they lie in their shards."""
        if self.reader == "stream":
            return self._stream(Once(self.data.catalog, rows, self.batch_size))
        return self._loader(BatchSampler(rows.tolist(), self.batch_size, drop_last=False))

    def _stream(self, plan: Plan, epoch: int = 0) -> StreamLoader[Batch]:
        batches = ShardStream(self.data, plan, self.batches.of_pixels, world.rank(), world.size(), epoch)
        return StreamLoader(batches, self.num_workers)

    def _loader(self, batches: Sampler[list[int]], dataset: GalaxyBatches | None = None) -> DataLoader[Batch]:
        return DataLoader(
            dataset or self.batches,
            sampler=batches,
            batch_size=None,
            num_workers=self.num_workers,
            persistent_workers=self.num_workers > 0,
            multiprocessing_context="forkserver" if self.num_workers else None,
            worker_init_fn=world.end_with_parent,
            pin_memory=torch.cuda.is_available(),
        )


def _check_reader(reader: str, cache: str, shuffle_window: int, unlabeled: str | None) -> None:
    if reader not in READERS:
        raise ValueError(f"datamodule.reader is {reader!r}; choose {' or '.join(READERS)}")
    if reader == "stream" and cache != "none":
        raise ValueError(f"datamodule.cache is {cache!r} and a stream keeps no images; set datamodule.cache=none")
    if reader == "stream" and unlabeled is not None:
        raise ValueError("datamodule.unlabeled is read by offset; leave datamodule=stream out")
    if shuffle_window < 1:
        raise ValueError(f"datamodule.shuffle_window is {shuffle_window}; expected at least 1 image")


def check_training(rows: int, batch_size: int) -> None:
    """Refuse to train on fewer rows than a batch has of its own, beside those of a second dataset.

    Raises:
        ValueError: with both numbers.
    """
    if rows < batch_size:
        raise ValueError(f"{rows} training rows are less than one batch of {batch_size}; lower batch_size")


def _check_validation(validated: int) -> None:
    processes = world.size()
    if 0 < validated < processes:
        raise ValueError(f"{validated} validation rows are too few for {processes} devices; raise split.val_fraction")
