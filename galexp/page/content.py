"""What a report holds, before anybody decides how it is written: prose, tables, pictures, galaxies."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from jaxtyping import UInt8
    from matplotlib.figure import Figure
    from numpy import ndarray

PUBLISHED = "published"
"""The mark of a row that was read in a paper; rows of a mock or a simulation carry ``Origin.word`` instead."""


class Measured(NamedTuple):
    """A number with its error; NaN where there is none."""

    value: float
    error: float = math.nan


class Link(NamedTuple):
    """A text that leads somewhere."""

    text: str
    address: str


Value: TypeAlias = "str | int | float | Measured | Link | None"


@dataclasses.dataclass(frozen=True)
class Column:
    """A column of a table.

    Args:
        heading: Of the column.
        unit: Of its numbers, empty where they have none.
        digits: After the decimal point, where the table is read; a CSV file keeps all.
        hint: What the number means and when it misleads, in a sentence; empty where the heading says it.
    """

    heading: str
    unit: str = ""
    digits: int = 4
    hint: str = ""


class Row(NamedTuple):
    """One row of a table.

    Attributes:
        values: One a column; None where there is nothing to say.
        mark: ``MOCK``, ``SIMULATION``, ``published``, or empty; it is written before the row, never left out.
    """

    values: tuple[Value, ...]
    mark: str = ""


@dataclasses.dataclass(frozen=True)
class DataTable:
    """A table that is read, sorted and copied.

    Args:
        name: Of its CSV file, without an ending; unique in a report.
        title: One line over it.
        columns: Of the table.
        rows: As many values each as there are columns.
        note: What a reader must know to read the numbers right; empty where nothing.

    Raises:
        ValueError: where a row has more or fewer values than there are columns.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    note: str = ""

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row.values) != len(self.columns):
                raise ValueError(
                    f"a row of table {self.name} has {len(row.values)} values for {len(self.columns)} columns"
                )

    def filled(self) -> DataTable:
        """Return the table without the columns that say nothing in any row; one without rows as it is."""
        kept = [
            place for place in range(len(self.columns)) if any(row.values[place] not in (None, "") for row in self.rows)
        ]
        columns = tuple(self.columns[place] for place in kept) if self.rows else self.columns
        rows = tuple(Row(tuple(row.values[place] for place in kept), row.mark) for row in self.rows)
        return dataclasses.replace(self, columns=columns, rows=rows)


@dataclasses.dataclass(frozen=True)
class Picture:
    """A figure.

    Args:
        name: Of its files, without an ending; unique in a report.
        caption: What it shows and how it is to be read, in one or two sentences.
        figure: Drawn, with the mark of a mock on it.
    """

    name: str
    caption: str
    figure: Figure


@dataclasses.dataclass(frozen=True)
class Stamp:
    """One galaxy to look at.

    Args:
        image: 8 bits, in one band (gray) or three (red, green, blue).
        lines: Under the image.
        address: Where the sky server shows it; empty where the galaxy has no position, or is not on the sky.
    """

    image: UInt8[ndarray, "height width band"]
    lines: tuple[str, ...]
    address: str = ""


@dataclasses.dataclass(frozen=True)
class Gallery:
    """Galaxies in a grid.

    Args:
        name: Of its picture file, without an ending; unique in a report.
        caption: What was picked, and by what.
        stamps: The galaxies.
        mark: As of a row.
    """

    name: str
    caption: str
    stamps: tuple[Stamp, ...]
    mark: str = ""


@dataclasses.dataclass(frozen=True)
class Prose:
    """Paragraphs of plain text, parted by empty lines."""

    text: str


@dataclasses.dataclass(frozen=True)
class Heading:
    """A heading within a section."""

    text: str


@dataclasses.dataclass(frozen=True)
class Notice:
    """What must not be overlooked: mock data, what is missing, what could not be drawn and what to do about it."""

    text: str


@dataclasses.dataclass(frozen=True)
class Code:
    """Text to be copied as it is: a command, BibTeX.

    Args:
        text: Verbatim.
        name: Of a file of its own, with its ending; empty for none.
    """

    text: str
    name: str = ""


@dataclasses.dataclass(frozen=True)
class Attachment:
    """A file beside the page, to which a line leads, such as a page of its own.

    Args:
        name: Of the file, with its ending; unique in a report.
        caption: What it is.
        text: All of it.
    """

    name: str
    caption: str
    text: str


Block: TypeAlias = Prose | Heading | Notice | Code | DataTable | Picture | Gallery | Attachment


@dataclasses.dataclass(frozen=True)
class Part:
    """A section, made: what stands under one entry of the table of contents.

    Args:
        name: For addresses within the page, such as ``scores``.
        title: Of the section.
        blocks: In the order in which they are read.
    """

    name: str
    title: str
    blocks: tuple[Block, ...]
