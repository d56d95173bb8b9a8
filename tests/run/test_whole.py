"""Claims about folders that are there whole or not at all."""

import os
import pathlib

import pytest

from galexp.run.directory import RunDirectory
from galexp.run.whole import whole


@pytest.fixture
def target(tmp_path):
    folder = tmp_path / "searches" / "one"
    folder.mkdir(parents=True)
    (folder / "old").write_text("before")
    return RunDirectory(folder)


def test_a_folder_takes_the_place_of_the_one_before_when_it_is_whole(target):
    with whole(target, {"seed": 7}) as partial:
        (partial.folder / "new").write_text("now")
        assert (target.folder / "old").read_text() == "before"
    assert sorted(path.name for path in target.folder.iterdir()) == ["figures", "new", "resolved.yaml"]
    assert target.settings() == {"seed": 7}
    assert [path.name for path in target.folder.parent.iterdir()] == ["one"]


@pytest.mark.parametrize("fault", [ValueError, KeyboardInterrupt])
def test_what_breaks_off_leaves_what_was_there_and_nothing_else(target, fault):
    def break_off():
        with whole(target, {}) as partial:
            (partial.folder / "new").write_text("now")
            raise fault

    with pytest.raises(fault):
        break_off()
    assert [path.name for path in target.folder.iterdir()] == ["old"]
    assert [path.name for path in target.folder.parent.iterdir()] == ["one"]


def test_a_fault_between_the_two_renames_brings_back_what_was_there(target, monkeypatch):
    rename = pathlib.Path.rename

    def interrupted(path, place):
        if path.suffix == ".partial":
            raise KeyboardInterrupt
        return rename(path, place)

    monkeypatch.setattr(pathlib.Path, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt), whole(target, {}):
        pass
    assert [path.name for path in target.folder.iterdir()] == ["old"]
    assert [path.name for path in target.folder.parent.iterdir()] == ["one"]


def test_two_that_write_the_same_at_once_do_not_mix(target):
    with whole(target, {"seed": 1}) as first:
        (first.folder / "of-first").write_text("")
        with whole(target, {"seed": 2}) as second:
            (second.folder / "of-second").write_text("")
        assert sorted(path.name for path in target.folder.iterdir()) == ["figures", "of-second", "resolved.yaml"]
    assert sorted(path.name for path in target.folder.iterdir()) == ["figures", "of-first", "resolved.yaml"]
    assert [path.name for path in target.folder.parent.iterdir()] == ["one"]


def test_what_a_killed_process_left_is_removed_after_a_day_and_what_another_writes_is_not(target):
    left, others = (target.folder.parent / f".one.{number}.partial" for number in ("00000000", "11111111"))
    for folder in (left, others):
        folder.mkdir()
    os.utime(left, (0, 0))
    with whole(target, {}):
        pass
    assert sorted(path.name for path in target.folder.parent.iterdir()) == [others.name, "one"]
