"""Claims about what `train --multirun` refuses before any job starts."""

from __future__ import annotations

import subprocess
import sys

import pytest

SWEEP = ("train", "--multirun", "size=tiny", "model=small_cnn")
PLUGINS = ("hydra_joblib_launcher", "hydra_submitit_launcher", "hydra_optuna_sweeper")
EXTRAS = {
    "hydra/launcher=joblib": "joblib",
    "hydra/launcher=submitit_local": "slurm",
    "hydra/launcher=submitit_slurm": "slurm",
    "trainer=slurm": "slurm",
    "hydra/sweeper=optuna": "hpo",
    "experiment=demo_search": "hpo",
}
HIDDEN = f"""
import sys
sys.modules |= {{f"hydra_plugins.{{name}}": None for name in {PLUGINS}}}
from galexp.__main__ import main
print(*(main([*{SWEEP}, word]) for word in sys.argv[1:]))
"""


@pytest.fixture(scope="module")
def without_plugins(tmp_path_factory):
    """Return the status and the line with which each word ends in a process that has no plugin of Hydra's."""
    place = tmp_path_factory.mktemp("bare")
    command = [sys.executable, "-c", HIDDEN, *EXTRAS]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=place)
    return dict(zip(EXTRAS, zip(done.stdout.split(), done.stderr.splitlines(), strict=True), strict=True))


@pytest.mark.parametrize("word", EXTRAS)
def test_a_plugin_that_is_not_installed_is_named_with_the_extra_that_brings_it(without_plugins, word):
    status, line = without_plugins[word]
    assert status == "2"
    assert line.endswith(f" is not installed; pip install 'galexp[{EXTRAS[word]}]'")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["hydra/launcher=jobli"], "unknown hydra/launcher 'jobli'; did you mean 'joblib'?"),
        (["hydra/launcher=slurm"], "unknown hydra/launcher 'slurm'; did you mean 'submitit_slurm'?"),
        (["hydra/sweeper=optna"], "unknown hydra/sweeper 'optna'; did you mean 'optuna'?"),
        (["hydra/launcher=joblib", "hydra.launcher.n_job=2"], "unknown key 'hydra.launcher.n_job'; did you mean"),
        (["hydra/launcher=joblib", "hydra.launcher.n_jobs=1,2"], "a sweep has one launcher and one sweeper"),
        (["optimizer.lr=interval(1e-4,1e-1)"], "has no steps to go through; list values, or let a search choose"),
        (["hydra.job.chdir=true"], "hydra.job.chdir moves jobs away from where paths.data and paths.runs begin"),
        (["split=glob(z*)"], "split=glob(z*) fits no option; choose from"),
        (
            ["hydra/sweeper=optuna", "split.val_fraction=0"],
            "a search chooses on validation rows and split.val_fraction",
        ),
        (["hydra/sweeper=optuna", "hydra.sweeper.direction=maximize"], "a search minimizes the error on validation"),
        (["hydra/sweeper=optuna", "hydra.sweeper.max_failure_rate=1"], "a search goes on past every trial that fails"),
        (["seed=0,1", "split=kfold,random", "split.fold=0,1"], "unknown key 'split.fold'"),
    ],
)
def test_what_cannot_be_swept_exits_with_2_and_a_sentence(shell, words, sentence):
    assert sentence in shell.refuses(*SWEEP, *words, status=2)
    assert not (shell.folder / "multirun").exists()


def test_trainer_slurm_without_multirun_says_to_add_it(shell):
    sentence = shell.refuses("train", "trainer=slurm", status=2)
    assert sentence == "trainer=slurm starts the jobs of a sweep, also of a sweep of one; add --multirun"
    assert "hydra/launcher=joblib starts" in shell.refuses("train", "hydra/launcher=joblib", status=2)


@pytest.mark.parametrize(
    ("words", "points", "remedy"),
    [
        (["seed=0,0"], "seed=0 and seed=0", "give each value once"),
        (["seed=range(0,3)", "split=random,random"], "split=random and split=random", "give each value once"),
        (
            ["trainer.devices=1,2"],
            "trainer.devices=1 and trainer.devices=2",
            "'paths.runs=multirun/${trainer.devices}'",
        ),
        (["paths.data=a,b"], "paths.data=a and paths.data=b", "'paths.runs=multirun/${paths.data}'"),
        (["seed=0,1", "logger=wandb,none"], "logger=wandb and logger=none", "/${hydra:runtime.choices.logger}'"),
        (["imaging=auto,mock"], "imaging=auto and imaging=mock", "/${hydra:runtime.choices.imaging}'"),
        (["optimizer.lr=0.1,0.01,1e-1"], "optimizer.lr=0.1 and optimizer.lr=0.1", "give each value once"),
    ],
)
def test_two_points_that_are_the_same_run_are_refused_with_the_remedy(shell, words, points, remedy):
    sentence = shell.refuses(*SWEEP, *words, status=2)
    assert sentence.startswith(f"{points} are the same run, multirun/adhoc/xgass_mock-")
    assert remedy in sentence
    assert list(shell.folder.iterdir()) == []


def test_a_sweep_over_where_runs_are_written_is_refused(shell):
    assert shell.refuses(*SWEEP, "paths.runs=a,b", status=2).startswith("paths.runs differs in where runs are written")


@pytest.mark.parametrize(
    "words",
    [
        ["trainer.max_epochs=1,2", "paths.runs=multirun/${trainer.max_epochs}"],
        ["evaluation.bootstrap=20,30", "paths.runs=multirun/${evaluation.bootstrap}-draws"],
        ["--config-dir", "mine", "logger=none,none_at_all", "paths.runs=multirun/${hydra:runtime.choices.logger}"],
    ],
)
def test_the_remedy_is_accepted(desk, words):
    (desk.folder / "mine" / "logger").mkdir(parents=True)
    (desk.folder / "mine" / "logger" / "none_at_all.yaml").write_text("# none\ndefaults: [none]\n")
    status, _, _ = desk(*SWEEP, "logger=none", "evaluation.bootstrap=20", *words)
    assert status == 0
    assert len(list((desk.folder / "multirun").glob("*/adhoc/*/metrics.json"))) == 2


@pytest.mark.slow
def test_the_options_that_fit_a_pattern_are_swept_over(desk):
    status, out, _ = desk(*SWEEP, "logger=none", "evaluation.bootstrap=20", "split=glob(delta5_q*)")
    assert (status, out.splitlines()[0]) == (0, "sweep over split: 2 jobs")
    assert len(list((desk.folder / "multirun").rglob("metrics.json"))) == 2
