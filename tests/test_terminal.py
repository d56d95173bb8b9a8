"""Claims about lines on the terminal where several jobs write at a time."""

from __future__ import annotations

import subprocess
import sys

import pytest

from galexp import terminal

TWICE = (
    "import multiprocessing, sys; from galexp.terminal import say, number_lines, progress_bar\n"
    "if __name__ == '__main__':\n"
    "    number_lines(3)\n"
    "    say('here')\n"
    "    child = multiprocessing.get_context('spawn').Process(target=say, args=('there',))\n"
    "    child.start()\n"
    "    child.join()\n"
)


@pytest.fixture
def _numbered(monkeypatch):
    monkeypatch.setenv("GALEXP_JOB", "")
    monkeypatch.setattr(terminal.console, "_file", None)
    terminal.number_lines(12)


@pytest.mark.usefixtures("_numbered")
def test_each_line_of_a_job_bears_its_number_and_blank_ones_are_left_out(capsys):
    terminal.say("one\n\ntwo")
    terminal.say("[bold]three[/bold]", "red")
    assert capsys.readouterr().out == "[12] one\n[12] two\n[12] [bold]three[/bold]\n"


@pytest.mark.usefixtures("_numbered")
def test_half_a_line_waits_for_its_other_half(capsys):
    terminal.console.print("half ", end="")
    assert capsys.readouterr().out == ""
    terminal.say("whole")
    assert capsys.readouterr().out == "[12] half whole\n"


@pytest.mark.usefixtures("_numbered")
def test_beside_other_jobs_no_bar_is_shown(capsys):
    with terminal.progress_bar("steps") as bar:
        bar.add_task("training", total=2, completed=1, note="")
    assert not terminal.console.is_terminal
    assert capsys.readouterr().out == ""


@pytest.mark.usefixtures("_numbered")
def test_notes_bear_the_number_too(capsys):
    terminal.note(UserWarning("careful"), UserWarning)
    assert capsys.readouterr().err == "[12] note: careful\n"


def test_without_other_jobs_lines_bear_no_number(capsys):
    terminal.say("alone")
    terminal.note("careful", UserWarning)
    assert capsys.readouterr() == ("alone\n", "note: careful\n")


def test_processes_that_a_job_starts_bear_its_number(tmp_path):
    (tmp_path / "twice.py").write_text(TWICE)
    done = subprocess.run([sys.executable, tmp_path / "twice.py"], capture_output=True, text=True, check=False)
    assert (done.stderr, done.stdout) == ("", "[3] here\n[3] there\n")
