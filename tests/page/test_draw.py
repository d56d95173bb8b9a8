"""Claims about pictures that several processes draw."""

from __future__ import annotations

import os
import types

import numpy as np
import pytest

from galexp.config import is_ours
from galexp.figure.style import new_figure
from galexp.page import draw as module
from galexp.page.content import Gallery, Picture, Stamp
from galexp.page.draw import draw
from galexp.page.files import write_picture

MARKED = "NEITHER"


def pictures(number, mark=""):
    blocks = []
    for place in range(number):
        figure, axes = new_figure(1, 1, 1, 1)
        axes[0, 0].plot([0, place])
        blocks.append(Picture(f"line-{place}", "A line.", figure))
    return [*blocks, Gallery("stamps", "One.", (Stamp(np.zeros((8, 8, 3), np.uint8), ("a",)),), mark)]


@pytest.fixture
def two_processes(monkeypatch):
    monkeypatch.setattr(module, "sys", types.SimpleNamespace(platform="linux"))
    monkeypatch.setattr(module.os, "sched_getaffinity", lambda process: {0, 1}, raising=False)


def _drawn_elsewhere(monkeypatch, folder):
    """Draw, and make sure that this process did not."""
    with monkeypatch.context() as patch:
        here = os.getpid()
        patch.setattr(module, "write_picture", lambda *facts: os.getpid() != here and write_picture(*facts))
        return draw(pictures(3), folder)


def test_two_processes_draw_what_one_draws(two_processes, monkeypatch, tmp_path):
    found = _drawn_elsewhere(monkeypatch, tmp_path / "two")
    monkeypatch.setattr(module.os, "sched_getaffinity", lambda process: {0})
    alone = draw(pictures(3), tmp_path / "one")
    names = [[path.name for path in paths] for paths in found]
    lines = [[f"line-{place}.png", f"line-{place}.pdf"] for place in range(3)]
    assert names == [*lines, ["stamps.png"]]
    for paths, others in zip(found, alone, strict=True):
        assert [path.read_bytes() for path in paths] == [path.read_bytes() for path in others]


def test_what_cannot_be_drawn_is_refused_by_its_own_sentence(two_processes, tmp_path):
    with pytest.raises(ValueError, match="gallery stamps has the mark 'NEITHER'") as caught:
        draw(pictures(3, MARKED), tmp_path)
    assert is_ours(caught.value)


def test_a_few_pictures_start_no_process(two_processes, monkeypatch, tmp_path):
    monkeypatch.setattr(module, "ProcessPoolExecutor", None)
    assert len(draw(pictures(1), tmp_path)) == 2
