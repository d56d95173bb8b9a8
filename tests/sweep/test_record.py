"""Claims about what a sweep writes down of itself while it runs."""

from __future__ import annotations

import dataclasses

import pytest
from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
from hydra.core.override_parser.overrides_parser import OverridesParser

from galexp.command import parse
from galexp.run.directory import RunDirectory
from galexp.run.sweep import read_sweep
from galexp.sweep.note import Note
from galexp.sweep.plan import make_plan
from galexp.sweep.record import begin, forget, update

SWEEP = ("train", "--multirun", "size=tiny", "model=small_cnn", "seed=range(0,2)", "optimizer.lr=0.1,1e-2")


def planned(*words, typed=SWEEP):
    return make_plan(parse([*typed, *words]))


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    return planned(f"paths.runs={tmp_path_factory.mktemp('plan')}")


@pytest.fixture
def started(plan, tmp_path):
    """Return what a sweep has written down before its first job, and where its jobs will leave their notes."""
    record = begin(plan)
    (tmp_path / "notes").mkdir()
    yield record, tmp_path / "notes"
    record.path.unlink(missing_ok=True)


def end(notes, number, point, **facts):
    note = Note(number, list(point.words))
    note.write(notes)
    dataclasses.replace(note, ended=True, **facts).write(notes)


def test_points_are_the_jobs_that_hydra_makes_in_its_order(plan):
    overrides = OverridesParser.create().parse_overrides(plan.words)
    assert [list(words) for words in plan.points()] == BasicSweeper.split_arguments(overrides, None)[0]
    assert len(plan.points()) == plan.count() == 4


def test_before_the_first_job_all_points_are_written_down(started):
    record, _ = started
    found = read_sweep(record.path)
    assert (found.jobs, len(found.points), found.launcher, found.sweeper) == (4, 4, "basic", "basic")
    assert found.words == SWEEP[2:] + found.words[-1:]
    assert not any(point.run or point.error for point in found.points)
    assert found.folder.name == "adhoc"


def test_a_job_that_ends_is_written_down_and_one_that_is_at_work_is_not(started):
    record, notes = started
    end(notes, 0, record.points[0], folder=str(record.folder / "run"))
    end(notes, 1, record.points[1], error="ValueError: no")
    Note(2, list(record.points[2].words)).write(notes)
    update(record.path, notes)
    points = read_sweep(record.path).points
    assert [(point.run, point.error) for point in points] == [("run", ""), ("", "ValueError: no"), ("", ""), ("", "")]
    update(record.path, notes, "it was killed")
    assert [point.error for point in read_sweep(record.path).points] == ["", "ValueError: no", "it was killed", ""]


def test_a_point_that_two_jobs_ran_says_so_however_often_it_is_written_down(started):
    record, notes = started
    for number in (0, 1):
        end(notes, number, record.points[0], folder=str(record.folder / "run"))
        update(record.path, notes)
    update(record.path, notes)
    assert [point.jobs for point in read_sweep(record.path).points] == [2, 1, 1, 1]


def test_where_nobody_waits_for_notes_nothing_is_written(started):
    record, notes = started
    before = record.path.read_text()
    update(record.path, notes / "gone", "lost")
    assert record.path.read_text() == before


def test_typed_again_the_sweep_knows_what_was_finished_and_with_force_it_does_not(started, plan):
    record, notes = started
    end(notes, 0, record.points[0], folder=str(record.folder / "run"))
    update(record.path, notes)
    assert [point.run for point in begin(plan).points] == ["run", "", "", ""]
    forced = dataclasses.replace(plan, first=planned("force=true", *plan.words[-1:]).first)
    assert [point.run for point in begin(forced).points] == [""] * 4


def test_the_file_of_a_sweep_that_cannot_be_run_goes_unless_it_finished_something(started):
    record, notes = started
    run = RunDirectory(record.folder / "run")
    run.start({}, anew=False)
    run.write_json("metrics.json", {})
    end(notes, 0, record.points[0], folder=str(run.folder))
    update(record.path, notes)
    forget(read_sweep(record.path))
    assert record.path.is_file()
    forget(record)
    assert not record.path.exists()


def test_a_search_writes_down_its_trials_as_they_come(tmp_path):
    words = ("hydra/sweeper=optuna", "optimizer.lr=interval(0.01, 0.1)", "hydra.sweeper.n_trials=5")
    search = planned(*words, f"paths.runs={tmp_path}", typed=SWEEP[:4])
    record = begin(search)
    assert (record.jobs, record.points) == (5, ())
    (tmp_path / "notes").mkdir()
    for number, rate in enumerate((0.02, 0.03)):
        note = Note(number, [*SWEEP[2:4], f"optimizer.lr={rate}"], folder=str(record.folder / "r"), objective=rate)
        dataclasses.replace(note, ended=True).write(tmp_path / "notes")
        update(record.path, tmp_path / "notes")
    assert [point.objective for point in read_sweep(record.path).points] == [0.02, 0.03]
    assert begin(search).points == read_sweep(record.path).points
