from __future__ import annotations

import dataclasses
import pathlib

import pytest

from galexp.catalog.services import ServiceError, Services
from galexp.dataset.tables import MAIN, PublishedTable, download_tables, locate_tables

SERVICES = Services(*["http://127.0.0.1:9"] * 4, release=14, timeout=1, retries=0, pause=0, page_rows=10)


@dataclasses.dataclass
class Shelf:
    """A place that has a table, or has not."""

    file_name: str = "t.csv"
    fails: bool = False
    asked: int = 0
    place: str = "shelf"

    def address(self, services: Services) -> str:
        return f"{self.place} {self.file_name}"

    def fetch(self, folder: pathlib.Path, services: Services) -> pathlib.Path:
        self.asked += 1
        if self.fails:
            raise ServiceError("the shelf is empty")
        (folder / self.file_name).write_text("a\n1\n")
        return folder / self.file_name


def table(*shelves, key=MAIN):
    return PublishedTable(key, ("t.csv",), shelves)


def test_a_table_is_fetched_once_and_written_down(tmp_path):
    shelf = Shelf()
    for _ in range(2):
        download_tables([table(shelf)], tmp_path / "new", SERVICES)
    assert shelf.asked == 1
    assert '"address": "shelf t.csv"' in (tmp_path / "new" / "downloads.json").read_text()


def test_the_next_source_is_asked_where_one_fails_and_the_last_failure_is_told(tmp_path, capsys):
    first, second = Shelf(fails=True), Shelf(file_name="other.csv")
    download_tables([table(first, second)], tmp_path, SERVICES)
    assert capsys.readouterr().out == "the shelf is empty: trying shelf other.csv\n"
    assert locate_tables([table(first, second)], tmp_path, {}) == {MAIN: tmp_path / "other.csv"}
    with pytest.raises(ServiceError, match="the shelf is empty"):
        download_tables([table(first, Shelf(fails=True))], tmp_path / "else", SERVICES)


def test_a_file_that_was_put_there_by_hand_is_used_as_it_is(tmp_path):
    (tmp_path / "t.csv").write_text("mine")
    shelf = Shelf()
    download_tables([table(shelf)], tmp_path, SERVICES)
    assert (shelf.asked, (tmp_path / "t.csv").read_text()) == (0, "mine")


def test_a_download_from_elsewhere_than_the_settings_name_now_is_refused_until_it_is_removed(tmp_path):
    download_tables([table(Shelf())], tmp_path, SERVICES)
    moved = Shelf(place="cellar")
    message = (
        r"t\.csv was downloaded from shelf t\.csv, but the settings name cellar t\.csv; remove the file to download"
    )
    with pytest.raises(ValueError, match=message):
        download_tables([table(moved)], tmp_path, SERVICES)
    download_tables([table(moved, Shelf())], tmp_path, SERVICES)
    assert moved.asked == 0
    (tmp_path / "t.csv").unlink()
    download_tables([table(moved)], tmp_path, SERVICES)
    download_tables([table(moved)], tmp_path, SERVICES)
    assert moved.asked == 1


def test_a_download_that_was_changed_is_refused(tmp_path):
    download_tables([table(Shelf())], tmp_path, SERVICES)
    (tmp_path / "t.csv").write_text("changed")
    with pytest.raises(
        ValueError, match=r"t\.csv is not what was downloaded on .*; delete it to download it again, or"
    ):
        download_tables([table(Shelf())], tmp_path, SERVICES)


@pytest.mark.parametrize(
    ("published", "message"),
    [
        (
            PublishedTable(MAIN, ()),
            r"the table of this survey cannot be downloaded by galexp; give dataset\.catalog=FILE",
        ),
        (PublishedTable("dr7", ("a.csv", "b.csv")), r"a\.csv or b\.csv cannot be .*; give dataset\.tables\.dr7=FILE"),
    ],
)
def test_a_table_without_a_source_is_refused(tmp_path, published, message):
    with pytest.raises(ValueError, match=message):
        download_tables([published], tmp_path, SERVICES)
