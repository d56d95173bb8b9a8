"""Claims about what training says of itself."""

from __future__ import annotations

import types

import pytest
import torch

from galexp.callback import progress
from galexp.callback.progress import Progress


@pytest.fixture
def trainer():
    """Return what Progress reads of a trainer: 1,000 steps on a CPU."""
    return types.SimpleNamespace(
        is_global_zero=True,
        estimated_stepping_batches=1000,
        global_step=0,
        current_epoch=0,
        max_epochs=2,
        callback_metrics={"train/loss": torch.tensor(0.5), "train/rmse": torch.tensor(0.25)},
        strategy=types.SimpleNamespace(root_device=torch.device("cpu")),
        precision="32-true",
    )


def steps(trainer, number, monkeypatch, seconds):
    """Make steps of a batch of 8 that take some seconds each."""
    now = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    callback = Progress()
    callback.on_train_start(trainer, None)
    for _ in range(number):
        now[0] += seconds
        trainer.global_step += 1
        callback.on_train_batch_end(trainer, None, None, types.SimpleNamespace(rows=range(8)), 0)
    return callback


def test_after_five_steps_the_speed_and_the_time_left_are_said_once(trainer, monkeypatch, capsys):
    steps(trainer, 20, monkeypatch, seconds=0.1)
    assert capsys.readouterr().out == "about 80 images/s: 2 min of training left\n"


def test_a_long_training_on_a_cpu_is_told_what_would_be_faster(trainer, monkeypatch, capsys):
    steps(trainer, 6, monkeypatch, seconds=10)
    assert "166 min of training left (on a CPU trainer.precision=bf16-mixed is faster" in capsys.readouterr().out


def test_an_epoch_ends_with_a_line_of_its_errors(trainer, monkeypatch, capsys):
    callback = steps(trainer, 1, monkeypatch, seconds=0.1)
    callback.on_train_epoch_end(trainer, None)
    assert capsys.readouterr().out == "epoch 1/2  train/rmse 0.2500\n"


def test_other_processes_stay_silent(trainer, monkeypatch, capsys):
    trainer.is_global_zero = False
    callback = steps(trainer, 20, monkeypatch, seconds=0.1)
    callback.on_train_epoch_end(trainer, None)
    callback.on_exception(trainer, None, RuntimeError())
    assert capsys.readouterr().out == ""


class Metrics(dict):
    """Metrics that count how often the loss is asked for, which is to wait for the device."""

    looks = 0

    def __getitem__(self, name):
        self.looks += name == "train/loss"
        return super().__getitem__(name)


@pytest.mark.parametrize(("is_terminal", "looks"), [(True, 21), (False, 2)])
def test_the_loss_is_looked_at_twice_a_second_where_it_is_seen_and_not_at_each_step(
    trainer, monkeypatch, is_terminal, looks
):
    monkeypatch.setattr(progress, "console", types.SimpleNamespace(is_terminal=is_terminal))
    trainer.callback_metrics = Metrics(trainer.callback_metrics)
    steps(trainer, 1000, monkeypatch, seconds=0.01)._close()
    assert trainer.callback_metrics.looks == pytest.approx(looks, abs=1)
