"""Claims about the file that a sweep leaves beside its runs."""

from __future__ import annotations

import dataclasses
import shlex

import pytest

from galexp.run.directory import RunDirectory
from galexp.run.sweep import Point, SweepRecord, read_sweep, read_sweeps

WORDS = ("experiment=demo", "split=random,kfold", "task.targets='[a, b]'")


@pytest.fixture
def record(tmp_path):
    points = tuple(Point((WORDS[0], f"split={split}", WORDS[2])) for split in ("random", "kfold"))
    return SweepRecord(tmp_path / "demo", WORDS, "", "basic", "basic", 2, points)


def test_what_was_written_is_read_again(record):
    done = Point(("a=1",), "run", "", 0.5)
    for kept in (record, record.with_points([done]), dataclasses.replace(record, config_dir="mine", launcher="joblib")):
        kept.write()
        assert read_sweep(kept.path) == kept
    assert len(read_sweeps(record.folder)) == 2
    assert read_sweeps(record.folder.parent) == read_sweeps(record.folder)
    assert sorted(path.suffix for path in record.folder.iterdir()) == [".json", ".json"]


@pytest.mark.parametrize(
    "more", ["hydra.launcher.n_jobs=2", "hydra/launcher=joblib", "force=true", "hydra.verbose=true"]
)
def test_the_same_sweep_has_the_same_file_whoever_launches_it(record, more):
    assert dataclasses.replace(record, words=(*WORDS, more), launcher="joblib").path == record.path


@pytest.mark.parametrize("more", [{"words": (*WORDS, "seed=1")}, {"words": WORDS[:2]}, {"config_dir": "mine"}])
def test_another_sweep_has_another_file(record, more):
    assert dataclasses.replace(record, **more).path != record.path


def test_the_command_that_completes_it_is_what_was_typed_without_force(record):
    typed = ("hydra/launcher=joblib", *WORDS)
    sweep = dataclasses.replace(record, words=("force=true", *typed), config_dir="my conf")
    options = ["--multirun", "--config-dir", "my conf"]
    assert shlex.split(sweep.line) == ["python", "-m", "galexp", "train", *options, *typed]


@pytest.mark.parametrize(("launcher", "options"), [("basic", []), ("submitit_slurm", ["--multirun"])])
def test_a_point_has_a_command_of_its_own_and_a_launcher_starts_sweeps_alone(record, launcher, options):
    line = dataclasses.replace(record, launcher=launcher).line_of(record.points[0])
    assert shlex.split(line) == ["python", "-m", "galexp", "train", *options, *record.points[0].words]


def test_news_of_a_point_replaces_what_was_known_and_new_points_come_last(record):
    first, second = record.points
    failed, new = dataclasses.replace(first, error="no room"), Point(("seed=7",))
    assert record.with_points([new, failed]).points == (failed, second, new)


def test_a_point_is_finished_where_its_run_came_to_its_end(record):
    run = RunDirectory(record.folder / "run")
    run.start({}, anew=False)
    point = Point(("seed=1",), run="run")
    assert not record.finished(point)
    run.write_json("metrics.json", {})
    assert record.finished(point)
    assert not record.finished(Point(("seed=1",)))


def test_a_point_that_was_chosen_twice_is_two_jobs(record):
    run = RunDirectory(record.folder / "run")
    run.start({}, anew=False)
    run.write_json("metrics.json", {})
    search = dataclasses.replace(
        record, sweeper="optuna", jobs=4, points=(Point(("a=1",), "run", jobs=2), Point(("a=2",)))
    )
    assert (search.jobs_finished, search.jobs_unknown) == (2, 1)
    assert dataclasses.replace(search, jobs=3).jobs_unknown == 0


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"points": [{"words": [], "color": 1}]}', '{"points": []}'])
def test_a_file_that_holds_something_else_is_refused_by_name(tmp_path, text):
    (tmp_path / "sweep-0.json").write_text(text)
    with pytest.raises(ValueError, match=r"sweep-0.json holds no sweep \(.*\); remove it, and type the sweep again"):
        read_sweeps(tmp_path)
