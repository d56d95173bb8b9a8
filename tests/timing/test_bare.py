"""Claims about the bare loop: it takes the very steps of a training, and nothing else."""

from __future__ import annotations

import pytest
import pytorch_lightning as pl
import torch

from galexp.config import compose
from galexp.run.directory import RunDirectory
from galexp.shard.read import PreparedData
from galexp.task.build import build_task
from galexp.timing.bare import BareLoop, where
from galexp.timing.data import make_datamodule, roles_of
from galexp.trainer import make_trainer, quiet

CPU = torch.device("cpu")


@pytest.fixture
def settings():
    words = ["size=tiny", "model=small_cnn", "model.dropout=0", "transform=none", "logger=none", "trainer=cpu"]
    return {**compose([*words, "split.val_fraction=0", "trainer.limit_train_batches=1.0"]), "callback": {}}


@pytest.fixture
def datamodule(settings, workplace):
    data = PreparedData(workplace / "data" / "xgass-mock-mock-tiny")
    return make_datamodule(settings, data, roles_of(settings, data))


def test_the_bare_loop_ends_in_the_weights_of_a_training_that_does_not_augment(settings, datamodule, tmp_path):
    steps = len(datamodule.train_dataloader())
    pl.seed_everything(0, verbose=False)
    bare = BareLoop(settings, datamodule, steps, CPU)
    bare.run(steps)
    pl.seed_everything(0, verbose=False)
    task = build_task(settings, datamodule.bands)
    task.learn_statistics(datamodule)
    with quiet():
        make_trainer(settings, RunDirectory(tmp_path), None, watched=None).fit(task, datamodule=datamodule)
    expected = task.network.model.state_dict()
    for name, value in bare.model.state_dict().items():
        torch.testing.assert_close(value, expected[name], msg=name)


def test_the_batches_lie_ready_normalized_and_more_steps_go_through_them_again(settings, datamodule):
    bare = BareLoop(settings, datamodule, 5, CPU)
    assert len(bare.batches) == len(datamodule.train_dataloader())
    images = torch.cat([images for images, _ in bare.batches])
    assert images.shape[1:] == (3, 32, 32)
    assert images.mean((0, 2, 3)).abs().max() < 0.1
    bare.run(5)
    assert bare.schedule.last_epoch == 5


def test_bf16_steps_leave_weights_in_float32(settings, datamodule):
    bare = BareLoop(settings, datamodule, 1, CPU, "bf16-mixed")
    bare.run(1)
    assert {value.dtype for value in bare.model.parameters()} == {torch.float32}


def test_a_precision_that_needs_a_scaler_is_refused(settings, datamodule):
    with pytest.raises(ValueError, match=r"trainer\.precision is '16-mixed'; a bare loop knows 32-true and bf16-mixed"):
        BareLoop(settings, datamodule, 1, CPU, "16-mixed")


@pytest.mark.parametrize(
    ("precision", "found"), [("auto", "32-true"), ("bf16-mixed", "bf16-mixed"), ("32-true", "32-true")]
)
def test_on_a_cpu_the_precision_is_that_of_a_training_there(precision, found):
    assert where({"accelerator": "cpu", "precision": precision}) == (CPU, found)
