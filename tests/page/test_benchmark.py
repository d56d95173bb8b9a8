"""Claims about what a benchmark left beside runs, and about the bootstraps that a report may draw."""

from __future__ import annotations

import pathlib

from galexp.page.benchmark import benchmark_file, benchmark_rows
from galexp.page.draws import draws_of, is_independent
from galexp.page.material import Options, ReportRun
from galexp.run.directory import RunDirectory


def test_a_benchmark_is_found_from_inside_the_study_of_a_run(tmp_path, monkeypatch):
    study = tmp_path / "study"
    study.mkdir()
    monkeypatch.chdir(study)
    run = ReportRun(RunDirectory(pathlib.Path("run")))
    assert benchmark_file(run, "loader") == tmp_path / "benchmark" / "loader.csv"
    assert benchmark_rows(run, "loader") == []
    (tmp_path / "benchmark").mkdir()
    (tmp_path / "benchmark" / "loader.csv").write_text("name,unit\ndecode,images/s\n")
    assert benchmark_rows(run, "loader") == [{"name": "decode", "unit": "images/s"}]


def test_nothing_is_drawn_of_frames_of_simulations(make_run):
    observed, simulated = make_run("split=random"), make_run("split=random", "seed=1", data="simulation")
    assert [draws_of(run, Options(draws=7)) for run in (observed, simulated)] == [7, 0]
    assert [is_independent(run) for run in (observed, simulated)] == [True, False]
