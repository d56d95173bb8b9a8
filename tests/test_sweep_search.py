"""Claims about a search: it goes by validation rows, can be typed again, and shows its trials best first."""

from __future__ import annotations

import csv
import json
import operator
import random
import statistics

import pytest

from galexp.run.directory import RunDirectory
from galexp.run.sweep import read_sweeps
from galexp.sweep.job import validation_error

TINY = ("train", "--multirun", "size=tiny", "model=small_cnn", "logger=none", "evaluation.bootstrap=20")
SEARCH = (*TINY, "hydra/sweeper=optuna", "optimizer.lr=tag(log, interval(1e-4, 1e-1))")
GRID = (*TINY, "hydra/sweeper=optuna", "hydra/sweeper/sampler=grid")


def table(desk):
    (path,) = (desk.folder / "multirun" / "adhoc").glob("search-*.csv")
    with path.open(newline="") as stream:
        return list(csv.DictReader(stream))


def on_validation(folder):
    scores = json.loads((folder / "metrics.json").read_text())["val"]
    return statistics.mean(samples["all"]["network"]["normalized_rmse"] for samples in scores.values())


@pytest.mark.slow
def test_the_objective_is_the_mean_over_targets_of_the_error_on_validation_rows(desk):
    targets = "task.targets=[log_hi_fraction, log_stellar_mass]"
    status, out, _ = desk(*SEARCH, targets, "hydra.sweeper.n_trials=3")
    rows = table(desk)
    assert (status, len(rows)) == (0, 3)
    (record,) = read_sweeps(desk.folder / "multirun")
    assert sorted(point.objective for point in record.points) == [float(row["objective"]) for row in rows]
    for row in rows:
        assert float(row["objective"]) == pytest.approx(on_validation(desk.folder / row["run"]))
        assert 1e-4 <= float(row["optimizer.lr"]) <= 1e-1
        assert (row["data"], row["error"]) == ("mock", "")
    assert [float(row["objective"]) for row in rows] == sorted(float(row["objective"]) for row in rows)
    assert "3 of 3 MOCK trials, best first" in out
    assert out.splitlines()[0] == "search over optimizer.lr"
    best = json.loads((desk.folder / rows[0]["run"] / "metrics.json").read_text())["test"]["log_hi_fraction"]["all"]
    assert f"{best['network']['rmse']:.4f}" in out[out.index("the best of them on the held-out galaxies") :]


@pytest.mark.slow
def test_a_search_that_is_typed_again_meets_the_same_points_and_goes_on_with_more(desk):
    _, first, _ = desk(*SEARCH, "hydra.sweeper.n_trials=2")
    before = table(desk)
    status, again, _ = desk(*SEARCH, "hydra.sweeper.n_trials=3")
    assert (status, again.count("this run is finished")) == (0, 2)
    assert first.count("this run is finished") == 0
    assert {row["run"] for row in before} < {row["run"] for row in table(desk)}


def test_a_grid_with_no_point_left_is_at_its_end(desk):
    status, out, _ = desk(*GRID, "seed=0,1", "hydra.sweeper.n_trials=2")
    assert status == 0
    assert "2 of 2 MOCK trials, best first" in out
    assert "the launcher gave up" not in out


@pytest.mark.parametrize("last", [pytest.param(0, marks=pytest.mark.slow), 1], ids=["first", "last"])
def test_a_failed_trial_is_listed_and_the_search_goes_on(desk, monkeypatch, last):
    folds = ["7", "0", "1"][:: 1 - 2 * last]
    monkeypatch.setattr(random, "choice", operator.itemgetter(0))  # which the sampler of a grid draws points by
    status, out, _ = desk(*GRID, "split=kfold", f"split.fold={','.join(folds)}", "hydra.sweeper.n_trials=3")
    rows = table(desk)
    assert status == 1
    assert [row["objective"] != "" for row in rows] == [True, True, False]
    assert rows[-1]["split.fold"] == "7"
    assert rows[-1]["error"].startswith("ValueError: split.fold is 7 of split.folds 5")
    (line,) = [line for line in out.splitlines() if line.startswith("failed: ")]
    assert "split.fold=7" in line
    assert "the launcher gave up" not in out


def test_where_every_trial_fails_there_is_no_table_and_the_status_tells(desk):
    status, out, _ = desk(*GRID, "split=kfold", "split.fold=7,8", "hydra.sweeper.n_trials=2")
    assert status == 1
    assert "best first" not in out
    assert out.count("failed: ") == 2


@pytest.mark.slow
def test_a_network_that_gives_no_numbers_is_no_trial_to_choose(desk):
    status, _, _ = desk(*GRID, "optimizer=sgd", "optimizer.lr=0.01,1e30", "hydra.sweeper.n_trials=2")
    assert status == 1
    assert [row["objective"] != "" for row in table(desk)] == [True, False]


@pytest.mark.slow
def test_the_recipe_searches_over_what_its_experiment_says(desk):
    words = ("size=tiny", "logger=none", "evaluation.bootstrap=20", "hydra.sweeper.n_trials=2")
    status, out, _ = desk("train", "--multirun", "experiment=demo_search", *words)
    assert (status, out.splitlines()[0]) == (0, "search over optimizer.lr, optimizer.weight_decay")
    assert len(list((desk.folder / "multirun" / "demo_search").rglob("metrics.json"))) == 2
    status, out, _ = desk("train", "--multirun", "experiment=demo_search", *words, "optimizer.weight_decay=0.1")
    assert (status, out.splitlines()[0]) == (0, "search over optimizer.lr")


def test_nothing_but_runs_and_tables_stays(desk):
    desk(*SEARCH, "hydra.sweeper.n_trials=1")
    (study,) = (desk.folder / "multirun").iterdir()
    assert sorted(path.name.split("-")[0] for path in study.iterdir()) == ["search", "sweep", "xgass_mock"]


@pytest.mark.parametrize(
    ("scores", "message"),
    [
        ({}, "has no validation rows, on which a search chooses; raise split.val_fraction"),
        ({"val": {"mass": {"all": {"network": {"normalized_rmse": None}}}}}, "is nan; the network gives no numbers"),
    ],
)
def test_a_run_that_says_nothing_of_validation_rows_is_no_trial(tmp_path, scores, message):
    run = RunDirectory(tmp_path)
    run.write_json("metrics.json", scores)
    with pytest.raises(ValueError, match=message):
        validation_error(run)
