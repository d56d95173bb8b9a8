"""Claims about the parts of an epoch, with a clock of our own in a training of Lightning's."""

from __future__ import annotations

import pytest
import pytorch_lightning as pl
import torch
from pytorch_lightning.callbacks import Checkpoint
from pytorch_lightning.plugins.io import CheckpointIO

from galexp.timing.stopwatch import Epoch, Stopwatch, TimedWriting
from galexp.trainer import quiet

STEP, VALIDATION, CALLBACK, WRITE, OTHER = 1.0, 100.0, 0.25, 7.0, 5.0
EPOCHS, STEPS = 3, 4


class Clock:
    """Stand still until something takes time."""

    now = 0.0

    def __call__(self):
        return self.now

    def takes(self, duration):
        self.now += duration


class Network(pl.LightningModule):
    """Take a known time for each step."""

    def __init__(self, clock):
        super().__init__()
        self.clock, self.layer = clock, torch.nn.Linear(1, 1)

    def training_step(self, batch, batch_idx):
        self.clock.takes(STEP)
        return self.layer(batch).sum()

    def validation_step(self, batch, batch_idx):
        self.clock.takes(VALIDATION)

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=0.1)


class Slow(pl.Callback):
    """Take a known time at the end of an epoch."""

    def __init__(self, clock):
        self.clock = clock

    def on_train_epoch_end(self, trainer, pl_module):
        self.clock.takes(CALLBACK)


class Writer(Checkpoint):
    """Write a checkpoint at the end of an epoch."""

    def on_train_epoch_end(self, trainer, pl_module):
        trainer.save_checkpoint("nowhere")


class Disk(CheckpointIO):
    """Take a known time to write."""

    def __init__(self, clock):
        self.clock, self.paths = clock, []

    def save_checkpoint(self, checkpoint, path, storage_options=None):
        self.clock.takes(WRITE)
        self.paths.append(path)

    def load_checkpoint(self, path, map_location=None, weights_only=None):
        return {"path": path}

    def remove_checkpoint(self, path):
        self.paths.remove(path)


def test_an_epoch_holds_steps_callbacks_and_writing_and_neither_validation_nor_what_comes_between(tmp_path):
    clock, asked = Clock(), []
    disk = Disk(clock)
    writing = TimedWriting(disk, clock)

    def other(steps):
        asked.append(steps)
        clock.takes(OTHER)

    stopwatch = Stopwatch(other, writing, clock)
    with quiet():
        trainer = pl.Trainer(
            accelerator="cpu",
            max_epochs=EPOCHS,
            logger=False,
            enable_progress_bar=False,
            enable_model_summary=False,
            num_sanity_val_steps=0,
            default_root_dir=tmp_path,
            callbacks=[Slow(clock), Writer()],
        )
        trainer.strategy.checkpoint_io = writing
        trainer.callbacks.append(stopwatch)
        data = torch.utils.data.DataLoader(torch.ones(STEPS, 1), batch_size=1)
        trainer.fit(Network(clock), data, data)
    whole = STEPS * STEP + CALLBACK + WRITE
    assert stopwatch.epochs == [Epoch(whole, WRITE, STEPS * VALIDATION, OTHER)] * EPOCHS
    assert asked == [STEPS] * EPOCHS
    assert [str(path).endswith("nowhere") for path in disk.paths] == [True] * EPOCHS


def test_timed_writing_reads_and_removes_as_what_is_inside():
    disk = Disk(Clock())
    writing = TimedWriting(disk, disk.clock)
    writing.save_checkpoint({}, "a")
    assert writing.load_checkpoint("a") == {"path": "a"}
    writing.remove_checkpoint("a")
    assert disk.paths == []
    assert writing.spent == pytest.approx(WRITE)
