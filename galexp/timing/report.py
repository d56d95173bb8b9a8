"""Show what was measured, and write it down."""

from __future__ import annotations

import csv
import dataclasses
import io
import pathlib

from rich import box
from rich.console import Console
from rich.table import Table

from galexp.shard.origin import Origin
from galexp.timing.base import Measurement
from galexp.timing.machine import Machine
from galexp.timing.measure import Row

_WIDTH = 200


@dataclasses.dataclass(frozen=True)
class Report:
    """A measurement with its name and the machine it was made on.

    Args:
        what: Name of the benchmark.
        measurement: What it found.
        machine: Where.
    """

    what: str
    measurement: Measurement
    machine: Machine

    def table(self) -> Table:
        """Lay out one line a quantity."""
        origin = self.measurement.origin
        mark = "" if origin is Origin.OBSERVED else f", on {origin.word}data"
        table = Table(title=f"benchmark {self.what}{mark}", title_justify="left", box=box.SIMPLE_HEAD)
        table.add_column("", no_wrap=True)
        for name in ("median", "lowest", "highest"):
            table.add_column(name, justify="right", no_wrap=True)
        table.add_column("unit", no_wrap=True)
        table.add_column("repeats (warm-up)", no_wrap=True)
        table.add_column("demand", no_wrap=True)
        for row in self.measurement.rows:
            numbers = [number(value) for value in (row.median, row.lowest, row.highest)]
            table.add_row(row.name, *numbers, row.unit, f"{row.repeats} ({row.warm_up})", demand(row))
        return table

    def shown(self) -> str:
        """Return the table, without a machine, as plain text; a terminal that is too narrow breaks its lines."""
        written = io.StringIO()
        Console(file=written, width=_WIDTH, color_system=None).print(self.table())
        return "\n".join(line.rstrip() for line in written.getvalue().splitlines()).rstrip()

    def text(self) -> str:
        """Return the machine, the table and the notes as plain text."""
        return "\n".join([*self.machine.lines(), "", self.shown(), "", *self.measurement.notes]) + "\n"

    def records(self) -> list[dict[str, str | int | float]]:
        """Return one record a quantity, with the machine in each, so that a table can be read alone or be joined."""
        machine = {f"machine_{name}": value for name, value in dataclasses.asdict(self.machine).items()}
        return [
            {"what": self.what, "data": str(self.measurement.origin), **_record(row), **machine}
            for row in self.measurement.rows
        ]

    def write(self, folder: pathlib.Path) -> list[pathlib.Path]:
        """Write ``<what>.csv`` and ``<what>.txt`` and return where they are."""
        folder.mkdir(parents=True, exist_ok=True)
        table, text = folder / f"{self.what}.csv", folder / f"{self.what}.txt"
        records = self.records()
        with table.open("w", newline="") as stream:
            writer = csv.DictWriter(stream, list(records[0]))
            writer.writeheader()
            writer.writerows(records)
        text.write_text(self.text())
        return [table, text]


def number(value: float) -> str:
    """Write four digits of a number.

    Example:
        >>> number(0.123456), number(12.3456), number(123456.7)
        ('0.1235', '12.35', '123,457')
    """
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def demand(row: Row) -> str:
    """Say what is demanded of a row, and whether it is met.

    Example:
        >>> from galexp.timing.measure import at_most
        >>> demand(Row("epoch", "", [1.2], demand=at_most(1.1)))
        'at most 1.1: missed'
    """
    return f"{row.demand}: {row.verdict}" if row.demand else ""


def _record(row: Row) -> dict[str, str | int | float]:
    return {
        "name": row.name,
        "unit": row.unit,
        "warm_up": row.warm_up,
        "repeats": row.repeats,
        "median": row.median,
        "lowest": row.lowest,
        "highest": row.highest,
        "demand": str(row.demand or ""),
        "verdict": row.verdict,
    }
