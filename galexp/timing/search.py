"""Time a search: features of images beside the network alone, neighbors among many vectors, clusters of them."""

from __future__ import annotations

import dataclasses
import functools
import resource
import sys
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from galexp import launch
from galexp.datamodule import GalaxyDataModule
from galexp.similarity.cluster import spectral_clusters
from galexp.similarity.embed import embed_rows
from galexp.similarity.graph import neighbor_graph
from galexp.similarity.index import chosen_index, nearest
from galexp.similarity.neighbor import neighbors
from galexp.similarity.view import NONE
from galexp.task.build import build_task
from galexp.terminal import say
from galexp.timing.bare import wait_for, where
from galexp.timing.base import Benchmark, Measurement, Request, check_integer
from galexp.timing.data import make_datamodule, opened, roles_of
from galexp.timing.measure import Row, at_least, at_most, in_turns, rates, ratios, seconds
from galexp.trainer import quiet
from galexp.transform.crop import center_crop_to_float

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from jaxtyping import Float
    from torch import Tensor

    from galexp.task.base import Task

NEIGHBORS = 10
_BATCHES = 16
NOTES = (
    "The network alone takes batches that lie in memory, cropped, up to what its last layer would see; embedding reads "
    "the same images from the cache, crops them and puts their features in order. One view of each image.",
    "Vectors are frames of imagined mergers, curves of 71 points and scatter about them. The time of neighbors is that "
    "of all cores added up, as one alone would take; that of clusters, with graph and eigenvalues, is the clock's.",
    "Memory is the peak of this process up to then, Python and its libraries and the images above included.",
)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Search(Benchmark):
    """Embed the images of a training, find neighbors among vectors, and cluster vectors.

    Args:
        points: Vectors that are searched.
        queries: Vectors that look for their neighbors.
        dimensions: Of both.
        clustered: Vectors of which clusters are made, once.
        least_ratio: What the speed of embedding over that of the network alone is demanded to be at least.
        most_seconds: What the queries are demanded to take at most, of one core [s].
        most_minutes: Likewise the clusters [min].
        most_megabytes: What this process is demanded to hold at most [MB].

    Raises:
        ValueError: where a number is out of its range.
    """

    points: int
    queries: int
    dimensions: int
    clustered: int
    least_ratio: float
    most_seconds: float
    most_minutes: float
    most_megabytes: float

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("points", "clustered"):
            check_integer(name, getattr(self, name), 2 * NEIGHBORS)
        for name in ("queries", "dimensions"):
            check_integer(name, getattr(self, name), 1)

    def measure(self, request: Request) -> Measurement:
        """Measure embedding and network in turns, then neighbors, then clusters."""
        settings = request.settings
        launch.keep_freed_memory()
        data = opened(settings)
        datamodule = make_datamodule(settings, data, roles_of(settings, data))
        say(f"{self.warm_up + self.repeats} rounds over {len(data):,} images, then {self.clustered:,} vectors")
        with quiet():
            embedding = self._embedding(settings, datamodule)
        return Measurement([*embedding, *self._neighbors(), *self._clusters()], NOTES, data.origin)

    def _embedding(self, settings: dict[str, Any], datamodule: GalaxyDataModule) -> list[Row]:
        device, _ = where(settings["trainer"])
        task = build_task(settings, datamodule.bands, with_weights=False).to(device).eval()
        batch, images = datamodule.batch_size, len(datamodule.data)
        rows = np.arange(min(images, _BATCHES * batch))
        ready = [
            center_crop_to_float(datamodule.images[rows[start : start + batch].tolist()].to(device), task.image_size)
            for start in range(0, len(rows), batch)
        ]
        actions: dict[str, Callable[[], object]] = {
            "network": functools.partial(_forward, task, ready, device),
            "embedding": functools.partial(embed_rows, task, datamodule, rows, device, NONE),
        }
        times = in_turns(actions, self.repeats, self.warm_up)
        speed = {name: rates(len(rows), spent) for name, spent in times.items()}
        found = [Row(f"{name}, one view", "images/s", values, self.warm_up) for name, values in speed.items()]
        ratio = ratios(speed["embedding"], speed["network"])
        return [*found, Row("embedding / network", "", ratio, self.warm_up, at_least(self.least_ratio))]

    def _neighbors(self) -> list[Row]:
        vectors = curves(self.points + self.queries, self.dimensions)
        search = functools.partial(nearest, vectors[: self.points], vectors[self.points :], NEIGHBORS)
        times = in_turns({"search": search}, self.repeats, self.warm_up, time.process_time)["search"]
        name = (
            f"{self.queries:,} queries among {self.points:,} x {self.dimensions}, {chosen_index('auto', self.points)}"
        )
        return [Row(name, "s", times, self.warm_up, at_most(self.most_seconds))]

    def _clusters(self) -> list[Row]:
        vectors = curves(self.clustered, self.dimensions)
        spent = seconds(functools.partial(cluster, vectors)) / 60
        unit = 2**20 if sys.platform == "darwin" else 2**10
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
        name = f"spectral clustering of {self.clustered:,} x {self.dimensions}"
        return [
            Row(name, "min", [spent], 0, at_most(self.most_minutes)),
            Row("memory of this process", "MB", [memory], 0, at_most(self.most_megabytes)),
        ]


@torch.inference_mode()
def _forward(task: Task, ready: Sequence[Tensor], device: torch.device) -> None:
    for images in ready:
        task.features(images)
    wait_for(device)


def cluster(vectors: Float[np.ndarray, "vector feature"]) -> int:
    """Cut the graph of vectors into clusters, as a search does, and return their number."""
    itself = np.arange(len(vectors))
    return spectral_clusters(neighbor_graph(neighbors(vectors, vectors, NEIGHBORS, (itself, itself)))).number


def curves(count: int, dimensions: int, seed: int = 0) -> Float[np.ndarray, "vector feature"]:
    """Draw vectors that lie along curves of 71 points, as the frames of a merger that one camera saw.

    Args:
        count: Of vectors.
        dimensions: Of each.
        seed: Of the draw.
    """
    rng = np.random.default_rng(seed)
    number = -(-count // 71)
    start = 0.5 * rng.normal(size=(number, 1, dimensions))
    path = 0.12 * rng.normal(size=(number, 71, dimensions)).cumsum(axis=1)
    scatter = 0.6 * rng.normal(size=(number, 71, dimensions))
    return (start + path + scatter).reshape(-1, dimensions)[:count].astype(np.float32)
