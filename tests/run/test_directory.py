"""Claims about the folder of a run."""

from __future__ import annotations

import pytest

from galexp.run.directory import RunDirectory


@pytest.fixture
def run(tmp_path):
    return RunDirectory(tmp_path / "study" / "run")


def test_settings_are_read_as_they_were_written(run):
    settings = {"seed": 1, "task": {"targets": ["a", "b"]}, "choices": {"experiment": None}}
    run.start(settings, anew=False)
    assert run.settings() == settings


def test_starting_anew_removes_everything_but_the_lock(run):
    with run.lock():
        run.start({}, anew=False)
        (run.figures / "old.png").touch()
        (run.folder / ".hidden").touch()
        run.write_json("metrics.json", {})
        assert run.is_finished
        run.start({"seed": 1}, anew=True)
    assert sorted(path.name for path in run.folder.iterdir()) == [".lock", "figures", "resolved.yaml"]
    assert not run.is_finished
    assert list(run.figures.iterdir()) == []


def test_going_on_removes_nothing(run):
    run.start({}, anew=False)
    (run.folder / "history.csv").write_text("epoch\n")
    run.start({}, anew=False)
    assert (run.folder / "history.csv").read_text() == "epoch\n"


def test_json_is_written_whole_or_not_at_all(run):
    run.start({}, anew=False)
    run.write_json("metrics.json", {"rmse": 1.0})
    with pytest.raises(TypeError, match="not JSON serializable"):
        run.write_json("metrics.json", {"rmse": object()})
    assert run.read_json("metrics.json") == {"rmse": 1.0}


def test_auto_is_the_best_checkpoint_and_the_last_where_there_is_none(run):
    run.last_checkpoint.parent.mkdir(parents=True)
    run.last_checkpoint.touch()
    assert run.checkpoint("auto") == run.checkpoint("last") == run.last_checkpoint
    best = run.last_checkpoint.with_name("best.ckpt")
    with pytest.raises(FileNotFoundError, match=r"best\.ckpt is missing; train the run first"):
        run.checkpoint("best")
    best.touch()
    assert run.checkpoint("auto") == run.checkpoint("best") == best
    with pytest.raises(ValueError, match=r"evaluation\.checkpoint is 'first'; choose auto, best, last"):
        run.checkpoint("first")


def test_a_folder_without_settings_holds_no_run(run):
    with pytest.raises(FileNotFoundError, match=r"holds no run \(resolved\.yaml is missing\)"):
        run.settings()


def test_a_run_is_held_once_and_free_again_afterwards(run):
    with run.lock(), pytest.raises(ValueError, match="another process is at work in"), run.lock():
        pass
    with run.lock():
        pass


def test_the_command_is_kept_as_it_was_typed_and_older_runs_have_none(run):
    run.start({}, anew=False)
    assert run.command == ""
    run.keep_command("python -m galexp train 'a=[b, c]'")
    assert run.command == "python -m galexp train 'a=[b, c]'"


def test_a_run_is_held_while_a_process_is_at_work_in_it(run):
    assert not run.is_held
    with run.lock():
        assert run.is_held
    assert not run.is_held
