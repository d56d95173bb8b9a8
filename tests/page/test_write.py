"""Claims about a report as a folder: whole or not at all, and nobody else's files."""

from __future__ import annotations

import json
import pathlib

import numpy as np
import pytest
from matplotlib.figure import Figure

from galexp.page.content import Attachment, Code, Column, DataTable, Gallery, Link, Part, Picture, Prose, Row, Stamp
from galexp.page.write import write_report
from galexp.shard.origin import Origin


def table(name: str = "scores", address: str = "a") -> DataTable:
    return DataTable(name, "Scores", (Column("run"),), (Row((Link("s0", address),)),))


def part(*blocks, name: str = "a") -> Part:
    return Part(name, "A", blocks)


MAP = Attachment("map.html", "The map", "<html></html>")


def everything() -> list[Part]:
    stamps = (Stamp(np.zeros((8, 8, 3), np.uint8), ("G1",)),)
    picture = Picture("truth", "Truth", Figure(figsize=(1, 1)))
    return [part(table(), picture, Gallery("worst", "Worst", stamps), Code("@article{a}", "references.bib"), MAP)]


def write(folder: pathlib.Path, *blocks) -> list[pathlib.Path]:
    return write_report(folder, "Runs", [part(*blocks)], Origin.OBSERVED)


def files(folder: pathlib.Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_all_files_are_there_and_told_and_the_same_report_has_the_same_bytes(tmp_path):
    first, second = tmp_path / "deep" / "one", tmp_path / "two"
    written = write_report(first, "Runs", everything(), Origin.MOCK)
    write_report(second, "Runs", everything(), Origin.MOCK)
    assert written[0] == first / "index.html"
    names = {str(path.relative_to(first)) for path in written}
    assert names == {
        "index.html", "report.md", "references.bib", "tables/scores.csv", "figures/truth.png", "figures/truth.pdf",
        "figures/worst.png", "map.html",
    }  # fmt: skip
    assert set(files(first)) == names | {"report.json"}
    assert set(json.loads((first / "report.json").read_text())["files"]) == names
    assert files(first) == files(second)
    assert list(first.parent.iterdir()) == [first]


def test_a_report_replaces_the_one_before_and_leaves_nothing_of_it(tmp_path):
    write(tmp_path / "report", table("old"))
    write(tmp_path / "report", table("new"))
    assert [path.name for path in (tmp_path / "report" / "tables").iterdir()] == ["new.csv"]
    assert [path.name for path in tmp_path.iterdir()] == ["report"]


def test_files_that_no_report_wrote_are_never_replaced(tmp_path):
    folder = tmp_path / "report"
    write(folder, table())
    (folder / "figures" / "mine.txt").write_text("mine")
    before = files(folder)
    with pytest.raises(ValueError, match=r"holds 1 files that no report wrote, such as figures/mine\.txt, and would"):
        write(folder, table())
    assert files(folder) == before


@pytest.mark.parametrize("record", ['{"files": ["a.txt", "report.json"]}', "[]", "no json", '{"writer": "galexp"}'])
def test_a_folder_with_the_record_of_another_program_is_left_alone(record, tmp_path):
    (tmp_path / "report.json").write_text(record)
    (tmp_path / "a.txt").write_text("mine")
    with pytest.raises(ValueError, match=r"holds 2 files that no report wrote, such as a\.txt"):
        write(tmp_path, table())
    assert set(files(tmp_path)) == {"a.txt", "report.json"}


def test_links_of_a_user_are_not_followed_and_not_taken_away(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ValueError, match="such as link, and would be replaced"):
        write(tmp_path / "report", table())


def test_a_file_in_the_place_of_the_folder_is_left_alone(tmp_path):
    (tmp_path / "report").write_text("mine")
    with pytest.raises(ValueError, match="is a file; a report is a folder: move the file, or name another folder"):
        write(tmp_path / "report", table())
    assert (tmp_path / "report").read_text() == "mine"


def test_what_goes_wrong_half_way_leaves_the_report_that_was_there(tmp_path):
    write(tmp_path / "report", table("old"))
    before = files(tmp_path)
    with pytest.raises(ValueError, match="javascript"):
        write(tmp_path / "report", table("new", "javascript:x"))
    assert files(tmp_path) == before


def test_the_folder_where_one_stands_can_be_the_report(tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert write(pathlib.Path(), Prose("text"))[0] == pathlib.Path("index.html")
    assert (tmp_path / "here" / "index.html").is_file()


@pytest.mark.parametrize("name", ["a/b", "../a", ".hidden", "", "a b", "ä", "a\n"])
def test_a_name_that_is_none_of_a_file_is_refused(name, tmp_path):
    with pytest.raises(ValueError, match="of a report has other letters than A-Z, a-z, 0-9"):
        write(tmp_path / "report", table(name))
    assert not (tmp_path / "report").exists()


@pytest.mark.parametrize(
    "blocks",
    [
        (table("a"), table("A")),
        (Picture("a", "", Figure()), Gallery("a", "", ())),
        (Code("", "index.html"),),
        (Code("", "Tables"),),
        (Code("", "a.bib"), Code("", "a.bib")),
    ],
)
def test_two_things_of_one_name_are_refused_even_where_case_does_not_count(blocks, tmp_path):
    with pytest.raises(ValueError, match=r"a report has two of (table|picture|file) .*; give each a name of its own"):
        write(tmp_path / "report", *blocks)


def test_a_table_and_a_picture_may_share_a_name(tmp_path):
    assert len(write(tmp_path / "report", table("a"), Picture("a", "", Figure(figsize=(1, 1))))) == 5


def test_two_parts_of_one_name_are_refused(tmp_path):
    with pytest.raises(ValueError, match="a report has two of part 'a'"):
        write_report(tmp_path / "report", "Runs", [part(), part()], Origin.OBSERVED)
