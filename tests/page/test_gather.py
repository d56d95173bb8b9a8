"""Claims about which runs a report is of, and where it goes."""

from __future__ import annotations

import contextlib
import re

import pytest

from galexp.page.gather import gather, report_folder
from galexp.page.material import Material, Options
from galexp.page.section.provenance import Provenance
from galexp.run.sweep import Point, SweepRecord


@pytest.fixture
def study(make_run):
    """Return the folder of a study with two finished runs and one that was broken off."""
    runs = [make_run("dataset=xgass", f"seed={seed}", finished=seed < 2) for seed in (0, 1, 2)]
    return runs[0].directory.folder.parent


def test_a_study_gives_its_runs_each_once_and_tells_finished_from_unfinished(study):
    first = min(study.iterdir())
    found = gather([str(study), str(first)], Options())
    assert [run.settings["seed"] for run in found.runs] == [0, 1]
    assert [run.settings()["seed"] for run in found.unfinished] == [2]


def test_a_folder_of_studies_gives_the_runs_of_all(study, make_run):
    make_run("dataset=xgass", "experiment=demo")
    (study / "report").mkdir()
    assert len(gather([str(study.parent)], Options()).runs) == 3


def test_sweeps_are_those_of_the_studies_that_are_asked_for(study, make_run):
    record = SweepRecord(study, ("seed=0,1",), "", "basic", "basic", 2, (Point(("seed=0",)),))
    record.write()
    for folder in (study, study.parent):
        assert gather([str(folder)], Options()).sweeps == (record,)
    assert gather([str(min(study.glob("xgass-*")))], Options()).sweeps == ()


def test_runs_of_a_sweep_are_trained_again_by_the_command_of_the_sweep(study, make_run):
    points = tuple(Point((f"seed={seed}",)) for seed in (0, 1))
    record = SweepRecord(study, ("seed=0,1",), "", "basic", "basic", 2, points)
    record.write()
    for seed, point in enumerate(points):
        make_run("dataset=xgass", f"seed={seed}").directory.keep_command(record.line_of(point))
    alone = make_run("dataset=xgass", "seed=5")
    alone.directory.keep_command("python -m galexp train seed=5")
    _, code, *_ = Provenance().part(gather([str(study)], Options())).blocks
    assert sorted(code.text.splitlines()) == sorted([record.line, "python -m galexp train seed=5"])


def test_a_study_of_which_no_run_has_begun_is_known_by_its_sweep(tmp_path):
    study = tmp_path / "multirun" / "demo"
    SweepRecord(study, ("seed=0,1",), "", "basic", "basic", 2).write()
    found = gather([str(study)], Options())
    assert (len(found.runs), len(found.sweeps)) == (0, 1)
    assert report_folder([str(study), str(tmp_path)], found).parent == study


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        (
            "predictions.parquet",
            None,
            r"predictions.parquet is missing; train it anew with force=true, or move it away",
        ),
        ("split.parquet", "PAR", r"split.parquet cannot be read \("),
        ("metrics.json", "{", r"metrics.json cannot be read \(Expecting property name"),
        (
            "audit.json",
            "{}",
            r"audit.json has no data_name, data_sha256, hash, counts, label_shift, as runs of another",
        ),
        ("provenance.json", "[]", r"provenance.json has no command, data_folder"),
        ("history.csv", None, r"history.csv is missing"),
        ("resolved.yaml", "choices: {", r"resolved.yaml cannot be read"),
        ("resolved.yaml", "choices: {}", r"resolved.yaml has no seed, split, .*, dataset, split, model, task, environ"),
    ],
)
def test_a_run_that_has_lost_something_is_left_out_with_the_reason(study, name, content, why):
    run = min(folder for folder in study.iterdir() if (folder / "metrics.json").is_file())
    (run / name).unlink()
    if content is not None:
        (run / name).write_text(content)
    found = gather([str(study)], Options())
    ((lost,), (kept,)) = found.left_out, found.runs
    assert lost.path == run
    assert kept.directory.folder != run
    assert re.search(why, lost.why)


def test_a_sweep_that_cannot_be_read_is_left_out_with_the_reason(study):
    (study / "sweep-0.json").write_text("[]")
    (lost,) = gather([str(study)], Options()).left_out
    assert "holds no sweep" in lost.why


def test_evaluations_and_what_is_no_run_are_refused(study, tmp_path):
    run = next(study.iterdir())
    evaluation = run / "evaluations" / "other"
    evaluation.mkdir(parents=True)
    with pytest.raises(ValueError, match=rf"is an evaluation; give its run, .*{run.name}, whose report"):
        gather([str(evaluation)], Options())
    with pytest.raises(FileNotFoundError, match=r"nowhere is no folder; give that of a run"):
        gather([str(tmp_path / "nowhere")], Options())
    (tmp_path / "empty").mkdir()
    with pytest.raises(FileNotFoundError, match=r"no run lies in .*empty"):
        gather([str(tmp_path / "empty")], Options())


def test_a_report_of_some_runs_leaves_that_of_their_study_alone(study):
    words = [str(folder) for folder in sorted(study.iterdir())[:2]]
    whole, some = (report_folder(given, gather(given, Options())) for given in ([str(study)], words))
    assert whole == study / "report"
    assert some.parent == study
    assert some.name.startswith("report-")
    assert some != report_folder([*words, str(study)], gather([*words, str(study)], Options()))


def test_a_report_goes_beside_its_runs_from_wherever_it_is_asked_for(study):
    with contextlib.chdir(study.parent):
        words = [f"{study.name}/{folder.name}" for folder in sorted(study.iterdir())[:2]]
        assert report_folder(words, gather(words, Options())).parent == study


def test_nothing_is_known_of_no_runs():
    assert Material(()).groups == {}
