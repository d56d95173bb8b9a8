"""Claims about what a report says of sweeps and runs that are not finished."""

from __future__ import annotations

import dataclasses

import pytest

from galexp.page.content import Code, DataTable, Notice, Prose
from galexp.page.material import LeftOut, Material
from galexp.page.section.missing import Missing
from galexp.run.directory import RunDirectory
from galexp.run.sweep import Point, SweepRecord


@pytest.fixture
def sweep(tmp_path):
    """Return a sweep of four points, of which one is finished and one failed."""
    folder = tmp_path / "multirun" / "demo"
    done = RunDirectory(folder / "done")
    done.start({}, anew=False)
    done.write_json("metrics.json", {})
    words = [("size=tiny", f"seed={seed}") for seed in range(4)]
    points = (Point(words[0], "done"), Point(words[1], error="ValueError: no room"), Point(words[2]), Point(words[3]))
    return SweepRecord(folder, ("size=tiny", "seed=0,1,2,3"), "", "basic", "basic", 4, points)


@pytest.fixture
def begin(sweep):
    """Return what begins a run and leaves it there."""

    def begin(name, line):
        run = RunDirectory(sweep.folder / name)
        run.start({}, anew=False)
        if line:
            run.keep_command(line)
        return run

    return begin


def blocks(*sweeps, unfinished=()):
    part = Missing().part(Material((), tuple(unfinished), sweeps=tuple(sweeps)))
    return part.blocks


def of_kind(found, kind):
    return [block for block in found if isinstance(block, kind)]


def test_where_everything_is_finished_there_is_nothing_to_say(sweep):
    assert Missing().part(Material(())) is None
    whole = SweepRecord(sweep.folder, sweep.words, "", "basic", "basic", 1, sweep.points[:1])
    assert Missing().part(Material((), sweeps=(whole,))) is None


def test_a_sweep_is_told_with_what_became_of_each_point_and_the_command_that_completes_it(sweep, begin):
    broken = begin("broken", sweep.line_of(sweep.points[2]))
    found = blocks(sweep, unfinished=[broken])
    assert [block.text for block in of_kind(found, Notice)] == [f"1 of 4 runs of demo/{sweep.path.stem} are finished."]
    (table,) = of_kind(found, DataTable)
    assert [row.values for row in table.rows] == [
        ("seed=1", "failed", "ValueError: no room"),
        ("seed=2", "broken off", ""),
        ("seed=3", "never began", ""),
    ]
    assert [block.text for block in of_kind(found, Code)] == [
        "python -m galexp train --multirun size=tiny seed=0,1,2,3"
    ]


def test_a_point_that_is_at_work_is_said_to_be(sweep, begin):
    run = begin("running", sweep.line_of(sweep.points[1]))
    with run.lock():
        (table,) = of_kind(blocks(sweep, unfinished=[run]), DataTable)
    assert table.rows[0].values == ("seed=1", "at work now", "")
    (table,) = of_kind(blocks(sweep, unfinished=[run]), DataTable)
    assert table.rows[0].values[1] == "failed"


def test_of_a_search_the_trials_that_never_began_are_counted(sweep):
    search = SweepRecord(sweep.folder, sweep.words, "", "basic", "optuna", 9, sweep.points[:1])
    found = blocks(search)
    assert of_kind(found, DataTable) == []
    assert of_kind(found, Prose)[0].text.startswith("8 further trials of this search never began")


def test_a_trial_that_a_search_chose_twice_counts_twice(sweep):
    twice = dataclasses.replace(sweep.points[0], jobs=2)
    search = SweepRecord(sweep.folder, sweep.words, "", "basic", "optuna", 2, (twice,))
    assert Missing().part(Material((), sweeps=(search,))) is None
    assert blocks(dataclasses.replace(search, jobs=3))[0].text.startswith("2 of 3 runs of demo/")


def test_sweeps_of_one_name_in_two_folders_have_tables_of_their_own(sweep, tmp_path):
    other = dataclasses.replace(sweep, folder=tmp_path / "elsewhere" / "demo")
    names = [table.name for table in of_kind(blocks(sweep, other), DataTable)]
    assert names == [f"missing-{sweep.path.stem}", f"missing-{sweep.path.stem}-2"]


def test_what_was_left_out_is_told_with_the_reason(tmp_path):
    lost = LeftOut(tmp_path / "demo" / "run", "metrics.json cannot be read")
    notice, table = Missing().part(Material((), left_out=(lost,))).blocks
    assert "no number below holds them" in notice.text
    assert [row.values for row in table.rows] == [("run", "metrics.json cannot be read")]


def test_runs_of_no_sweep_are_told_with_the_command_that_began_them(sweep, begin):
    typed = "python -m galexp train seed=9"
    runs = [begin("mine", typed), begin("old", "")]
    notice, table = blocks(unfinished=runs)
    assert notice.text.startswith("2 runs were begun and not finished")
    assert [row.values for row in table.rows] == [("mine", "broken off", typed), ("old", "broken off", "was not kept")]
    notice, table = blocks(unfinished=runs[:1])
    assert notice.text.startswith("1 run was begun")
