"""Claims about training on several devices: the same network, every galaxy once, and no process left behind."""

from __future__ import annotations

import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time

import numpy as np
import pytest
import torch

from galexp.catalog.parquet import read_parquet
from galexp.split.base import TEST, VAL

TARGET = "log_hi_fraction"
TINY_WORDS = ("size=tiny", "model=small_cnn", "evaluation.bootstrap=20", "logger=none")
EQUAL = ("model.norm=group", "model.dropout=0", "trainer.limit_train_batches=1.0")
ENDLESS = ("trainer.max_epochs=5000",)
MOST_SECONDS_TO_END = 10

_PATH = os.pathsep.join([str(pathlib.Path(__file__).parent), os.environ.get("PYTHONPATH", "")])


def weights(run):
    state = torch.load(run / "checkpoints" / "last.ckpt", weights_only=True)["state_dict"]
    return {name: value.double() for name, value in state.items()}


def processes(run):
    return json.loads((run / "provenance.json").read_text())["processes"]


def predictions(run):
    table = read_parquet(run / "predictions.parquet")
    return {name: np.asarray(table[name]) for name in ("id", "role", f"pred_{TARGET}", f"pred_tta_{TARGET}")}


def runs_below(folder):
    return sorted(path.parent for path in folder.rglob("metrics.json"))


def assert_every_held_out_galaxy_once(run):
    split = read_parquet(run / "split.parquet")
    expected = split["id"][np.isin(split["role"], (VAL, TEST))].tolist()
    found = predictions(run)["id"].tolist()
    assert len(found) == len(set(found))
    assert set(found) == set(expected)


def assert_same_network(one, two):
    first, second = weights(one), weights(two)
    assert first.keys() == second.keys()
    assert max(float((first[name] - second[name]).abs().max()) for name in first if first[name].numel()) < 1e-5
    first, second = predictions(one), predictions(two)
    for name in ("id", "role"):
        assert first[name].tolist() == second[name].tolist()
    for name in (f"pred_{TARGET}", f"pred_tta_{TARGET}"):
        assert first[name] == pytest.approx(second[name], abs=1e-5)


def train_on_two(desk, *words, place="two"):
    """Train in two processes, whose words go past what the test captures."""
    assert desk("train", *TINY_WORDS, *words, "trainer=ddp_cpu", f"paths.runs={place}")[0] == 0
    (run,) = runs_below(desk.folder / place)
    return run


def start(*words, command=(sys.executable, "-m", "galexp"), **environment):
    """Start a command in a session of its own, in which whatever it leaves can be found."""
    return subprocess.Popen(
        [*command, "train", *TINY_WORDS, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": _PATH, "OMP_NUM_THREADS": "1", **environment},
    )


def left_of(session):
    """Return the processes of a session that are still running."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, own = path.read_text().rsplit(")", 1)[1].split()[:4]
        except OSError:
            continue
        if int(own) == session and state != "Z":
            found.append(int(path.parent.name))
    return found


def wait_for(condition, seconds=60.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


def trouble(how, **place):
    settings = {"_target_": "trouble.Trouble", "how": how, "marker": "hit", **place}
    return [f"+callback.trouble.{name}={value}" for name, value in settings.items()]


@pytest.mark.slow
def test_two_processes_train_and_evaluate_the_same_network_as_one(desk):
    one = desk.train(*EQUAL, "trainer=cpu", "paths.runs=one")
    two = train_on_two(desk, *EQUAL, "trainer.devices=2")
    assert (processes(one), processes(two)) == (1, 2)
    assert one.name == two.name
    assert_same_network(one, two)
    assert_every_held_out_galaxy_once(two)
    histories = [np.genfromtxt(run / "history.csv", delimiter=",", names=True) for run in (one, two)]
    for name in histories[0].dtype.names:
        assert histories[0][name] == pytest.approx(histories[1][name], abs=1e-5)


@pytest.mark.slow
def test_torchrun_trains_the_same_network_as_our_own_launch(desk):
    own = train_on_two(desk, *EQUAL)
    torchrun = (sys.executable, "-m", "torch.distributed.run", "--nproc-per-node=2", "-m", "galexp")
    process = start(*EQUAL, "trainer=ddp_cpu", "paths.runs=torchrun", command=torchrun)
    out, err = process.communicate(timeout=100)
    assert process.returncode == 0, err
    assert out.count("epoch 1/1") == 1
    (run,) = runs_below(desk.folder / "torchrun")
    assert processes(run) == 2
    assert_same_network(own, run)
    assert left_of(process.pid) == []


@pytest.mark.slow
def test_torchrun_with_another_number_of_processes_is_refused(desk):
    torchrun = (sys.executable, "-m", "torch.distributed.run", "--nproc-per-node=2", "-m", "galexp")
    process = start("trainer=cpu", command=torchrun)
    _, err = process.communicate(timeout=100)
    assert process.returncode == 1
    assert "galexp: 2 processes were started and trainer.devices x trainer.num_nodes is 1; make torchrun's" in err
    assert runs_below(desk.folder) == []


@pytest.mark.slow
def test_batch_norm_agrees_between_one_and_two_processes_within_the_spread_over_seeds(desk):
    words = ("model=xresnet18", "trainer.limit_train_batches=1.0", "trainer.max_epochs=3")
    seeds = [desk.train(*words, "trainer=cpu", f"seed={seed}", "split.seed=0") for seed in range(3)]
    two = train_on_two(desk, *words, "seed=0", "split.seed=0")
    assert_every_held_out_galaxy_once(two)
    found = [predictions(run)[f"pred_{TARGET}"] for run in (*seeds, two)]
    between_seeds = max(np.sqrt(np.mean((found[0] - other) ** 2)) for other in found[1:3])
    assert 0 < np.sqrt(np.mean((found[0] - found[3]) ** 2)) < 2 * between_seeds


@pytest.mark.slow
def test_a_sweep_may_mix_one_and_two_devices(desk):
    place = "paths.runs=multirun/${trainer.devices}-devices"
    status, _, _ = desk(
        "train", "--multirun", *TINY_WORDS, *EQUAL, "trainer=ddp_cpu", "trainer.devices=2,1", "seed=0,1", place
    )
    assert status == 0
    for devices in (1, 2):
        runs = runs_below(desk.folder / "multirun" / f"{devices}-devices")
        assert [processes(run) for run in runs] == [devices, devices]
        assert_every_held_out_galaxy_once(runs[0])
    one, two = (runs_below(desk.folder / "multirun" / f"{devices}-devices") for devices in (1, 2))
    assert_same_network(one[0], two[0])
    assert_same_network(one[1], two[1])


@pytest.mark.slow
def test_ctrl_c_ends_a_sweep_also_in_a_job_of_one_device_after_one_of_two(desk):
    place = "paths.runs=multirun/${trainer.devices}-devices"
    process = start(
        "--multirun",
        "trainer=ddp_cpu",
        "trainer.devices=2,1",
        "seed=0,1",
        place,
        *trouble("wait", epoch=1),
        "trainer.max_epochs=2",
    )
    for marker in ("hit", "hit", "hit"):
        wait_for(lambda marker=marker: (desk.folder / marker).exists())
        if len(runs_below(desk.folder)) == 2:
            break
        (desk.folder / marker).unlink()
        wait_for(lambda: len(runs_below(desk.folder)) > 0)
    os.kill(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (130, "galexp: interrupted; the same command goes on from what was finished\n")
    assert len(runs_below(desk.folder)) == 2


@pytest.mark.slow
def test_a_sweep_under_torchrun_is_refused(desk):
    torchrun = (sys.executable, "-m", "torch.distributed.run", "--nproc-per-node=2", "-m", "galexp")
    process = start("--multirun", "trainer=ddp_cpu", "seed=0,1", command=torchrun)
    _, err = process.communicate(timeout=100)
    assert process.returncode == 1
    assert err.count("galexp: a sweep starts the processes of its jobs itself; type it without torchrun") == 1
    assert runs_below(desk.folder) == []


@pytest.mark.slow
@pytest.mark.parametrize("rank", [0, 1])
@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("raise", ["rank {rank} of 2 failed, and the job with it:", "RuntimeError: a cosmic ray hit the memory"]),
        ("kill", ["rank {rank} of 2 ended without a word (", "and the job with it"]),
    ],
)
def test_a_rank_that_fails_ends_the_job_with_its_words_and_leaves_no_process(desk, how, words, rank):
    process = start("trainer=ddp_cpu", *ENDLESS, *trouble(how, rank=rank, epoch=1))
    _, err = process.communicate(timeout=100)
    seconds = time.time() - float((desk.folder / "hit").read_text())
    assert process.returncode == 1
    assert err.startswith("galexp: ")
    for word in words:
        assert word.format(rank=rank) in err
    assert seconds < MOST_SECONDS_TO_END
    wait_for(lambda: left_of(process.pid) == [], MOST_SECONDS_TO_END - seconds)
    assert runs_below(desk.folder) == []


@pytest.mark.slow
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_ending_the_command_ends_all_of_its_processes(desk, ending):
    process = start("trainer=ddp_cpu", *ENDLESS)
    wait_for(lambda: list(desk.folder.rglob("last.ckpt")))
    os.kill(process.pid, ending)
    _, err = process.communicate(timeout=60)
    if ending == signal.SIGKILL:
        assert process.returncode == -signal.SIGKILL
    else:
        assert process.returncode == 130
        assert err == "galexp: interrupted; the same command goes on from what was finished\n"
    wait_for(lambda: left_of(process.pid) == [], MOST_SECONDS_TO_END)


@pytest.mark.slow
def test_a_refusal_in_one_of_several_processes_is_one_sentence(desk):
    sentence = desk.refuses("train", *TINY_WORDS, "trainer=ddp_cpu", "datamodule.batch_size=64")
    assert sentence == "47 training rows are less than one batch of 64; lower batch_size"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["trainer=ddp_cpu", "trainer.devices=1000"], "trainer.devices is 1000 and there are "),
        (["trainer=ddp_cpu", "datamodule.batch_size=15"], "a batch of 15 cannot be shared equally by 2 devices; set"),
        (["trainer.devices=0"], "trainer.devices is 0; expected a whole number of at least 1"),
        (["trainer.devices=[0,1]"], "trainer.devices is [0, 1]; expected a whole number of at least 1"),
        (["trainer.num_nodes=0"], "trainer.num_nodes is 0; expected a whole number of at least 1"),
        (["trainer=ddp_cpu", "trainer.num_nodes=2"], "trainer.num_nodes is 2 and MASTER_ADDR does not say where"),
        (["checkpoint.minutes=-1"], "checkpoint.minutes is -1; expected a number of at least 0"),
    ],
)
def test_devices_that_cannot_be_had_are_refused_in_one_sentence(desk, monkeypatch, words, sentence):
    monkeypatch.delenv("MASTER_ADDR", raising=False)
    assert sentence in desk.refuses("train", *TINY_WORDS, *words)
    assert runs_below(desk.folder) == []


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")
@pytest.mark.parametrize("trainer", ["gpu", "ddp"])
def test_a_gpu_that_is_not_there_is_refused(desk, trainer):
    assert "trainer.accelerator is gpu and torch sees none here" in desk.refuses("train", f"trainer={trainer}")


def test_a_port_in_use_is_refused_and_a_word_that_is_no_port(desk, monkeypatch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        monkeypatch.setenv("MASTER_PORT", str(port))
        sentence = desk.refuses("train", *TINY_WORDS, "trainer=ddp_cpu")
        assert sentence == (
            f"port {port} (MASTER_PORT) cannot be used here: Address already in use; name another, or unset "
            "MASTER_PORT and a free one is taken"
        )
    monkeypatch.setenv("MASTER_PORT", "many")
    assert "MASTER_PORT is 'many'; expected a number up to 65535" in desk.refuses(
        "train", *TINY_WORDS, "trainer=ddp_cpu"
    )
