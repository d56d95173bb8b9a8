"""Open what a search is of: data, network, queries, and the features of all of them."""

from __future__ import annotations

import dataclasses
import functools
from typing import Any

import numpy as np
import torch

from galexp.command import Command
from galexp.job.meet import Meeting, asked_block, meet
from galexp.job.search.images import SearchImages
from galexp.job.search.options import SearchOptions
from galexp.job.search.query import Queries, queries_of_rows, queries_of_words
from galexp.job.search.side import gallery_rows
from galexp.run.directory import RunDirectory
from galexp.shard.read import PreparedData
from galexp.similarity.embed import embed_images, embed_rows, kind_of
from galexp.similarity.neighbor import check_gallery, kin_of, kin_of_files
from galexp.similarity.plain import PCA, PIXELS, pixel_features, principal_components
from galexp.split.base import TEST, UNUSED
from galexp.task.base import Task
from galexp.transform.cache import bands_of

Pair = tuple[np.ndarray, np.ndarray]


@dataclasses.dataclass(frozen=True)
class SearchSpace:
    """Gallery and queries by all of their features.

    Args:
        met: The network and the galaxies that are searched, with what must be said of what is found.
        options: Of the user.
        images: Of gallery and queries.
        task: The trained network.
        features: By which galaxies are alike: a key of `spaces`.
        learned: The key of what the network has learned.
        spaces: Name -> features of gallery and queries.
    """

    met: Meeting
    options: SearchOptions
    images: SearchImages
    task: Task
    features: str
    learned: str
    spaces: dict[str, Pair]

    @property
    def settings(self) -> dict[str, Any]:
        """Resolved."""
        return self.met.settings

    @property
    def data(self) -> PreparedData:
        """That is searched."""
        return self.met.data

    @property
    def queries(self) -> Queries:
        """What looks for its likes."""
        return self.images.queries

    @functools.cached_property
    def names(self) -> tuple[list[str], list[str]]:
        """Of gallery and queries."""
        return list(map(str, self.data.catalog["id"][self.images.gallery])), list(self.queries.names)

    @functools.cached_property
    def kin(self) -> Pair:
        """What gallery and queries are the same by."""
        own = kin_of(self.data.catalog)
        of_files = kin_of_files(self.queries.files, self.data.catalog)
        return own[self.images.gallery], np.concatenate([own[self.queries.rows], of_files])

    @property
    def is_of_one_object(self) -> bool:
        """Whether many queries show one object, as frames of a simulation do, and are no independent ones."""
        return "simulation" in self.data.catalog.colnames


def open_space(run: RunDirectory, command: Command) -> SearchSpace:
    """Open the data, load the network, and embed gallery and queries.

    Args:
        run: Whose network it is.
        command: Whose words are put on top of the run's settings.

    Raises:
        UsageError: as ``evaluate`` does.
        ValueError: for an option out of its range, a query that is not there or is no image, or an empty gallery.
    """
    asked = asked_block("search", run, command)
    options = SearchOptions.of(asked)
    met = meet(run, command)
    settings, data = met.settings, met.data
    settings["search"] = asked
    gallery = gallery_rows(met)
    bands = bands_of(data)
    if options.query:
        queries = queries_of_words(options.query, data.catalog, bands)
    else:
        queries = queries_of_rows(np.flatnonzero(met.roles == TEST), data.catalog)
    check_gallery(len(gallery), options.neighbors)
    task = met.task(bands)
    learned = kind_of(task)
    features = options.features_of(learned)
    images = SearchImages(met.datamodule(np.full(len(data), UNUSED)), gallery, queries)
    pixels = images.described(lambda shown: pixel_features(shown, images.side))
    components = principal_components(pixels[0], settings["seed"])
    spaces = {
        learned: _embedded(task, images, met.device, options.views),
        PCA: images.described(lambda shown: components.features(shown, images.side, options.views)),
        PIXELS: pixels,
    }
    return SearchSpace(met, options, images, task, features, learned, spaces)


def _embedded(task: Task, images: SearchImages, device: torch.device, views: str) -> Pair:
    """Embed every row once, whether it is in the gallery, a query or both, and the files."""
    rows = np.unique(np.concatenate([images.gallery, images.queries.rows]))
    found = embed_rows(task, images.datamodule, rows, device, views)
    gallery, queries = (found[np.searchsorted(rows, side)] for side in (images.gallery, images.queries.rows))
    if not len(images.of_files):
        return gallery, queries
    return gallery, np.concatenate([queries, embed_images(task, images.of_files, device, views)])
