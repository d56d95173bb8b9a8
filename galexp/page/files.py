"""Files beside a report: tables as CSV, pictures as PNG and PDF."""

from __future__ import annotations

import collections
import csv
import pathlib
import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from galexp.figure.contact_sheet import contact_sheet
from galexp.figure.gallery import ACROSS
from galexp.figure.style import save
from galexp.page.content import DataTable, Gallery, Link, Measured, Picture
from galexp.page.value import heading, is_marked
from galexp.shard.origin import Origin

if TYPE_CHECKING:
    from PIL import Image

MARKS = "data"
"""The column of the marks, in every form of a table; it is left out where no row has one."""

_LINE = 22  # letters that fit under a stamp of the sheet
_ORIGINS = {origin.word.strip(): origin for origin in Origin}


def write_table(table: DataTable, path: pathlib.Path) -> None:
    """Write a table as CSV, with every digit, one line of names and no comments.

    A name is the heading with the unit in brackets, as on the page. A measured value has a second column, ``NAME
    error [unit]``, a link a second one, ``NAME address``. Nothing is an empty field, a number that is not one ``nan``.

    Args:
        table: To be written.
        path: Of the file.

    Raises:
        ValueError: where two columns would have one name.
    """
    columns = dict(_columns(table))
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))


def _columns(table: DataTable) -> Iterator[tuple[str, list[Any]]]:
    """Yield the name and the values of every column of the file."""
    names: collections.Counter[str] = collections.Counter()
    for name, values in _unchecked_columns(table):
        names[name] += 1
        if names[name] > 1:
            raise ValueError(f"two columns of table {table.name} are called {name!r}; give each a heading of its own")
        yield name, values


def _unchecked_columns(table: DataTable) -> Iterator[tuple[str, list[Any]]]:
    if is_marked(table):
        yield MARKS, [row.mark for row in table.rows]
    for place, column in enumerate(table.columns):
        values = [row.values[place] for row in table.rows]
        yield heading(column), [value[0] if isinstance(value, Measured | Link) else value for value in values]
        unit = f" [{column.unit}]" if column.unit else ""
        for kind, name in ((Measured, f"{column.heading} error{unit}"), (Link, f"{column.heading} address")):
            if any(isinstance(value, kind) for value in values):
                yield name, [value[1] if isinstance(value, kind) else None for value in values]


def write_picture(block: Picture | Gallery, folder: pathlib.Path) -> list[pathlib.Path]:
    """Write a picture as ``NAME.png`` and ``NAME.pdf``, or a gallery as a sheet, ``NAME.png``.

    Args:
        block: To be written; the layout of its figure is fixed by the first file, so that the second is equal to it.
        folder: Where to.

    Returns:
        The files, the PNG first.

    Raises:
        ValueError: where the mark of a gallery is not that of an origin.
    """
    if isinstance(block, Gallery):
        sheet = folder / f"{block.name}.png"
        _sheet(block).save(sheet)
        return [sheet]
    png = save(block.figure, folder / f"{block.name}.png")
    block.figure.set_layout_engine("none")
    return [png, save(block.figure, folder / f"{block.name}.pdf")]


def _sheet(gallery: Gallery) -> Image.Image:
    if gallery.mark not in _ORIGINS:
        raise ValueError(f"gallery {gallery.name} has the mark {gallery.mark!r}; expected one of {[*_ORIGINS]}")
    images = [stamp.image for stamp in gallery.stamps]
    captions = ["\n".join(textwrap.fill(line, _LINE) for line in stamp.lines) for stamp in gallery.stamps]
    return contact_sheet(images, captions, "", ACROSS, origin=_ORIGINS[gallery.mark])
