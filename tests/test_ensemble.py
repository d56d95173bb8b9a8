"""Claims about ensembles as a user makes them: of the seeds of a sweep, and of several runs on other galaxies."""

from __future__ import annotations

import json

import numpy as np
import pytest

from galexp.catalog.parquet import read_parquet

TINY = ("size=tiny", "model=small_cnn", "evaluation.bootstrap=20", "logger=none")


@pytest.fixture
def sweep(desk):
    status, out, _ = desk("train", "--multirun", *TINY, "seed=0,1", "split.seed=0")
    assert status == 0
    return desk, out


def test_seeds_that_hold_out_the_same_galaxies_end_in_a_row_of_their_ensemble(sweep):
    desk, out = sweep
    assert "ensemble + TTA (2)" in out
    assert "differs by" in out
    (path,) = desk.folder.rglob("ensemble-*.json")
    found = json.loads(path.read_text())
    assert (found["members"], found["data"]) == (2, "mock")
    table = read_parquet(path.with_suffix(".parquet"))
    members = [read_parquet(run / "predictions.parquet") for run in path.parent.glob("*-s?-*")]
    held_out = [one[one["role"] == "test"] for one in members]
    for one in held_out:
        one.sort("id")
    mean = np.mean([one["pred_log_hi_fraction"] for one in held_out], axis=0)
    np.testing.assert_allclose(table["pred_log_hi_fraction"], mean)


@pytest.mark.slow
def test_several_runs_make_an_ensemble_of_galaxies_that_none_has_seen(sweep):
    desk, _ = sweep
    runs = sorted(str(path) for path in desk.folder.glob("multirun/adhoc/*-s?-*"))
    status, out, _ = desk("evaluate", *runs, "mock.seed=5", "evaluation.bootstrap=20")
    assert status == 0
    assert "ensemble of 2" in out
    assert "ensemble + TTA" in out


@pytest.mark.slow
def test_seeds_that_hold_out_other_galaxies_make_none(desk):
    status, out, _ = desk("train", "--multirun", *TINY, "seed=0,1")
    assert status == 0
    assert "ensemble + TTA" not in out
    assert "the seeds held out other galaxies, so there is no ensemble; with split.seed=0" in out
    runs = sorted(str(path) for path in desk.folder.glob("multirun/adhoc/*-s?-*"))
    status, out, _ = desk("evaluate", *runs, "evaluation.bootstrap=20")
    assert status == 0
    assert "the runs were not scored on the same galaxies: no ensemble" in out


@pytest.mark.slow
def test_sweeps_over_files_and_over_many_keys_end_in_files_of_short_names(desk):
    first = desk.train("seed=7")
    words = ["seed=0,1", "split.seed=3", f"model.weights={first},null", "optimizer=sgd,adamw"]
    assert desk("train", "--multirun", *TINY, *words)[0] == 0
    names = [path.name for path in desk.folder.rglob("ensemble-*.json")]
    assert len(names) == 4
    assert max(map(len, names)) < 60
    assert "optimizer" in json.loads(next(desk.folder.rglob("ensemble-*.json")).read_text())["name"]
