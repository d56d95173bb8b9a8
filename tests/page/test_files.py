"""Claims about the files beside a report, read back by astropy and Pillow."""

from __future__ import annotations

import numpy as np
import pytest
from astropy.table import Table
from matplotlib.figure import Figure
from PIL import Image

from galexp.figure.style import mark, new_figure, save
from galexp.page.content import Column, DataTable, Gallery, Link, Measured, Picture, Row, Stamp
from galexp.page.files import write_picture, write_table
from galexp.shard.origin import Origin

COLUMNS = (Column("id"), Column("RMSE", "dex", digits=2), Column("n"), Column("sky"))


def drawn() -> Figure:
    figure, axes = new_figure(1, 1, 2, 1.5)
    axes[0, 0].plot([0, 1], [0, 1])
    axes[0, 0].set_ylabel("a label")
    mark(figure, Origin.MOCK)
    return figure


def read(table: DataTable, path) -> Table:
    write_table(table, path)
    return Table.read(path, format="ascii.csv", converters={"id": str})


def test_a_table_comes_back_from_its_file_with_every_digit(tmp_path):
    rows = (
        Row(("1237649770260463687", Measured(0.1 + 0.2, 1 / 3), 236, Link("show", "https://a.org/?a=1,2")), "MOCK"),
        Row(('a "b", c\nd', Measured(1e-300), None, None), "published"),
        Row(("G1", float("nan"), 2, None)),
    )
    table = read(DataTable("t", "t", COLUMNS, rows), tmp_path / "t.csv")
    assert table.colnames == ["data", "id", "RMSE [dex]", "RMSE error [dex]", "n", "sky", "sky address"]
    assert table["id"].tolist() == ["1237649770260463687", 'a "b", c\nd', "G1"]
    assert table["RMSE [dex]"][:2].tolist() == [0.1 + 0.2, 1e-300]
    assert np.isnan(table["RMSE [dex]"][2])
    assert table["RMSE error [dex]"][0] == 1 / 3
    assert table["n"].tolist() == [236, None, 2]
    assert table["sky address"].tolist() == ["https://a.org/?a=1,2", None, None]
    assert table["data"].tolist() == ["MOCK", "published", None]


def test_a_table_without_marks_errors_or_links_has_its_own_columns_alone(tmp_path):
    table = read(DataTable("t", "t", COLUMNS, (Row(("a", 1.0, 2, "b")),)), tmp_path / "t.csv")
    assert table.colnames == ["id", "RMSE [dex]", "n", "sky"]


def test_numbers_of_numpy_keep_their_digits_too(tmp_path):
    values = (np.float64(0.1 + 0.2), np.float32(0.1), np.int64(2**60))
    columns = tuple(Column(name) for name in "abc")
    table = read(DataTable("t", "t", columns, (Row(values), Row((float("inf"), None, 0)))), tmp_path / "t.csv")
    assert tuple(table[0]) == (0.1 + 0.2, 0.1, 2**60)
    assert table["a"][1] == np.inf


def test_a_table_without_rows_has_names(tmp_path):
    write_table(DataTable("t", "t", COLUMNS, ()), tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_text() == "id,RMSE [dex],n,sky\n"


def test_two_columns_of_one_name_are_refused(tmp_path):
    columns = (Column("RMSE"), Column("RMSE error"))
    table = DataTable("scores", "t", columns, (Row((Measured(1.0, 0.1), 0.1)),))
    with pytest.raises(ValueError, match="two columns of table scores are called 'RMSE error'; give each a heading"):
        write_table(table, tmp_path / "t.csv")


def test_a_picture_is_written_twice_with_one_layout_and_equal_figures_give_equal_bytes(tmp_path):
    figures = [drawn(), drawn()]
    (png, pdf), (other_png, other_pdf) = (
        write_picture(Picture("a", "", figure), tmp_path / str(number)) for number, figure in enumerate(figures)
    )
    assert pdf.read_bytes().startswith(b"%PDF")
    assert png.read_bytes() == other_png.read_bytes()
    assert pdf.read_bytes() == other_pdf.read_bytes()
    with Image.open(png) as image:
        assert image.size == pytest.approx(tuple(150 * figures[0].get_size_inches()), abs=1)
    once = drawn()
    save(once, tmp_path / "once.png")
    assert figures[0].axes[0].get_position().bounds == once.axes[0].get_position().bounds


def test_another_ending_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"a\.svg does not end with one of \.png, \.pdf; rename it"):
        save(drawn(), tmp_path / "a.svg")


@pytest.mark.parametrize(("word", "has_band"), [("MOCK", True), ("", False)])
def test_a_sheet_of_galaxies_carries_the_mark(word, has_band, tmp_path):
    stamps = (Stamp(np.zeros((8, 8, 1), np.uint8), ("G1", "8.9")), Stamp(np.zeros((6, 9, 3), np.uint8), ("G2",)))
    (path,) = write_picture(Gallery("worst", "The worst", stamps, word), tmp_path)
    with Image.open(path) as image:
        top = np.asarray(image.convert("RGB"))[3, 3]
    assert (top.tolist() != [255, 255, 255]) == has_band


def test_a_gallery_with_the_mark_of_no_origin_is_refused(tmp_path):
    stamps = (Stamp(np.zeros((8, 8, 1), np.uint8), ("G1",)),)
    with pytest.raises(ValueError, match=r"gallery worst has the mark 'mock'; expected one of \['', 'MOCK'"):
        write_picture(Gallery("worst", "", stamps, "mock"), tmp_path)
