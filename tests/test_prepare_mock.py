"""Claims about `prepare` for a mock survey."""

from __future__ import annotations

import json

import pytest

from galexp.config import compose
from galexp.preparation.build import prepare
from galexp.shard.read import PreparedData


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["dataset=xgass", "dataset.catalog=mock", "imaging=files"], "a mock catalog has mock images only"),
    ],
)
def test_a_mock_that_cannot_be_is_refused(shell, words, sentence):
    assert sentence in shell.refuses("prepare", "size=tiny", *words)


def test_a_mock_is_drawn_with_its_name_and_every_drawn_column_said(workplace):
    manifest = json.loads((workplace / "data" / "xgass-mock-mock-tiny" / "manifest.json").read_text())
    data = PreparedData(workplace / "data" / "xgass-mock-mock-tiny")
    assert manifest["mock"] == ["catalog", "images"]
    written = {"id", "shard", "offset", "size", "sha256", "image_is_blank"}
    assert set(manifest["drawn_columns"]) == set(data.catalog.colnames) - written


def test_a_mock_of_another_recipe_gets_a_place_of_its_own(desk):
    (desk.folder / "data").unlink()
    names = []
    for seed in (0, 1, 0, 1):
        assert desk("prepare", "size=tiny", "mock.objects=4", "mock.image_size=8", f"mock.seed={seed}")[0] == 0
        names.append(sorted(path.name for path in (desk.folder / "data").glob("xgass*")))
    assert [len(found) for found in names] == [1, 2, 2, 2]


def test_a_place_that_another_command_took_while_this_one_waited_is_left_to_it(desk, monkeypatch):
    """The first look finds the plain name free; behind the lock it is taken, so that the next look decides."""
    (desk.folder / "data").unlink()
    looks, made = [], []

    def place(settings):
        looks.append(settings)
        return desk.folder / "data" / ("plain" if len(looks) == 1 else "plain-of-its-own")

    monkeypatch.setattr("galexp.preparation.build._place", place)
    monkeypatch.setattr("galexp.preparation.build.make", lambda settings, dataset, path: made.append(path.name))
    monkeypatch.setattr("galexp.preparation.build.PreparedData", lambda path: path)
    monkeypatch.setattr("galexp.preparation.build.write_pictures", lambda data, dataset: None)
    prepare(compose(["size=tiny"]))
    assert made == ["plain-of-its-own"]
