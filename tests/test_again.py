"""Claims about a run that is started again: skipped, begun anew, gone on with, or refused."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time

import pytest
import torch

from galexp.callback.history import History

TARGET = "log_hi_fraction"
TINY_WORDS = ("size=tiny", "model=small_cnn", "evaluation.bootstrap=20", "logger=none")


def weights(run, name="last"):
    return torch.load(run / "checkpoints" / f"{name}.ckpt", weights_only=True)["state_dict"]


def test_the_same_command_finds_the_same_place_and_is_skipped(desk):
    first = desk.run_of("seed=1")
    before = {path: path.stat().st_mtime_ns for path in first.rglob("*") if path.name != ".lock"}
    assert desk.train("seed=1") == first
    assert {path: path.stat().st_mtime_ns for path in first.rglob("*") if path.name != ".lock"} == before
    assert "this run is finished (force=true starts anew)" in desk("train", *TINY_WORDS, "seed=1")[1]


def test_force_starts_anew_and_equal_seeds_give_equal_weights(desk):
    run = desk.run_of("seed=1")
    (run / "left_over.txt").touch()
    first = weights(run)
    assert desk.train("seed=1", "force=true") == run
    assert not (run / "left_over.txt").exists()
    assert all(torch.equal(first[name], value) for name, value in weights(run).items())
    other = weights(desk.run_of("seed=2"))
    assert not all(torch.equal(first[name], value) for name, value in other.items())


def interrupt_at_epoch(monkeypatch, epoch, error):
    def stop(self, trainer, pl_module):
        if trainer.current_epoch == epoch:
            raise error

    monkeypatch.setattr(History, "on_train_epoch_start", stop)


@pytest.fixture
def _sigint_stays():
    handler = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, handler)


@pytest.mark.usefixtures("_sigint_stays")
@pytest.mark.parametrize("error", [KeyboardInterrupt(), RuntimeError("the power went out")])
def test_a_broken_run_goes_on_and_ends_with_the_weights_of_an_uninterrupted_one(desk, monkeypatch, error):
    words = ("seed=1", "trainer.max_epochs=3")
    whole = desk.run_of(*words, "paths.runs=whole")
    with monkeypatch.context() as patch:
        interrupt_at_epoch(patch, 2, error)
        if isinstance(error, KeyboardInterrupt):
            assert desk("train", *TINY_WORDS, *words)[0] == 130
        else:
            with pytest.raises(RuntimeError, match="the power went out"):
                desk("train", *TINY_WORDS, *words)
    (broken,) = (desk.folder / "multirun" / "adhoc").iterdir()
    assert not (broken / "metrics.json").exists()
    status, out, _ = desk("train", *TINY_WORDS, *words)
    assert status == 0
    assert "this run was interrupted: it goes on from its last checkpoint" in out
    for name in ("last", "best"):
        expected = weights(whole, name)
        assert all(torch.equal(expected[key], value) for key, value in weights(broken, name).items())
    assert (broken / "history.csv").read_text() == (whole / "history.csv").read_text()
    assert (broken / "predictions.parquet").read_bytes() == (whole / "predictions.parquet").read_bytes()


def test_a_run_broken_after_its_training_is_evaluated_without_training_again(desk):
    run = desk.train()
    predictions = (run / "predictions.parquet").read_bytes()
    checkpoint = (run / "checkpoints" / "last.ckpt").stat().st_mtime_ns
    (run / "metrics.json").unlink()
    desk.train()
    assert (run / "predictions.parquet").read_bytes() == predictions
    assert (run / "checkpoints" / "last.ckpt").stat().st_mtime_ns == checkpoint


def test_a_second_process_in_the_same_run_is_refused(desk):
    run = desk.run_of()
    with (run / ".lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert "another process is at work in multirun/adhoc/" in desk.refuses("train", *TINY_WORDS)


@pytest.mark.parametrize("finished", [True, False])
def test_a_run_whose_data_changed_since_is_refused(desk, finished):
    run = desk.run_of()
    if not finished:
        (run / "metrics.json").unlink()
    desk.change_catalog(lambda catalog, manifest: manifest.update(content_sha256="0" * 64))
    sentence = desk.refuses("train", *TINY_WORDS)
    assert "was trained on other data than data/xgass-mock-mock-tiny holds now; force=true trains anew" in sentence
    assert desk.train("force=true") == run


@pytest.mark.slow
def test_ctrl_c_ends_with_130_and_one_sentence(desk):
    words = [*TINY_WORDS, "trainer.max_epochs=500"]
    process = subprocess.Popen(
        [sys.executable, "-m", "galexp", "train", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 60
    while not list(desk.folder.rglob("last.ckpt")) and time.monotonic() < deadline:
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err == "galexp: interrupted; the same command goes on from what was finished\n"
    (run,) = (desk.folder / "multirun" / "adhoc").iterdir()
    assert not (run / "metrics.json").exists()
