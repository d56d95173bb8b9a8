"""The data that a benchmark reads: what a training would, without a word about its split."""

from __future__ import annotations

from typing import Any

import numpy as np

from galexp.datamodule import GalaxyDataModule
from galexp.job.check import check_settings
from galexp.preparation.open import announce, open_data
from galexp.shard.read import PreparedData
from galexp.split.assign import assign_roles
from galexp.target import instantiate
from galexp.task.label import labeled, truth_columns


def opened(settings: dict[str, Any]) -> PreparedData:
    """Check the settings, and open the data that they mean; where there is none, make the mock.

    Classes that the settings leave to the data are written into them.
    """
    check_settings(settings)
    data = open_data(settings)
    settings["task"] = labeled(settings, data.catalog)["task"]
    announce(data)
    return data


def roles_of(settings: dict[str, Any], data: PreparedData) -> np.ndarray:
    """Return the role of each row, as a training would give it."""
    roles, _ = assign_roles(instantiate(settings["split"]), data.catalog, truth_columns(settings["task"]))
    return roles


def make_datamodule(
    settings: dict[str, Any], data: PreparedData, roles: np.ndarray, cache: str = "memory"
) -> GalaxyDataModule:
    """Make the datamodule of a training, with its images in ``memory``, on ``disk``, or (``none``) nowhere."""
    options = {**settings["datamodule"], "cache": cache}
    facts = {"data": data, "roles": roles, "targets": truth_columns(settings["task"]), "seed": settings["seed"]}
    datamodule: GalaxyDataModule = instantiate(options, **facts)
    return datamodule
