"""Read shards front to back, as WebDataset does: for data that lie far away, or are too many for a memory."""

from __future__ import annotations

import contextlib
import functools
import tarfile
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import Any, Generic, Protocol, TypeVar

import numpy as np
import torch
from torch.utils.data import DataLoader, IterableDataset, get_worker_info
from webdataset import DataPipeline
from webdataset.gopen import gopen
from webdataset.tariterators import group_by_keys, tar_file_expander

from galexp import world
from galexp.image.codec import decode
from galexp.shard.epoch import Reader, Share
from galexp.shard.read import PreparedData

Made = TypeVar("Made")


class Plan(Protocol):
    """What tells each reader of an epoch what to read."""

    def __len__(self) -> int:
        """Return the number of batches of one process."""

    def share(self, epoch: int, reader: Reader) -> Share:
        """Return what one worker reads."""


class ShardStream(IterableDataset[Made], Generic[Made]):
    """Give whole batches of images that are read shard after shard.

    Args:
        data: The prepared dataset.
        plan: Who reads what.
        make: From the rows of a batch and their images, 8 bits as (height, width, band), to the batch.
        rank: Number of this process.
        processes: Number of all that share the epoch.
        epoch: The first.
    """

    def __init__(
        self,
        data: PreparedData,
        plan: Plan,
        make: Callable[[list[int], list[np.ndarray]], Made],
        rank: int = 0,
        processes: int = 1,
        epoch: int = 0,
    ) -> None:
        self.data = data
        self.plan = plan
        self.make = make
        self.rank, self.processes = rank, processes
        # Shared, since workers that outlive an epoch learn of the next one through it.
        self._epoch = torch.tensor(epoch).share_memory_()

    def set_epoch(self, epoch: int) -> None:
        """Name the epoch whose order comes next; Lightning calls it."""
        self._epoch.fill_(epoch)

    def __iter__(self) -> Iterator[Made]:
        info = get_worker_info()
        worker, workers = (info.id, info.num_workers) if info else (0, 1)
        share = self.plan.share(int(self._epoch), Reader(self.rank, self.processes, worker, workers))
        names = self.data.catalog["id"]
        with contextlib.closing(stream_images(self.data, share.reading)) as images:
            for rows, encoded in _in_batches(images, share.batches):
                yield self.make(
                    rows, [decode(image, str(names[row])) for row, image in zip(rows, encoded, strict=True)]
                )


class StreamLoader(Generic[Made]):
    """Give the batches of a stream, read ahead by workers; its length is that of a whole epoch.

    Lightning names the epoch to ``sampler`` (and looks for a ``batch_sampler``) and ends the workers through
    ``_iterator``, as of a DataLoader.

    Args:
        stream: The batches.
        num_workers: Processes that read ahead.
    """

    def __init__(self, stream: ShardStream[Made], num_workers: int = 0) -> None:
        self.sampler = stream
        self.batch_sampler = None
        self._loader: DataLoader[Made] = DataLoader(
            stream,
            batch_size=None,
            num_workers=num_workers,
            persistent_workers=num_workers > 0,
            multiprocessing_context="forkserver" if num_workers else None,
            worker_init_fn=world.end_with_parent,
            pin_memory=torch.cuda.is_available(),
        )

    def __len__(self) -> int:
        return len(self.sampler.plan)

    def __iter__(self) -> Iterator[Made]:
        yield from self._loader

    @property
    def _iterator(self) -> Any:
        return self._loader._iterator

    @_iterator.setter
    def _iterator(self, value: Any) -> None:
        self._loader._iterator = value


def stream_images(data: PreparedData, rows: np.ndarray) -> Generator[tuple[int, bytes]]:
    """Yield (row, image bytes) of rows that are given in the order in which they lie in their shards.

    Raises:
        ValueError: where a shard is no whole tar, or does not hold an image that the catalog places in it.
    """
    names = np.asarray(data.catalog["id"])[rows].tolist()
    shards = list(dict.fromkeys(np.asarray(data.catalog["shard"])[rows].tolist()))
    row_of = dict(zip(names, rows.tolist(), strict=True))
    paths = [str(data.folder / "shards" / shard) for shard in shards]
    select = functools.partial(tar_file_expander, select_files=lambda name: _is_image_of(name, row_of))
    samples = iter(DataPipeline(functools.partial(_opened, paths), select, group_by_keys))
    try:
        while row_of:
            sample = next(samples, None)
            if sample is None:
                name, row = next(iter(row_of.items()))
                shard = data.folder / "shards" / str(data.catalog["shard"][row])
                raise ValueError(
                    f"{shard} does not hold image {name}, which the catalog places there; run prepare again"
                )
            yield row_of.pop(sample["__key__"]), _image_of(sample)
    except tarfile.TarError as error:
        raise ValueError(f"a shard of {data.folder} is no whole tar ({error.args[0]}); run prepare again") from error
    finally:
        samples.close()


def _opened(paths: Sequence[str]) -> Iterator[dict[str, Any]]:
    for path in paths:
        with gopen(path) as opened:
            yield {"url": path, "stream": opened}


def _is_image_of(name: str, row_of: dict[str, int]) -> bool:
    key, _, suffix = name.partition(".")
    return suffix != "json" and key in row_of


def _image_of(sample: dict[str, Any]) -> bytes:
    (image,) = (value for key, value in sample.items() if not key.startswith("__"))
    assert isinstance(image, bytes)
    return image


def _in_batches(
    images: Iterator[tuple[int, bytes]], batches: Sequence[np.ndarray]
) -> Iterator[tuple[list[int], list[bytes]]]:
    """Yield the rows of each batch and their images, holding what comes before it is wanted."""
    held: dict[int, bytes] = {}
    for batch in batches:
        rows = batch.tolist()
        missing = set(rows) - held.keys()
        while missing:
            row, image = next(images)
            held[row] = image
            missing.discard(row)
        yield rows, [held.pop(row) for row in rows]


def check_readers(state_dict: dict[str, Any], num_workers: int) -> None:
    """Refuse to go on within an epoch whose readers were others.

    Args:
        state_dict: ``epoch``, ``processes`` and ``num_workers`` of where it was broken off.
        num_workers: Of each process now.

    Raises:
        ValueError: with what it was and what it is.
    """
    epoch = state_dict["epoch"] + 1
    before = state_dict.get("processes", world.size())
    if before != world.size():
        raise ValueError(
            f"this run was broken off within epoch {epoch} on {before} devices and there are {world.size()} now, among "
            f"which a stream cannot share the rest of that epoch; go on with {before} devices, or start anew with "
            "force=true"
        )
    before = state_dict.get("num_workers", num_workers)
    if max(before, 1) != max(num_workers, 1):
        raise ValueError(
            f"this run was broken off within epoch {epoch} with datamodule.num_workers={before} and it is "
            f"{num_workers} now, among which a stream cannot share the rest of that epoch; go on with "
            f"datamodule.num_workers={before}, or start anew with force=true"
        )
