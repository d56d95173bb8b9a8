"""Claims about the rows of a real catalog that are rendered: a mock, and every drawn value counted."""

from __future__ import annotations

import json

import numpy as np
import pytest
from astropy.table import Table

from galexp.catalog.parquet import read_parquet
from galexp.preparation import observed
from galexp.shard.origin import Origin
from galexp.shard.read import PreparedData

ROWS = 24
WORDS = ["dataset=xgass", "dataset.catalog=table.fits", "imaging=mock", "size=tiny"]
FOLDER = "xgass-file-mock"


def xgass_table(rows=ROWS):
    """Return a table in the form of the published one, with two gaps in its color."""
    rng = np.random.default_rng(0)
    table = Table({"GASS": 3151 + np.arange(rows), "RA": np.linspace(120, 230, rows), "DEC": np.linspace(4, 16, rows)})
    table["zSDSS"], table["lgMstar"] = np.linspace(0.01, 0.05, rows), np.linspace(9, 11.4, rows)
    table["lgGF"] = -0.8 * (table["lgMstar"] - 10) - 0.9 + 0.2 * rng.standard_normal(rows)
    table["lgMHI"], table["HI_FLAG"], table["HIconf_flag"] = table["lgGF"] + table["lgMstar"], 1, 0.0
    table["model_r"], table["NUVr"] = np.linspace(17, 13.5, rows), np.linspace(2, 5.8, rows)
    table["NUVr"][[3, 7]] = -99.0
    table["petrR50_r"], table["petrR90_r"], table["expAB_r"] = 5.0, 13.0, np.linspace(0.2, 0.95, rows)
    return table


@pytest.fixture
def tabled(shell):
    xgass_table().write(shell.folder / "table.fits")
    return shell


def test_rendered_rows_are_a_mock_whose_drawn_values_are_counted(tabled):
    status, out, _ = tabled("prepare", *WORDS)
    assert status == 0
    assert f"MOCK DATA: the images of data/{FOLDER} are drawn, not observed" in out
    data = PreparedData(tabled.folder / "data" / FOLDER)
    assert (len(data), data.origin, data.manifest.mock) == (ROWS, Origin.MOCK, ["images"])
    drawn = data.manifest.drawn_counts
    assert drawn["mock_mag_r"] == drawn["mock_r50"] == 0
    assert drawn["mock_arm_strength"] == ROWS
    assert set(data.manifest.drawn_columns) == {name for name, count in drawn.items() if count}
    assert all(name.startswith("mock_") for name in drawn)
    np.testing.assert_allclose(data.catalog["log_hi_fraction"], xgass_table()["lgGF"])


def test_a_run_on_them_is_a_mock_and_an_experiment_that_needs_observations_refuses_them(tabled, monkeypatch):
    monkeypatch.setattr("galexp.job.train.run_figures", lambda *facts: {})
    assert tabled("prepare", *WORDS)[0] == 0
    words = [*WORDS, "model=small_cnn", "evaluation.bootstrap=20", "logger=none"]
    assert tabled("train", *words)[0] == 0
    (run,) = (tabled.folder / "multirun" / "adhoc").iterdir()
    assert run.name.startswith("xgass_mock-")
    assert json.loads((run / "metrics.json").read_text())["data"] == "mock"
    assert "only a mock" in tabled.refuses("train", *words, "allow_mock=false")
    assert len(read_parquet(run / "predictions.parquet")) > 0


def test_another_seed_is_other_input_and_the_same_one_is_found_again(tabled):
    assert tabled("prepare", *WORDS)[0] == 0
    first = PreparedData(tabled.folder / "data" / FOLDER).manifest.content_sha256
    assert tabled("prepare", *WORDS)[0] == 0
    assert "mock_seed: 0 -> 1" in tabled.refuses("prepare", *WORDS, "mock.seed=1")
    assert tabled("prepare", *WORDS, "mock.seed=1", "force=true")[0] == 0
    assert PreparedData(tabled.folder / "data" / FOLDER).manifest.content_sha256 != first


@pytest.mark.parametrize(
    ("column", "value", "sentence"),
    [
        ("petrR50_r", -2.0, "r50"),
        ("expAB_r", 1.4, "axis_ratio"),
        ("model_r", 88.0, "mag_r"),
    ],
)
def test_an_unphysical_row_is_named_and_nothing_is_left(shell, column, value, sentence):
    table = xgass_table()
    table[column][5] = value
    table.write(shell.folder / "table.fits")
    said = shell.refuses("prepare", *WORDS)
    assert sentence in said
    assert "3156" in said
    left = [path for path in (shell.folder / "data").rglob("*") if path.is_file() and path.suffix != ".lock"]
    assert left == []


def test_targets_are_not_looked_at(tabled, monkeypatch):
    given = []
    with_appearance = observed.with_appearance
    monkeypatch.setattr(observed, "with_appearance", lambda *facts: given.append(facts) or with_appearance(*facts))
    assert tabled("prepare", *WORDS, "dataset.targets=[log_stellar_mass]")[0] == 0
    assert given[0][2] == ["log_stellar_mass"]


@pytest.mark.slow
def test_real_xgass_is_rendered_row_by_row(shell, real_data):
    words = [f"dataset.catalog={real_data / 'xgass'}", "imaging=mock", "size=tiny"]
    assert shell("prepare", "dataset=xgass", *words)[0] == 0
    data = PreparedData(shell.folder / "data" / FOLDER)
    assert len(data) == 1179
    assert data.manifest.drawn_counts["mock_mag_r"] == 0
