"""Claims about the verb list; what it says of groups and of prepared data is claimed in test_command.py."""

from __future__ import annotations

import subprocess
import sys

from galexp.config import choices

QUICK = ("size=tiny", "model=small_cnn")


def test_the_group_model_is_followed_by_the_table_of_models(shell):
    status, out, _ = shell("list", "model", *QUICK)
    lines = out.splitlines()
    assert status == 0
    assert [line.split()[0] for line in lines[1 : len(choices()["model"]) + 1]] == [
        f"model={name}" for name in choices()["model"]
    ]
    table = lines[len(choices()["model"]) + 1 :]
    assert table[0] == "models for dataset=xgass: 1 output, 3 bands, 32 px"
    assert table[1].split()[:2] == ["model", "parameters"]
    assert table[2].split()[:2] == ["small_cnn", "219,289"]
    assert table[3].endswith("training pixels, of 1,179 galaxies (published)")


def test_as_markdown_the_table_comes_alone(shell):
    status, out, _ = shell("list", "model", "--markdown", *QUICK)
    assert status == 0
    assert out.splitlines()[0] == "Models for dataset=xgass: 1 output, 3 bands, 32 px:"
    assert out.splitlines()[4].startswith("| small_cnn | 219,289 | ")


def test_groups_are_listed_without_torch():
    code = "import sys, galexp.__main__ as g; g.main(['list', 'split']); sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0
