"""Open what a search is of: data, network, queries, and the features of all of them."""

from __future__ import annotations

import dataclasses
import functools
from typing import Any

import numpy as np
import torch

from galexp import launch
from galexp.command import Command
from galexp.datamodule import GalaxyDataModule
from galexp.dataset.location import settled
from galexp.evaluation.predict import load_weights
from galexp.job.evaluate import _without_company, check_unchanged, settings_of, without_lost_width
from galexp.job.search.images import SearchImages
from galexp.job.search.options import SearchOptions
from galexp.job.search.query import Queries, queries_of_rows, queries_of_words
from galexp.job.search.side import gallery_rows, held_out_rows
from galexp.preparation.open import announce, open_data
from galexp.run.directory import RunDirectory
from galexp.run.start import learned_on
from galexp.shard.origin import Origin, least_real
from galexp.shard.read import PreparedData
from galexp.similarity.embed import embed_images, embed_rows, kind_of
from galexp.similarity.neighbor import check_gallery, kin_of, kin_of_files
from galexp.similarity.plain import PCA, PIXELS, pixel_features, principal_components
from galexp.split.base import UNUSED
from galexp.target import instantiate
from galexp.task.base import Task
from galexp.task.build import build_task
from galexp.task.label import labeled
from galexp.terminal import progress_bar
from galexp.transform.cache import bands_of

Pair = tuple[np.ndarray, np.ndarray]


@dataclasses.dataclass(frozen=True)
class SearchSpace:
    """Gallery and queries by all of their features.

    Args:
        settings: Resolved.
        options: Of the user.
        data: That is searched.
        images: Of gallery and queries.
        task: The trained network.
        device: On which it runs.
        features: By which galaxies are alike: a key of `spaces`.
        learned: The key of what the network has learned.
        spaces: Name -> features of gallery and queries.
        origin: What must be said of what is found: a mock counts also where the network alone learned from one. The
            galaxies have an origin of their own, in `data`.
    """

    settings: dict[str, Any]
    options: SearchOptions
    data: PreparedData
    images: SearchImages
    task: Task
    device: torch.device
    features: str
    learned: str
    spaces: dict[str, Pair]
    origin: Origin

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
    run.check_unedited()
    settings, changed = settings_of(run.settings(), command)
    options = SearchOptions.of(settings)
    data = open_data(settings)
    announce(data)
    check_unchanged(run, data, changed)
    gallery = gallery_rows(run, settings, data, changed)
    if options.query:
        queries = queries_of_words(options.query, data.catalog, bands_of(data))
    else:
        queries = queries_of_rows(held_out_rows(run, settings, data, changed), data.catalog)
    check_gallery(len(gallery), options.neighbors)
    settings = labeled(without_lost_width(settled(settings, data.folder), data), data.catalog)
    task = build_task(settings, bands_of(data), with_weights=False)
    load_weights(task, run.checkpoint(settings["evaluation"]["checkpoint"]))
    learned = kind_of(task)
    features = options.features_of(learned)
    images = SearchImages(_datamodule(settings, data), gallery, queries)
    device = torch.device("cuda" if launch.on_gpu(settings["trainer"]) else "cpu")
    pixels = images.described(lambda shown: pixel_features(shown, images.side))
    components = principal_components(pixels[0], settings["seed"])
    spaces = {
        learned: _embedded(task, images, device, options.views),
        PCA: images.described(lambda shown: components.features(shown, images.side, options.views)),
        PIXELS: pixels,
    }
    origin = least_real([data.origin, learned_on(run.folder) or data.origin])
    return SearchSpace(settings, options, data, images, task, device, features, learned, spaces, origin)


def _datamodule(settings: dict[str, Any], data: PreparedData) -> GalaxyDataModule:
    """Serve the images of all rows; none of them is to be trained on."""
    with progress_bar("images") as bar:
        shown = bar.add_task("decoding", total=len(data), note="")
        facts = {"data": data, "roles": np.full(len(data), UNUSED), "targets": [], "seed": settings["seed"]}
        datamodule: GalaxyDataModule = instantiate(
            _without_company(settings["datamodule"]), **facts, progress=lambda done: bar.update(shown, completed=done)
        )
    return datamodule


def _embedded(task: Task, images: SearchImages, device: torch.device, views: str) -> Pair:
    """Embed every row once, whether it is in the gallery, a query or both, and the files."""
    rows = np.unique(np.concatenate([images.gallery, images.queries.rows]))
    found = embed_rows(task, images.datamodule, rows, device, views)
    gallery, queries = (found[np.searchsorted(rows, side)] for side in (images.gallery, images.queries.rows))
    if not len(images.of_files):
        return gallery, queries
    return gallery, np.concatenate([queries, embed_images(task, images.of_files, device, views)])
