"""Claims about which runs a report is of, and where it goes."""

from __future__ import annotations

import contextlib

import pytest

from galexp.page.gather import gather, report_folder
from galexp.page.material import Material, Options


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
