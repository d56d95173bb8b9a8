"""Claims about `train --multirun`: every combination in its own place, and no failure hidden."""

from __future__ import annotations

import json
import shlex

import numpy as np
import pytest

from galexp.catalog.parquet import read_parquet
from galexp.job.train import train_once
from galexp.run.directory import RunDirectory
from galexp.run.sweep import read_sweeps
from galexp.split.base import TEST

WORDS = ("train", "--multirun", "size=tiny", "model=small_cnn", "logger=none", "evaluation.bootstrap=20")
TARGET = "log_hi_fraction"


def runs(desk):
    return sorted(path.parent for path in (desk.folder / "multirun").rglob("metrics.json"))


def test_every_combination_gets_its_own_run_and_the_second_time_all_are_skipped(desk):
    status, out, _ = desk(*WORDS, "split=random,delta5_q80", "seed=0,1")
    assert status == 0
    assert sorted(run.name.rsplit("-", 1)[0] for run in runs(desk)) == [
        f"xgass_mock-{split}-small_cnn-s{seed}" for split in ("delta5_q80", "random") for seed in (0, 1)
    ]
    for split in ("delta5_q80", "random"):
        assert f"{TARGET}, xgass-{split}-small_cnn: 2 MOCK runs, mean ± sd" in out
    before = [(run / "metrics.json").stat().st_mtime_ns for run in runs(desk)]
    status, again, _ = desk(*WORDS, "split=random,delta5_q80", "seed=0,1")
    assert (status, again.count("this run is finished")) == (0, 4)
    assert [(run / "metrics.json").stat().st_mtime_ns for run in runs(desk)] == before
    assert again[again.index(f"{TARGET}, ") :] == out[out.index(f"{TARGET}, ") :]


def test_each_run_of_a_sweep_keeps_the_command_as_it_was_typed_and_no_path_of_a_temporary_file(desk, monkeypatch):
    monkeypatch.setattr("sys.argv", ["galexp", *WORDS, "seed=0,1"])
    _, out, _ = desk(*WORDS, "seed=0,1")
    for run in runs(desk):
        assert json.loads((run / "provenance.json").read_text())["command"] == " ".join(["galexp", *WORDS, "seed=0,1"])
    assert "sweep_log" not in out


def test_a_single_run_and_the_same_point_of_a_sweep_share_their_place(desk):
    single = desk.train("seed=1")
    desk(*WORDS, "seed=1,2")
    assert single in runs(desk)
    assert len(runs(desk)) == 2


@pytest.mark.slow
def test_the_table_holds_mean_and_sample_standard_deviation_over_runs(desk):
    _, out, _ = desk(*WORDS, "seed=0,1,2")
    rmse = [
        json.loads((run / "metrics.json").read_text())[TEST][TARGET]["all"]["network"]["rmse"] for run in runs(desk)
    ]
    (line,) = [line for line in out.splitlines() if line.startswith("  network  ")]
    assert f"{np.mean(rmse):.4f} ± {np.std(rmse, ddof=1):.4f}" in line


def test_a_failed_job_is_listed_and_the_others_finish_and_the_status_tells(desk):
    status, out, _ = desk(*WORDS, "split=kfold", "split.fold=0,7,1")
    assert status == 1
    assert len(runs(desk)) == 2
    (line,) = [line for line in out.splitlines() if line.startswith("failed: ")]
    assert "split.fold=7" in line
    assert line.endswith("ValueError: split.fold is 7 of split.folds 5; expected 0 <= fold < folds and folds >= 2")
    (record,) = read_sweeps(desk.folder / "multirun")
    assert [record.finished(point) for point in record.points] == [True, False, True]
    assert line.endswith(record.points[1].error)


@pytest.mark.slow
def test_runs_of_different_targets_are_shown_without_mixing_them(desk):
    status, out, _ = desk(*WORDS, "task.targets=[log_hi_fraction],[log_stellar_mass]")
    assert status == 0
    for target in (TARGET, "log_stellar_mass"):
        assert f"{target}, xgass-random-small_cnn task.targets=['{target}']: 1 MOCK runs" in out


@pytest.mark.slow
def test_runs_of_different_learning_rates_are_not_averaged(desk):
    _, out, _ = desk(*WORDS, "optimizer.lr=0.01,0.1", "seed=0,1")
    for rate in (0.01, 0.1):
        assert f"{TARGET}, xgass-random-small_cnn optimizer.lr={rate}: 2 MOCK runs, mean ± sd" in out


@pytest.mark.slow
def test_incomplete_folds_are_said_and_complete_ones_give_the_error_of_all_galaxies(desk):
    folds = ["split=kfold", "split.folds=2", "seed=0,1"]
    status, out, _ = desk(*WORDS, *folds, "split.fold=0")
    assert status == 0
    assert "the folds of no seed are complete: no pooled error" in out
    assert not list(desk.folder.rglob("cross_validation-*.json"))
    status, out, _ = desk(*WORDS, *folds, "split.fold=0,1")
    assert "the folds of no seed are complete" not in out
    (path,) = desk.folder.rglob("cross_validation-*.json")
    found = json.loads(path.read_text())[f"pred_{TARGET}"]["RMSE"]
    per_seed = []
    for seed in (0, 1):
        tables = [read_parquet(run / "predictions.parquet") for run in runs(desk) if f"-s{seed}-" in run.name]
        rows = [table[np.asarray(table["role"]) == TEST] for table in tables]
        error = np.concatenate([row[f"pred_{TARGET}"] - row[f"true_{TARGET}"] for row in rows])
        assert len(error) == found["galaxies"] == 64
        per_seed.append(np.sqrt(np.mean(error**2)))
    assert found["per_seed"] == pytest.approx(per_seed)
    assert found["value"] == pytest.approx(np.mean(per_seed))
    assert found["low"] < found["value"] < found["high"]


def test_an_interrupted_sweep_stops_with_130_and_the_command_in_its_file_completes_it(desk, monkeypatch):
    def interrupt(settings, line):
        assert len(read_sweeps(desk.folder / "multirun")[0].points) == 2
        if settings["seed"] == 1:
            raise KeyboardInterrupt
        return train_once(settings, line)

    with monkeypatch.context() as patch:
        patch.setattr("galexp.sweep.job.train_once", interrupt)
        status, _, err = desk(*WORDS, "seed=0,1")
    assert (status, err) == (130, "galexp: interrupted; the same command goes on from what was finished\n")
    (record,) = read_sweeps(desk.folder / "multirun")
    assert [record.finished(point) for point in record.points] == [True, False]
    assert desk(*shlex.split(record.line)[3:])[0] == 0
    (record,) = read_sweeps(desk.folder / "multirun")
    assert [record.folder / point.run for point in record.points] == runs(desk)
    assert [RunDirectory(run).command for run in runs(desk)] == [record.line_of(point) for point in record.points]


def test_nothing_but_runs_and_tables_stays_where_runs_go(desk):
    status, _, _ = desk(*WORDS, "seed=0,1", "paths.runs='my runs, (1)'")
    assert status == 0
    (study,) = (desk.folder / "my runs, (1)").iterdir()
    assert {path.name.split("-")[0] for path in study.iterdir()} == {"sweep", "xgass_mock"}


def test_a_launcher_that_breaks_is_reported_in_one_line_with_what_never_began(desk, monkeypatch):
    def breaks(*facts, **more):
        raise RuntimeError("no room left. And more\nof this")

    monkeypatch.setattr("hydra._internal.hydra.Hydra.multirun", breaks)
    status, out, err = desk(*WORDS, "seed=0,1")
    assert (status, err) == (1, "")
    assert out.splitlines() == [
        "sweep over seed: 2 jobs",
        "the launcher gave up: RuntimeError: no room left",
        "2 of 2 jobs never began",
        "the same command goes on from what was finished",
    ]


def test_a_point_that_cannot_be_composed_stops_the_sweep_before_it_begins(desk):
    sentence = desk.refuses(*WORDS, "split=kfold,random", "split.fold=0,1", status=2)
    assert sentence.startswith("unknown key 'split.fold'")
    assert not (desk.folder / "multirun").exists() or runs(desk) == []
