"""Claims about how the sections of a report are made."""

from __future__ import annotations

import pytest

from galexp.config import choices
from galexp.page.build import make_parts, make_sections
from galexp.page.content import Column, DataTable, Notice, Part, Row
from galexp.page.section.base import Section


class Late(Section):
    """Says one thing."""

    order = 99

    def part(self, material):
        return Part("late", "Late", ())


class Silent(Section):
    """Has nothing to say."""

    order = 1

    def part(self, material):
        return None


def test_every_yaml_of_the_group_makes_a_section_and_they_stand_in_order():
    sections = make_sections([])
    assert set(sections) == set(choices()["section"])
    orders = [section.order for section in sections.values()]
    assert orders == sorted(orders)
    assert all(isinstance(section, Section) for section in sections.values())


def test_a_user_adds_a_section_by_one_yaml_and_one_file(tmp_path, monkeypatch):
    (tmp_path / "section").mkdir()
    (tmp_path / "section" / "mine.yaml").write_text("# mine\n_target_: my_section.Mine\n")
    source = "from galexp.page.section.base import Section\n\nclass Mine(Section):\n    order = 50\n"
    (tmp_path / "my_section.py").write_text(source + "    def part(self, material): pass\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert list(make_sections(["mine"], tmp_path)) == ["mine"]
    assert set(make_sections([], tmp_path)) == {*choices()["section"], "mine"}


def test_a_section_that_has_nothing_to_say_is_left_out(make_run, material):
    seen: list[str] = []
    parts = make_parts({"silent": Silent(), "late": Late()}, material(make_run("dataset=xgass")), seen.append)
    assert [part.name for part in parts] == ["late"]
    assert seen == ["silent", "late"]


class Broken(Section):
    """Refuses all runs."""

    order = 50

    def part(self, material):
        raise ValueError("these numbers\nhave no range")


def test_a_section_that_refuses_the_runs_leaves_a_notice_where_somebody_is_told(make_run, material):
    found, told = material(make_run("dataset=xgass")), {}
    sections = {"broken_one": Broken(), "late": Late()}
    first, second = make_parts(sections, found, failed=told.__setitem__)
    assert (first.name, first.title, second.name) == ("failed-broken_one", "Broken one", "late")
    said = "This section could not be made: ValueError: these numbers have no range; GALEXP_TRACEBACK=1 shows where"
    assert first.blocks == (Notice(said),)
    assert list(told) == ["broken_one"]
    with pytest.raises(ValueError, match="these numbers"):
        make_parts(sections, found)


def test_a_section_that_breaks_costs_no_reader_the_others(make_run, material, monkeypatch):
    monkeypatch.setattr(Late, "part", lambda section, material: {}["network_tta"])
    found, told = material(make_run("dataset=xgass")), {}
    (part,) = make_parts({"late": Late()}, found, failed=told.__setitem__)
    assert "could not be made: KeyError: 'network_tta'; GALEXP_TRACEBACK=1 shows where" in part.blocks[0].text
    monkeypatch.setenv("GALEXP_TRACEBACK", "1")
    with pytest.raises(KeyError):
        make_parts({"late": Late()}, found, failed=told.__setitem__)


def test_a_row_with_too_few_values_is_refused():
    with pytest.raises(ValueError, match="a row of table t has 1 values for 2 columns"):
        DataTable("t", "T", (Column("a"), Column("b")), (Row((1,)),))


def test_columns_that_say_nothing_can_be_left_out_and_zero_says_something():
    table = DataTable("t", "T", (Column("a"), Column("b"), Column("c")), (Row((0, "", None), "MOCK"), Row((1, "", 2))))
    filled = table.filled()
    assert [column.heading for column in filled.columns] == ["a", "c"]
    assert filled.rows == (Row((0, None), "MOCK"), Row((1, 2)))
    assert DataTable("t", "T", (Column("a"),), ()).filled().columns == (Column("a"),)
