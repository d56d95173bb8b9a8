"""Claims about predicting with a network and about the table that comes out."""

from __future__ import annotations

import numpy as np
import pytest
import pytorch_lightning as pl
import torch

from galexp.config import compose
from galexp.datamodule import GalaxyDataModule
from galexp.evaluation.predict import load_weights, predict_rows, prediction_table
from galexp.split.base import TEST, TRAIN, VAL
from galexp.task.build import build_task
from galexp.trainer import quiet

ROLES = np.array([TRAIN] * 6 + [VAL] * 2 + [TEST] * 2)


@pytest.fixture
def datamodule(data):
    return GalaxyDataModule(data, ROLES, ["metallicity"], image_size=16, batch_size=4)


def make(*words, bands=3):
    base = ["size=tiny", "model=small_cnn", "dataset.targets=[metallicity]", "datamodule.image_size=16"]
    return build_task(compose([*base, *words]), bands)


def test_rows_are_predicted_once_in_the_order_that_is_asked_for(datamodule):
    task = make()
    task.learn_statistics(datamodule)
    rows = np.array([9, 2, 5, 0, 7])
    with quiet():
        plain, tta = predict_rows(
            pl.Trainer(accelerator="cpu", logger=False, enable_checkpointing=False, enable_progress_bar=False),
            task,
            datamodule,
            rows,
        )
    with torch.no_grad():
        images = datamodule.images[rows.tolist()].float() / 255
        expected = task.eval()(images)
        views = [torch.rot90(view, turns, (2, 3)) for view in (images, images.flip(3)) for turns in range(4)]
        averaged = torch.stack([task(view) for view in views]).mean(0)
    np.testing.assert_allclose(plain, expected, atol=1e-5)
    np.testing.assert_allclose(tta, averaged, atol=1e-5)


def test_a_table_of_predictions_has_truth_role_and_unit_of_each_row(datamodule):
    rows = np.array([8, 1])
    datamodule.truth[1] = np.nan
    table = prediction_table(datamodule, make(), rows, (np.array([[1.0], [2.0]]), np.array([[3.0], [4.0]])))
    assert table["id"].tolist() == datamodule.data.catalog["id"][rows].tolist()
    assert table["role"].tolist() == [TEST, TRAIN]
    assert np.isnan(table["true_metallicity"]).tolist() == [False, True]
    assert table["pred_tta_metallicity"].tolist() == [3, 4]
    assert table["pred_metallicity"].unit == "dex"


def test_what_else_a_network_says_stands_beside_its_predictions(datamodule):
    task, values = make("loss=gaussian_nll"), np.array([[9.0, 0.1]])
    table = prediction_table(datamodule, task, np.array([8]), (values, values + 1))
    assert (table["sigma_metallicity"].item(), table["sigma_tta_metallicity"].item()) == (0.1, 1.1)
    assert table["sigma_metallicity"].unit == "dex"


def test_the_checkpoint_of_another_network_is_refused(tmp_path):
    torch.save({"state_dict": make().state_dict()}, tmp_path / "last.ckpt")
    load_weights(make(), tmp_path / "last.ckpt")
    with pytest.raises(ValueError, match=r"last\.ckpt is of another network than this one \(size mismatch"):
        load_weights(make("model.width=8"), tmp_path / "last.ckpt")
    with pytest.raises(ValueError, match=r"takes images of 3 bands and these have 1; choose galaxies with as many"):
        load_weights(make(bands=1), tmp_path / "last.ckpt")
