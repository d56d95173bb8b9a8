"""Claims about where a run says that it came from."""

from __future__ import annotations

import datetime
import importlib.metadata
import platform

from galexp.run.provenance import PACKAGES, provenance, versions


def test_versions_are_those_that_are_installed():
    found = versions()
    assert found.pop("python") == platform.python_version()
    assert found == {name: importlib.metadata.version(name) for name in (*PACKAGES, "galexp")}


def test_provenance_keeps_the_facts_it_is_given_and_adds_command_and_time(monkeypatch):
    monkeypatch.setattr("sys.argv", ["/somewhere/__main__.py", "train", "seed=1"])
    started = datetime.datetime.now(datetime.UTC) - datetime.timedelta(seconds=5)
    found = provenance(started, seed=1)
    assert 5 <= found["wall_time_s"] < 60
    assert (found["seed"], found["command"]) == (1, "galexp train seed=1")
    age = datetime.datetime.now(datetime.UTC) - datetime.datetime.fromisoformat(found["started"])
    assert datetime.timedelta(0) <= age < datetime.timedelta(minutes=1)


def test_outside_a_checkout_there_is_no_revision(monkeypatch):
    monkeypatch.setattr("galexp.run.provenance.__file__", "/a/b/c/d.py")
    assert provenance(datetime.datetime.now(datetime.UTC))["git_revision"] is None
