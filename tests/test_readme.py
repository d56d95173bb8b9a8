"""Claims about the README: what it says the tool prints, the tool prints."""

from __future__ import annotations

import pathlib
import re

import pytest

import galexp
from galexp.config import choices

README = pathlib.Path(galexp.__file__).parents[1] / "README.md"
pytestmark = pytest.mark.skipif(not README.is_file(), reason="the README lies in a checkout alone")


@pytest.mark.slow
def test_the_table_of_models_is_what_the_tool_prints(shell):
    status, out, _ = shell("list", "model", "--markdown")
    assert status == 0
    written = README.read_text().split("<!-- models -->\n")[1].split("<!-- end of models -->")[0]
    assert written.strip() == out.strip()


def test_every_recipe_stands_in_the_readme():
    named = set(re.findall(r"`([a-z0-9_]+)`", README.read_text())) | set(
        re.findall(r"experiment=([a-z0-9_]+)", README.read_text())
    )
    assert set(choices()["experiment"]) <= named


def test_every_task_and_optimizer_stands_in_the_readme():
    text = README.read_text()
    for group in ("task", "optimizer"):
        assert [option for option in choices()[group] if f"`{option}`" not in text] == []
