"""Claims about a run that is killed and started again, and about one that must not be gone on with."""

from __future__ import annotations

import contextlib
import os
import pathlib
import signal
import subprocess
import sys
import time

import pytest
import torch

TINY_WORDS = ("size=tiny", "model=small_cnn", "evaluation.bootstrap=20")
FIVE_STEPS = ("trainer.limit_train_batches=1.0", "datamodule.batch_size=8", "trainer.max_epochs=2")
OURS = ("history.csv", "metrics.json", "predictions.parquet", "split.parquet", "audit.json")

_PATH = os.pathsep.join([str(pathlib.Path(__file__).parent), os.environ.get("PYTHONPATH", "")])


def start(*words):
    """Start a command as a user would, without the W&B service of the process of the tests."""
    environment = {name: value for name, value in os.environ.items() if name != "WANDB_SERVICE"}
    return subprocess.Popen(
        [sys.executable, "-m", "galexp", "train", *TINY_WORDS, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**environment, "PYTHONPATH": _PATH, "OMP_NUM_THREADS": "1"},
    )


def finish(*words):
    process = start(*words)
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


def workers():
    """Return what still reads ahead in this folder."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            is_ours = (
                b"forkserver" in (path / "cmdline").read_bytes() and (path / "cwd").readlink() == pathlib.Path.cwd()
            )
            found += [path.name] * (is_ours and path.name != str(os.getpid()))
    return found


def trouble(how, marker, **place):
    settings = {"_target_": "trouble.Trouble", "how": how, "marker": marker, **place}
    return [f"+callback.trouble.{name}={value}" for name, value in settings.items()]


def only_run(folder):
    (run,) = (folder / "adhoc").iterdir()
    return run


def state(run):
    """Return what a checkpoint holds, without the absolute paths of its callback for the best."""
    loaded = torch.load(run / "checkpoints" / "last.ckpt", weights_only=True)
    for name in list(loaded["callbacks"]):
        if name.startswith("ModelCheckpoint"):
            score = loaded["callbacks"].pop(name)["best_model_score"]
            loaded["callbacks"]["best"] = score
    return loaded


def assert_equal(one, two, place=""):
    assert type(one) is type(two), place
    if isinstance(one, dict):
        assert one.keys() == two.keys(), place
        for key in one:
            assert_equal(one[key], two[key], f"{place}/{key}")
    elif isinstance(one, list | tuple):
        assert len(one) == len(two), place
        for number, pair in enumerate(zip(one, two, strict=True)):
            assert_equal(*pair, f"{place}/{number}")
    else:
        assert torch.equal(one, two) if isinstance(one, torch.Tensor) else one == two, place


def offline_ids(run):
    return [path.name.rsplit("-", 1)[1] for path in (run / "wandb").glob("offline-run-*")]


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [
        (),
        ("optimizer=adamw", "datamodule.num_workers=1", "datamodule.cache=none"),
        ("trainer=ddp_cpu",),
        ("+trainer.accumulate_grad_batches=2",),
        (
            *("task=representation_regression", "model=representation", "model.widths=[8,8,8]", "loss.warm_up=1"),
            *("datamodule=with_unlabeled", "datamodule.unlabeled=xgass-mock-mock-tiny"),
        ),
    ],
)
def test_a_run_killed_within_an_epoch_and_started_again_ends_bitwise_like_one_left_alone(desk, words):
    words = (*words, *FIVE_STEPS, "checkpoint.minutes=0")
    (desk.folder / "hit").touch()
    status, _, err = finish(*words, *trouble("kill", "hit", epoch=1, step=3), "paths.runs=whole")
    assert status == 0, err
    (desk.folder / "hit").unlink()
    broken = (*words, *trouble("kill", "hit", epoch=1, step=3), "paths.runs=broken")
    assert finish(*broken)[0] in (-signal.SIGKILL, 1)
    whole, run = only_run(desk.folder / "whole"), only_run(desk.folder / "broken")
    assert (desk.folder / "hit").exists()
    assert not (run / "metrics.json").exists()
    steps = {"+trainer.accumulate_grad_batches=2": 3 + 1, "datamodule=with_unlabeled": 11 + 3}
    steps = next((number for word, number in steps.items() if word in words), 5 + 3)
    assert state(run)["global_step"] == steps
    assert workers() == []
    status, out, err = finish(*broken)
    assert status == 0, err
    assert "this run was interrupted: it goes on from its last checkpoint" in out
    assert "epoch 1/2" not in out
    assert_equal(state(run), state(whole))
    for name in OURS:
        assert (run / name).read_bytes() == (whole / name).read_bytes(), name
    identity = (run / "wandb_id.txt").read_text()
    assert offline_ids(run) == [identity, identity]


@pytest.mark.slow
def test_a_second_command_in_the_same_run_is_refused_and_the_first_ends_well(desk):
    words = ("logger=none", *trouble("wait", "hit"))
    first = start(*words)
    deadline = time.monotonic() + 60
    while not (desk.folder / "hit").exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    status, _, err = finish(*words)
    run = only_run(desk.folder / "multirun").relative_to(desk.folder)
    assert (status, err) == (1, f"galexp: another process is at work in {run}; wait for it or change the seed\n")
    (desk.folder / "hit").rename(desk.folder / "gone")
    (desk.folder / "hit").unlink(missing_ok=True)
    _, err = first.communicate(timeout=60)
    assert (first.returncode, err) == (0, "")
    assert (only_run(desk.folder / "multirun") / "metrics.json").is_file()


def broken_off(run):
    (run / "metrics.json").unlink()
    return run


def test_a_checkpoint_of_another_network_is_refused(desk):
    other = desk.run_of("model=small_cnn", "model.width=8", "paths.runs=other")
    run = broken_off(desk.train())
    own = (run / "checkpoints" / "last.ckpt").read_bytes()
    (run / "checkpoints" / "last.ckpt").write_bytes((other / "checkpoints" / "last.ckpt").read_bytes())
    sentence = desk.refuses("train", *TINY_WORDS, "logger=none")
    assert f"{run.relative_to(desk.folder)}/checkpoints/last.ckpt is of another network than this one (" in sentence
    assert sentence.endswith("; put this run's own file back, or train it anew with force=true")
    (run / "checkpoints" / "last.ckpt").write_bytes(own)
    assert desk.train() == run


def test_the_checkpoint_of_another_run_of_the_same_network_is_refused(desk):
    other = desk.run_of("seed=1")
    run = broken_off(desk.run_of("seed=2"))
    (run / "checkpoints" / "last.ckpt").write_bytes((other / "checkpoints" / "last.ckpt").read_bytes())
    sentence = desk.refuses("train", *TINY_WORDS, "logger=none", "seed=2")
    assert f"last.ckpt is the state of another run, {other.name}; put this run's own file back, or train it" in sentence
    assert desk.train("seed=2", "force=true") == run


@pytest.mark.parametrize("content", [b"", b"not a checkpoint", None])
def test_a_checkpoint_that_cannot_be_read_is_refused(desk, content):
    run = broken_off(desk.run_of())
    path = run / "checkpoints" / "last.ckpt"
    path.write_bytes(path.read_bytes()[:5000] if content is None else content)
    sentence = desk.refuses("train", *TINY_WORDS, "logger=none")
    assert "last.ckpt cannot be read as a checkpoint (" in sentence
    assert desk.train("force=true") == run


@pytest.mark.parametrize("finished", [True, False])
def test_an_edited_resolved_yaml_is_refused_and_left_as_it_is(desk, finished):
    run = desk.run_of() if finished else broken_off(desk.train())
    path = run / "resolved.yaml"
    path.write_text(path.read_text().replace("max_epochs: 1", "max_epochs: 7"))
    edited = path.read_text()
    sentence = desk.refuses("train", *TINY_WORDS, "logger=none")
    where = path.relative_to(desk.folder)
    assert sentence == (
        f"{where} was edited since this run began; put back what it said, or train other settings as a run of their own"
    )
    assert desk.refuses("evaluate", str(run)).startswith(str(path))
    assert path.read_text() == edited
    path.write_text(edited.replace("max_epochs: 7", "max_epochs: 1"))
    assert desk.train() == run


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("seed: [", "resolved.yaml cannot be read ("),
        ("- a", "resolved.yaml holds a list instead of keys; put back what it said"),
        ("trainer: null", "resolved.yaml was edited since this run began; put back what it said"),
    ],
)
def test_a_resolved_yaml_that_describes_no_run_is_refused(desk, content, words):
    run = broken_off(desk.run_of())
    (run / "resolved.yaml").write_text(content)
    assert words in desk.refuses("train", *TINY_WORDS, "logger=none")


def test_a_word_in_resolved_yaml_that_computes_nothing_may_change(desk):
    run = broken_off(desk.train())
    path = run / "resolved.yaml"
    path.write_text(path.read_text().replace("num_workers: 0", "num_workers: 1"))
    assert desk.train() == run


def test_ctrl_c_while_galaxies_are_predicted_ends_with_130_and_the_command_goes_on(desk, monkeypatch):
    def interrupt(self, batch, batch_idx):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("galexp.task.regression.Regression.predict_step", interrupt)
        status, _, err = desk("train", *TINY_WORDS, "logger=none")
        assert (status, err) == (130, "galexp: interrupted; the same command goes on from what was finished\n")
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert (desk.train() / "metrics.json").is_file()
