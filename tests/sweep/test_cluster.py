"""Claims about what a job knows of its cluster, and about its notes."""

from __future__ import annotations

import os
import shutil

import pytest

from galexp.sweep.cluster import is_first_task, log_file, name_first_machine
from galexp.sweep.note import Note, read_notes

SLURM = {
    "SUBMITIT_EXECUTOR": "slurm",
    "SLURM_JOB_ID": "9",
    "SLURM_ARRAY_JOB_ID": "7",
    "SLURM_ARRAY_TASK_ID": "2",
    "SLURM_NTASKS": "2",
    "SLURM_JOB_NUM_NODES": "2",
    "SLURM_JOB_NODELIST": "gpu[07-08]",
}


@pytest.fixture
def second_machine(monkeypatch, tmp_path):
    for name, value in SLURM.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("SLURM_PROCID", "1")
    monkeypatch.setenv("SLURM_NODEID", "1")
    monkeypatch.setenv("SUBMITIT_FOLDER", str(tmp_path / "%j"))
    monkeypatch.setenv("MASTER_ADDR", "")
    monkeypatch.delenv("MASTER_ADDR")
    return tmp_path


def test_of_several_machines_only_the_first_task_writes_notes(second_machine, monkeypatch):
    assert not is_first_task()
    monkeypatch.setenv("SLURM_PROCID", "0")
    assert is_first_task()


def test_the_processes_of_several_machines_meet_at_the_first_unless_told_otherwise(second_machine, monkeypatch):
    name_first_machine()
    assert os.environ["MASTER_ADDR"] == "gpu07"
    monkeypatch.setenv("MASTER_ADDR", "other")
    name_first_machine()
    assert os.environ["MASTER_ADDR"] == "other"


def test_a_job_knows_the_file_that_keeps_its_errors(second_machine):
    assert log_file() == str(second_machine / "7_2" / "7_2_1_log.err")


def test_outside_of_submitit_there_is_one_task_and_no_log(monkeypatch):
    monkeypatch.delenv("SUBMITIT_EXECUTOR", raising=False)
    monkeypatch.setenv("SLURM_PROCID", "3")
    assert (is_first_task(), log_file()) == (True, "")


def test_the_last_note_of_each_job_counts_in_the_order_of_the_jobs(tmp_path):
    for number in (10, 2):
        Note(number, ["seed=0"]).write(tmp_path)
    Note(10, ["seed=0"], folder="run", ended=True).write(tmp_path)
    assert [(note.number, note.ended) for note in read_notes(tmp_path)] == [(2, False), (10, True)]


def test_a_note_that_nobody_waits_for_any_more_is_not_written(tmp_path):
    folder = tmp_path / "notes"
    folder.mkdir()
    shutil.rmtree(folder)
    Note(0, ["seed=0"]).write(folder)
    assert read_notes(folder) == []
