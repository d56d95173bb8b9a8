"""Claims about which states of a training are kept, on a network of one weight whose error is dictated."""

from __future__ import annotations

import resource
import signal

import pytest
import pytorch_lightning as pl
import torch

from galexp.callback.checkpoint import WholeFiles, checkpoints
from galexp.callback.history import History
from galexp.run.history import read_history
from galexp.trainer import quiet


class Dictated(pl.LightningModule):
    """Report the errors of a list, epoch by epoch; the weight is the epoch."""

    def __init__(self, errors, stops_at=None):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(()))
        self.errors, self.stops_at = errors, stops_at

    def training_step(self, batch, batch_idx):
        if self.current_epoch == self.stops_at:
            raise RuntimeError("stop")
        with torch.no_grad():
            self.weight.fill_(self.current_epoch)
        return self.weight * 0

    def validation_step(self, batch, batch_idx):
        self.log("val/rmse", self.errors[self.current_epoch])

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=1.0)


def fit(folder, errors, stops_at=None, has_val=True, minutes=60.0, steps=1, watch=(), max_steps=-1):
    loader = torch.utils.data.DataLoader(torch.zeros(steps, 1))
    options = {"accelerator": "cpu", "logger": False, "enable_progress_bar": False, "enable_model_summary": False}
    callbacks = [History(folder), *checkpoints(folder, "val/rmse" if has_val else None, minutes), *watch]
    options |= {"limit_val_batches": int(has_val), "max_steps": max_steps, "plugins": [WholeFiles()]}
    trainer = pl.Trainer(max_epochs=len(errors), num_sanity_val_steps=0, callbacks=callbacks, **options)
    last = folder / "checkpoints" / "last.ckpt"
    resume = str(last) if last.is_file() else None
    with quiet():
        trainer.fit(Dictated(errors, stops_at), loader, loader, ckpt_path=resume, weights_only=True)


class Saved(pl.callbacks.Checkpoint):
    """Note after every step whether the state was saved since the last one; the clock moves a minute a step."""

    def __init__(self, path, clock):
        self.path, self.clock, self.found = path, clock, []

    def on_train_batch_end(self, trainer, pl_module, outputs, batch, batch_idx):
        self.found.append(self.path.exists())
        self.path.unlink(missing_ok=True)
        self.clock[0] += 60.0


@pytest.mark.parametrize(
    ("minutes", "found"),
    [
        (0.0, [True, True, True, False, True, True, True, False]),
        (2.0, [False, False, True, False, True, False, True, False]),
        (60.0, [False, False, False, False, True, False, False, False]),
    ],
)
def test_the_state_is_saved_after_an_epoch_and_within_it_whenever_the_time_has_passed(
    tmp_path, monkeypatch, minutes, found
):
    clock = [0.0]
    monkeypatch.setattr("galexp.callback.checkpoint.time.monotonic", lambda: clock[0])
    saved = Saved(tmp_path / "checkpoints" / "last.ckpt", clock)
    fit(tmp_path, [1.0, 1.0], has_val=False, minutes=minutes, steps=4, watch=[saved])
    assert saved.found == found
    assert (tmp_path / "checkpoints" / "last.ckpt").exists()


def epoch_of(folder, name):
    state = torch.load(folder / "checkpoints" / f"{name}.ckpt", weights_only=True)
    return int(state["state_dict"]["weight"])


def test_best_is_the_epoch_of_the_lowest_error_and_last_the_last(tmp_path):
    fit(tmp_path, [3.0, 1.0, 2.0])
    assert (epoch_of(tmp_path, "best"), epoch_of(tmp_path, "last")) == (1, 2)


def test_without_validation_there_is_only_the_last(tmp_path):
    fit(tmp_path, [3.0, 1.0], has_val=False)
    assert [path.name for path in (tmp_path / "checkpoints").iterdir()] == ["last.ckpt"]


def test_a_resumed_run_remembers_the_best_of_the_epoch_before_the_break(tmp_path):
    errors = [3.0, 1.0, 2.0]
    with pytest.raises(RuntimeError, match="stop"):
        fit(tmp_path, errors, stops_at=2)
    fit(tmp_path, errors)
    assert epoch_of(tmp_path, "best") == 1


def test_history_goes_on_where_a_broken_run_stopped(tmp_path):
    errors = [3.0, 1.0, 2.0]
    with pytest.raises(RuntimeError, match="stop"):
        fit(tmp_path, errors, stops_at=2)
    assert read_history(tmp_path)["val/rmse"] == errors[:2]
    fit(tmp_path, errors)
    history = read_history(tmp_path)
    assert history["val/rmse"] == errors
    assert history["epoch"] == [1, 2, 3]
    assert history["step"] == [1, 2, 3]
    assert history["lr"] == [1, 1, 1]


def test_the_state_that_is_resumed_from_holds_plain_containers_only(tmp_path):
    fit(tmp_path, [3.0])
    state = torch.load(tmp_path / "checkpoints" / "last.ckpt", weights_only=True)
    assert state["callbacks"]["History"]["rows"][0]["val/rmse"] == 3.0


def test_epochs_too_short_for_their_checkpoint_go_by_unsaved_but_never_the_last(tmp_path, monkeypatch):
    clock = [0.0]
    monkeypatch.setattr("galexp.callback.checkpoint.time.monotonic", lambda: clock[0])
    saved = []

    def save(trainer, path):
        saved.append(trainer.current_epoch)
        clock[0] += 1.0

    class SlowEpochs(pl.Callback):
        def on_train_epoch_start(self, trainer, pl_module):
            clock[0] += 25.0

    monkeypatch.setattr(pl.Trainer, "save_checkpoint", save)
    fit(tmp_path, [1.0] * 6, has_val=False, watch=[SlowEpochs()])
    assert saved == [0, 2, 4, 5]


def test_a_limit_on_steps_within_an_epoch_leaves_the_state_at_its_end(tmp_path):
    fit(tmp_path, [1.0, 1.0], has_val=False, steps=4, max_steps=6)
    state = torch.load(tmp_path / "checkpoints" / "last.ckpt", weights_only=True)
    assert state["global_step"] == 6


def test_a_checkpoint_that_cannot_be_written_leaves_the_one_before(tmp_path):
    path = tmp_path / "last.ckpt"
    WholeFiles().save_checkpoint({"epoch": 1}, path)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, limits[1]))
    try:
        with pytest.raises(
            OSError, match=r"last\.ckpt cannot be written \(.*; free space: what was saved before stays"
        ):
            WholeFiles().save_checkpoint({"epoch": 2, "weights": torch.zeros(100_000)}, path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert torch.load(path, weights_only=True) == {"epoch": 1}
    assert [entry.name for entry in tmp_path.iterdir()] == ["last.ckpt"]
