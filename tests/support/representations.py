"""Small representations, and the images that they learn from."""

from __future__ import annotations

import copy
import functools

import numpy as np
import pytorch_lightning as pl
import torch

from galexp.config import compose
from galexp.split.base import TEST, TRAIN, VAL
from galexp.task.build import build_task
from galexp.trainer import quiet

ROLES = np.array([TRAIN] * 6 + [VAL] * 2 + [TEST] * 2)
SMALL = {"widths": [4, 8], "latent_dim": 3, "hidden": 8, "channels": 2, "head_hidden": 4, "dropout": 0.0}
IMAGES, NUMBERS, CLASSES = (), ("task=representation_regression",), ("task=representation_classification",)
TARGETS = {
    IMAGES: {},
    NUMBERS: {"task.targets": ["metallicity"]},
    CLASSES: {"task.targets": ["kind"], "task.classes": ["a", "b", "c"]},
}
NAMES = [("reconstruction", "rmse"), ("reconstruction", "latent_rmse"), *(("latent", f"0{k}") for k in range(3))]


@functools.cache
def composed(*words):
    place = (
        "model=representation",
        "datamodule.image_size=16",
        "transform=none",
        "optimizer=adamw",
        "optimizer.lr=0.01",
    )
    return compose(["size=tiny", *(words or ["task=representation"]), *place])


def settings_of(words=IMAGES, changes=None):
    """Return settings of a small network, with some changed that are named by dotted keys."""
    settings = copy.deepcopy(composed(*words))
    settings["model"] |= SMALL
    for key, value in (TARGETS.get(words, {}) | (changes or {})).items():
        group, name = key.split(".")
        settings[group][name] = value
    return settings


def make(words=IMAGES, **changes):
    torch.manual_seed(0)
    return build_task(settings_of(words, {key.replace("__", "."): value for key, value in changes.items()}), 3)


def ready(datamodule, words=IMAGES, **changes):
    task = make(words, **changes)
    task.learn_statistics(datamodule)
    return task


def trainer_of(folder, **options):
    quietly = {"enable_progress_bar": False, "enable_model_summary": False, "enable_checkpointing": False}
    facts = {"accelerator": "cpu", "logger": False, "default_root_dir": folder, "use_distributed_sampler": False}
    return pl.Trainer(num_sanity_val_steps=0, **facts, **quietly, **options)


def images_of(datamodule, rows):
    return datamodule.images[list(rows)].float() / 255


def fit(task, datamodule, folder, epochs=1):
    with quiet():
        trainer_of(folder, max_epochs=epochs).fit(task, datamodule)
    return task


def values_of(task):
    return {name: value.clone() for name, value in task.network.model.state_dict().items()}
