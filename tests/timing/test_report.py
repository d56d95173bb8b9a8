"""Claims about what is written: it reads back equal, and says machine, mock and verdict."""

from __future__ import annotations

import csv
import dataclasses

import pytest
from astropy.table import Table

from galexp.shard.origin import Origin
from galexp.timing.base import Measurement
from galexp.timing.machine import describe_machine
from galexp.timing.measure import Row, at_least, at_most
from galexp.timing.report import Report, number

ROWS = [
    Row("epoch / bare loop", "", [1.05, 1.25, 1.2], 1, at_most(1.1)),
    Row("cache, in memory", "images/s", [1 / 3, 123456.789], 2, at_least(0.1)),
    Row("first", "s", [0.1]),
]


@pytest.fixture
def report():
    return Report("step", Measurement(ROWS, ["What is inside."], origin=Origin.MOCK), describe_machine())


def test_the_csv_reads_back_equal(report, tmp_path):
    path, _ = report.write(tmp_path / "new")
    with path.open(newline="") as stream:
        found = list(csv.DictReader(stream))
    assert [record["name"] for record in found] == [row.name for row in ROWS]
    for record, row in zip(found, ROWS, strict=True):
        numbers = [float(record[name]) for name in ("median", "lowest", "highest")]
        assert numbers == [row.median, row.lowest, row.highest]
        assert (int(record["repeats"]), int(record["warm_up"])) == (row.repeats, row.warm_up)
        assert (record["unit"], record["verdict"]) == (row.unit, row.verdict)
        assert (record["what"], record["data"]) == ("step", "mock")
    assert [record["demand"] for record in found] == ["at most 1.1", "at least 0.1", ""]


def test_the_csv_holds_the_machine_in_every_row_and_is_a_plain_table(report, tmp_path):
    table = Table.read(report.write(tmp_path)[0], format="ascii.csv")
    facts = dataclasses.asdict(report.machine)
    assert set(table.colnames) >= {f"machine_{name}" for name in facts}
    for name, value in facts.items():
        assert [str(found) for found in table[f"machine_{name}"]] == [str(value)] * len(ROWS)


def test_the_text_says_machine_numbers_demands_and_notes(report, tmp_path):
    text = report.write(tmp_path)[1].read_text()
    lines = text.splitlines()
    assert lines[: len(report.machine.lines())] == report.machine.lines()
    assert "benchmark step, on MOCK data" in lines
    (line,) = [line for line in lines if "epoch / bare loop" in line]
    assert line.split()[4:] == ["1.2", "1.05", "1.25", "3", "(1)", "at", "most", "1.1:", "missed"]
    assert lines[-1] == "What is inside."


def test_observed_data_are_not_called_a_mock(report):
    observed = dataclasses.replace(report, measurement=Measurement(ROWS, [], origin=Origin.OBSERVED))
    assert "MOCK" not in observed.text()
    assert {record["data"] for record in observed.records()} == {"observed"}


def test_the_rows_that_miss_their_demand_are_named(report):
    assert [row.name for row in report.measurement.missed] == ["epoch / bare loop"]


@pytest.mark.parametrize(
    ("value", "text"), [(0.0001234567, "0.0001235"), (999.94, "999.9"), (1000.0, "1,000"), (-12345.6, "-12,346")]
)
def test_numbers_have_four_digits_and_no_exponent_where_they_are_large(value, text):
    assert number(value) == text


def test_a_machine_is_described_by_what_its_numbers_depend_on():
    machine = describe_machine()
    assert machine.processor
    assert machine.cores >= 1
    assert machine.torch_threads >= 1
    assert [line.split(":")[0] for line in machine.lines()] == [field.name for field in dataclasses.fields(machine)]
