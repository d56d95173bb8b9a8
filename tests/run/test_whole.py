"""Claims about folders that are there whole or not at all."""

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


def test_what_a_killed_process_left_is_begun_anew(target):
    left = target.folder.parent / ".one.partial"
    left.mkdir()
    (left / "half").write_text("")
    with whole(target, {}):
        pass
    assert not (target.folder / "half").exists()
