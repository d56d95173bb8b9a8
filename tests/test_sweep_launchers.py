"""Claims about sweeps whose jobs run beside one another, in processes of their own."""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from galexp.catalog.parquet import read_parquet
from galexp.run.sweep import read_sweeps

pytestmark = pytest.mark.slow
WORDS = ("size=tiny", "model=small_cnn", "evaluation.bootstrap=20")
JOBLIB = ("hydra/launcher=joblib", "hydra.launcher.n_jobs=2")
LONG = "trainer.max_epochs=4000"
CLUSTER = """#!{python}
# What SLURM's commands do, as far as submitit asks them: a job of an array is a process.
import os, pathlib, re, subprocess, sys
here, name, words = pathlib.Path(__file__).parent, pathlib.Path(sys.argv[0]).name, sys.argv[1:]
if name == "sbatch":
    text = pathlib.Path(words[0]).read_text()
    (here / "submitted.sh").write_text(text)
    last = int(re.search(r"--array=0-(\\d+)", text).group(1))
    for index in range(last + 1):
        known = dict(SLURM_JOB_ID=str(7 + index), SLURM_ARRAY_JOB_ID="7", SLURM_ARRAY_TASK_ID=str(index))
        known |= dict(SLURM_NTASKS="1", SLURM_PROCID="0", SLURM_JOB_NUM_NODES="1", SLURM_JOB_NODELIST="here")
        subprocess.Popen(["bash", words[0]], env=os.environ | known, stdout=-3, stderr=-3)
    print("Submitted batch job 7")
elif name == "srun":
    command = words[words.index(next(word for word in words if not word.startswith("-") and "python" in word)):]
    log = here / f"task{{os.environ['SLURM_ARRAY_TASK_ID']}}.log"
    with log.open("w") as stream:
        sys.exit(subprocess.run(command, stdout=stream, stderr=subprocess.STDOUT).returncode)
elif name == "sacct":
    print("JobID|State|NodeList")
"""


@pytest.fixture
def beside(desk):
    """Return a command line in a process of its own, of which what the jobs write is seen too."""

    def call(*words, **variables):
        command = [sys.executable, "-m", "galexp", "train", "--multirun", *WORDS, *words]
        done = subprocess.run(
            command, cwd=desk.folder, capture_output=True, text=True, check=False, env=os.environ | variables
        )
        assert "Traceback" not in done.stdout + done.stderr
        return done

    return call


@pytest.fixture
def started(desk):
    """Start a sweep and return it once all of its jobs have a checkpoint; nothing of it stays after the test."""
    processes = []

    def start(*words, jobs):
        command = [sys.executable, "-m", "galexp", "train", "--multirun", *WORDS, "logger=none", *words]
        facts = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "cwd": desk.folder}
        processes.append(subprocess.Popen(command, start_new_session=True, **facts))
        wait_for(lambda: len(list(desk.folder.glob("multirun/adhoc/*/checkpoints/last.ckpt"))) == jobs)
        return processes[-1]

    yield start
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def wait_for(condition, seconds=240):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.1)


def members(session, text):
    """Return the processes of a session whose command holds a text."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            in_session = int((path / "stat").read_text().rpartition(")")[2].split()[3]) == session
            if in_session and text in (path / "cmdline").read_text().replace("\0", " "):
                found.append(int(path.name))
    return sorted(found)


def runs(desk):
    return sorted(path.parent for path in (desk.folder / "multirun").rglob("metrics.json"))


def hidden(desk):
    return list((desk.folder / "multirun").glob(".*"))


def tables(out):
    return out[out.index("log_hi_fraction, ") :]


def test_joblib_gives_the_runs_and_the_table_of_one_job_after_the_other(beside, desk):
    words = ("logger=none", "seed=0,1,2")
    done = beside(*words, *JOBLIB)
    assert (done.returncode, len(runs(desk)), hidden(desk)) == (0, 3, [])
    lines = done.stdout[: done.stdout.index("log_hi_fraction, xgass")].splitlines()
    assert lines[0] == "sweep over seed: 3 jobs"
    assert {line[:4] for line in lines[1:]} == {"[0] ", "[1] ", "[2] "}
    assert all(f"[{number}] job {number}: {' '.join(WORDS)} logger=none seed={number}" in lines for number in range(3))
    one_by_one = beside(*words, "paths.runs=alone")
    for run in runs(desk):
        same, other = (
            read_parquet(folder / "predictions.parquet") for folder in (run, desk.folder / "alone/adhoc" / run.name)
        )
        np.testing.assert_allclose(same["pred_log_hi_fraction"], other["pred_log_hi_fraction"], atol=1e-5)
    again = beside(*words, *JOBLIB)
    assert again.stdout.count("this run is finished") == 3
    assert tables(again.stdout) == tables(done.stdout)
    assert tables(one_by_one.stdout).splitlines()[0] == tables(done.stdout).splitlines()[0]


def test_joblib_lists_a_failed_job_and_finishes_the_others(beside, desk):
    done = beside("logger=none", "split=kfold", "split.fold=0,7,1", *JOBLIB)
    assert (done.returncode, len(runs(desk))) == (1, 2)
    assert "[1] split.fold is 7 of split.folds 5; expected 0 <= fold < folds and folds >= 2" in done.stdout
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("failed: ")]
    assert "split.fold=7: ValueError: split.fold is 7 of split.folds 5" in line


def test_joblib_gives_each_job_its_own_run_in_weights_and_biases(beside, desk):
    home = {f"WANDB_{name}_DIR": str(desk.folder / "wandb") for name in ("DATA", "CACHE", "CONFIG")}
    assert beside("seed=0,1,2", *JOBLIB, **home).returncode == 0
    known = set()
    for run in runs(desk):
        (log,) = (run / "wandb").glob("offline-run-*/*.wandb")
        command = [str(pathlib.Path(sys.executable).with_name("wandb")), "leet", "inspect", "--json", str(log)]
        lines = map(json.loads, subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines())
        (record,) = [line["run"] for line in lines if line["type"] == "run"]
        assert (record["display_name"], record["run_group"]) == (run.name, "adhoc")
        assert record["run_id"] == (run / "wandb_id.txt").read_text()
        known.add(record["run_id"])
    assert len(known) == 3


def test_a_search_runs_its_trials_beside_one_another(beside, desk):
    search = ("hydra/sweeper=optuna", "hydra.sweeper.n_trials=4", "hydra.sweeper.n_jobs=2")
    done = beside("logger=none", *JOBLIB, *search, "optimizer.lr=tag(log, interval(1e-4, 1e-1))")
    assert (done.returncode, done.stderr, len(runs(desk)), hidden(desk)) == (0, "", 4, [])
    assert "4 of 4 MOCK trials, best first" in done.stdout


def test_a_killed_worker_of_joblib_is_listed_with_what_went_down_with_it_and_what_never_began(started, desk):
    sweep = started(*JOBLIB, LONG, "seed=0,1,2,3", jobs=2)
    os.kill(members(sweep.pid, "popen_loky")[0], signal.SIGKILL)
    out, err = sweep.communicate(timeout=240)
    assert (sweep.returncode, err.strip()) == (1, "")
    failed = [line for line in out.splitlines() if line.startswith("failed: ")]
    assert [re.search(r"seed=(\d)", line).group(1) for line in failed] == ["0", "1"]
    assert all("it ended without a word: killed, out of memory" in line for line in failed)
    tail = out[out.index("the launcher gave up: TerminatedWorkerError: ") :].splitlines()
    assert tail[1:] == ["2 of 4 jobs never began", "the same command goes on from what was finished"]
    (record,) = read_sweeps(desk.folder / "multirun")
    assert [bool(point.error) for point in record.points] == [True, True, False, False]
    assert hidden(desk) == []


def test_a_killed_job_of_submitit_is_listed_with_its_log_and_the_others_finish(started, desk):
    sweep = started("hydra/launcher=submitit_local", "trainer.max_epochs=60", "seed=0,1", jobs=2)
    os.kill(members(sweep.pid, "submitit.core._submit")[0], signal.SIGKILL)
    out, err = sweep.communicate(timeout=400)
    assert (sweep.returncode, err, len(runs(desk))) == (1, "", 1)
    (line,) = [line for line in out.splitlines() if line.startswith("failed: ")]
    (log,) = re.findall(r"it ended without a word.*; its log: (\S+)$", line)
    assert pathlib.Path(log).is_relative_to(desk.folder / "multirun" / ".sweeps")
    assert pathlib.Path(log).is_file()


@pytest.mark.parametrize("launcher", [JOBLIB, ("hydra/launcher=submitit_local",)])
@pytest.mark.parametrize("everyone", [True, False])
def test_an_interrupted_sweep_ends_its_jobs_and_exits_with_130(started, desk, launcher, everyone):
    sweep = started(*launcher, LONG, "seed=0,1", jobs=2)
    (os.killpg if everyone else os.kill)(sweep.pid, signal.SIGINT)
    out, err = sweep.communicate(timeout=240)
    assert sweep.returncode == 130
    assert err.splitlines()[0] == "galexp: interrupted; the same command goes on from what was finished"
    assert "Traceback" not in out + err
    wait_for(lambda: members(sweep.pid, "python") == [], 60)
    assert hidden(desk) == []


def test_submitit_keeps_what_jobs_write_out_of_sight_and_leaves_nothing(beside, desk):
    done = beside("logger=none", "hydra/launcher=submitit_local", "seed=0,1")
    assert (done.returncode, done.stderr, len(runs(desk)), hidden(desk)) == (0, "", 2, [])
    assert re.search(r"^the jobs write into multirun/\.sweeps/\w+/\.submitit/\*/\*\.out$", done.stdout, re.MULTILINE)


@pytest.mark.parametrize(("trainer", "force"), [("cpu", "true"), ("ddp_cpu", "false")])
def test_a_job_that_is_taken_off_its_machine_is_queued_again_and_resumes_from_its_checkpoint(
    started, desk, trainer, force
):
    words = ("hydra/launcher=submitit_local", "trainer.max_epochs=40", "checkpoint.minutes=0")
    words = (*words, f"trainer={trainer}", f"force={force}")
    sweep = started(*words, jobs=1)
    (task,) = members(sweep.pid, "submitit.core._submit")
    os.kill(task, signal.SIGUSR2)
    wait_for(lambda: members(sweep.pid, "submitit.core._submit") not in ([], [task]))
    (log,) = (desk.folder / "multirun" / ".sweeps").glob("*/.submitit/*/*.out")
    with log.open() as stream:  # stays readable when the sweep has removed its folder
        out, _ = sweep.communicate(timeout=400)
        text = stream.read()
    assert sweep.returncode == 0
    assert "Requeued job" in text
    assert "this run was interrupted: it goes on from its last checkpoint" in text
    epochs = [int(number) for number in re.findall(r"epoch (\d+)/40", text)]
    assert epochs == sorted(epochs)
    assert epochs[-1] == 40
    assert "1 MOCK runs" in out
    assert len((runs(desk)[0] / "history.csv").read_text().splitlines()) == 41


@pytest.fixture
def slurm(tmp_path):
    """Return what makes SLURM's commands be found, and the folder that they write into."""
    folder = tmp_path / "slurm"
    folder.mkdir()
    for name in ("sbatch", "srun", "sacct"):
        (folder / name).write_text(CLUSTER.format(python=sys.executable))
        (folder / name).chmod(0o755)
    return {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}, folder


def test_trainer_slurm_submits_one_job_a_point_with_its_resources(beside, desk, slurm):
    variables, folder = slurm
    here = ("trainer.accelerator=cpu", "trainer.precision=32-true", "logger=none")
    asked = ("hydra.launcher.partition=gpus", "hydra.launcher.mem_gb=64")
    done = beside("trainer=slurm", *here, *asked, "seed=0,1", **variables)
    assert (done.returncode, done.stderr, len(runs(desk)), hidden(desk)) == (0, "", 2, [])
    flags = dict(re.findall(r"^#SBATCH --([\w-]+)=(.*)$", (folder / "submitted.sh").read_text(), re.MULTILINE))
    expected = {"gpus-per-node": "1", "cpus-per-task": "8", "mem": "64GB", "time": "240", "nodes": "1"}
    expected |= {"array": "0-1%2", "job-name": "galexp", "partition": "gpus", "signal": "USR2@120"}
    assert {name: flags[name].strip("'\"") for name in expected} == expected
    for number in (0, 1):
        assert (
            f"[{number}] run: multirun/adhoc/xgass_mock-random-small_cnn-s{number}-"
            in (folder / f"task{number}.log").read_text()
        )


def test_trainer_slurm_where_there_is_no_slurm_says_so(beside):
    done = beside("trainer=slurm", "seed=0,1", PATH="/nowhere")
    assert done.returncode == 1
    assert "the launcher gave up: RuntimeError: " in done.stdout
    assert "2 of 2 jobs never began" in done.stdout
