"""Claims about ``report`` as a user types it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import pytest

from galexp.run.sweep import Point, SweepRecord

QUICK = ("section=overview,missing,provenance",)


@pytest.fixture
def study(desk, trained):
    """Return the folder of a study with one tiny run, in the folder of the test."""
    shutil.copytree(trained, desk.folder / "multirun" / "adhoc" / trained.name)
    return desk.folder / "multirun" / "adhoc"


def test_a_finished_run_gives_a_page_with_tables_and_figures(desk, study):
    status, out, _ = desk("report", "multirun/adhoc", "section=overview,scores,predictions,provenance")
    assert status == 0
    assert "report of 1 run, 4 sections" in out
    assert out.splitlines()[-1].strip() == "multirun/adhoc/report/index.html"
    page = (study / "report" / "index.html").read_text()
    assert "MOCK DATA" in page
    assert {"overview.csv", "provenance.csv"} <= {path.name for path in (study / "report" / "tables").iterdir()}
    assert len(list((study / "report" / "figures").glob("*.png"))) > 0


@pytest.mark.slow
def test_every_section_takes_a_run_that_was_trained(desk, study):
    status, _, err = desk("report", "multirun/adhoc", "report.stamps=1", "evaluation.bootstrap=20")
    assert (status, err) == (0, "")


def test_a_second_report_replaces_the_first(desk, study):
    assert desk("report", "multirun/adhoc", "section=provenance")[0] == 0
    assert desk("report", "multirun/adhoc", "section=overview")[0] == 0
    assert [path.name for path in (study / "report" / "tables").iterdir()] == ["overview.csv"]


def test_a_report_is_made_from_inside_a_study_and_has_its_name(desk, study, monkeypatch):
    monkeypatch.chdir(study)
    assert desk("report", ".", *QUICK)[0] == 0
    assert json.loads((study / "report" / "report.json").read_text())["title"] == "adhoc"


def test_with_an_unknown_section_the_words_are_not_understood(desk):
    assert desk.refuses("report", "multirun", "section=overveiw", status=2).startswith("unknown section 'overveiw'; ")


def test_a_folder_that_is_not_there_is_named_in_one_sentence(desk):
    folder = desk.folder / "multirun" / "nowhere"
    expected = f"{folder} is no folder; give that of a run, or of a study such as multirun/demo"
    assert desk.refuses("report", "multirun/nowhere") == expected


def test_a_file_that_no_report_wrote_is_refused_before_any_work(desk, study, monkeypatch):
    monkeypatch.setattr("galexp.report.make_parts", lambda *facts: pytest.fail("sections were made"))
    (study / "report").mkdir()
    (study / "report" / ".DS_Store").touch()
    assert "holds 1 files that no report wrote, such as .DS_Store" in desk.refuses("report", "multirun/adhoc")


def test_what_a_sweep_lacks_is_told_with_its_command_also_before_its_first_run_is_finished(desk):
    folder = desk.folder / "multirun" / "demo"
    points = (Point(("seed=0",), error="ValueError: no room"), Point(("seed=1",)))
    SweepRecord(folder, ("seed=0,1",), "", "basic", "basic", 2, points).write()
    status, out, _ = desk("report", "multirun/demo", *QUICK)
    assert status == 0
    assert "report of 0 runs, 1 sections" in out
    text = (folder / "report" / "report.md").read_text()
    assert "0 of 2 runs of demo/sweep-" in text
    assert "python -m galexp train --multirun seed=0,1" in text
    assert "ValueError: no room" in text


def test_a_run_that_has_lost_a_file_is_left_out_and_the_others_are_told(desk, study, trained):
    lost = study / "lost"
    shutil.copytree(trained, lost)
    (lost / "predictions.parquet").unlink()
    status, out, _ = desk("report", "multirun/adhoc", *QUICK)
    assert status == 0
    assert "left out lost: predictions.parquet is missing; train it anew with force=true, or move it away" in out
    assert "report of 1 run," in out
    assert "lost" in (study / "report" / "tables" / "left-out.csv").read_text()


def test_a_section_that_cannot_be_made_leaves_the_others_and_a_status_of_failure(desk, study, monkeypatch):
    def refuse(section, material):
        raise ValueError("these numbers have no range")

    monkeypatch.setattr("galexp.page.section.provenance.Provenance.part", refuse)
    status, out, _ = desk("report", "multirun/adhoc", *QUICK)
    assert status == 1
    assert "section provenance could not be made: ValueError: these numbers have no range" in out
    text = (study / "report" / "report.md").read_text()
    assert "This section could not be made: ValueError: these numbers have no range" in text
    assert "What was run" in text


@pytest.mark.slow
def test_a_report_waits_for_no_library_that_only_a_training_needs():
    heavy = ["pytorch_lightning", "torchmetrics", "timm", "torchvision", "captum", "wandb"]
    code = "import sys, galexp.report; from galexp.page.build import make_sections; make_sections([])"
    code += f"; sys.exit(' '.join(name for name in {heavy} if name in sys.modules) or 0)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (found.returncode, found.stderr) == (0, "")
