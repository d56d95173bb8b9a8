"""Claims about a user's own survey, split, model and task: one YAML and one class each, and no fork."""

from __future__ import annotations

import json
import pathlib
import sys

import numpy as np
import pytest
from astropy.table import Table
from PIL import Image

from galexp.catalog.parquet import read_parquet
from galexp.split.base import TEST

MINE = pathlib.Path(__file__).parent / "extension"
ROWS = 40


@pytest.fixture
def mine(shell, monkeypatch):
    """Put the folder of the example on the path, and a table with images where the test types its commands."""
    for verb in ("train", "evaluate"):
        monkeypatch.setattr(f"galexp.job.{verb}.run_figures", lambda *facts: {})
    monkeypatch.syspath_prepend(MINE)
    monkeypatch.delitem(sys.modules, "mine", raising=False)
    rng = np.random.default_rng(0)
    table = Table({"galaxy": [f"g{row}" for row in range(ROWS)], "logM": rng.normal(10, 0.5, ROWS)})
    table["RA"], table["DEC"], table["z"] = rng.uniform(0, 360, ROWS), rng.uniform(-60, 60, ROWS), 0.03
    table["r"], table["gr"] = rng.normal(16, 1, ROWS), rng.normal(0.6, 0.1, ROWS)
    table["z"][0] = 0.001
    table.write(shell.folder / "mine.csv")
    (shell.folder / "images").mkdir()
    for name in table["galaxy"]:
        pixels = rng.integers(0, 256, (32, 32, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(shell.folder / "images" / f"{name}.jpg")
    return shell


def words(verb, *more):
    return (verb, "--config-dir", str(MINE), "dataset=my_survey", *more)


def prepare(shell):
    status, out, _ = shell(*words("prepare", "dataset.catalog=mine.csv", "imaging=files", "imaging.root=images"))
    assert status == 0
    return out


def test_a_survey_of_ones_own_is_prepared_with_its_cuts_counted(mine):
    out = prepare(mine)
    assert f"{ROWS - 1:>10,}  z > 0.01" in out
    catalog = read_parquet(mine.folder / "data" / "my_survey-file-files" / "catalog.parquet")
    assert catalog["log_stellar_mass"].unit.to_string() == "dex(solMass)"
    assert "g0" not in catalog["id"].tolist()


def test_survey_split_model_and_task_of_ones_own_train_together(mine):
    prepare(mine)
    own = ["split=north", "model=mean_color", "task=noisy", "size=tiny", "datamodule.batch_size=8"]
    status, out, _ = mine(*words("train", *own, "logger=none", "evaluation.bootstrap=20"))
    assert status == 0
    assert "MOCK" not in out
    (run,) = (mine.folder / "multirun" / "adhoc").iterdir()
    assert run.name.startswith("my_survey-north-mean_color-s0-")
    assert json.loads((run / "metrics.json").read_text())["data"] == "observed"
    catalog = read_parquet(mine.folder / "data" / "my_survey-file-files" / "catalog.parquet")
    predictions = read_parquet(run / "predictions.parquet")
    tested = predictions["id"][np.asarray(predictions["role"]) == TEST].tolist()
    assert tested == catalog["id"][np.asarray(catalog["dec"]) > 0].tolist()
    name = str(run.relative_to(mine.folder))
    assert mine("evaluate", name)[0] == 0
    assert mine("evaluate", "--config-dir", str(MINE), name, "split=random", "evaluation.bootstrap=0")[0] == 0
    assert sorted(path.name.rsplit("-", 1)[0] for path in (run / "evaluations").iterdir()) == [
        "my_survey-file-files-north",
        "my_survey-file-files-random",
    ]


def test_ones_own_options_are_listed_and_misspelled_ones_named(mine):
    assert "  split=north                train in the south, hold out the north\n" in mine(*words("list", "split"))[1]
    assert mine.refuses(*words("train", "split=nort"), status=2) == "unknown split 'nort'; did you mean 'north'?"


@pytest.mark.slow
def test_a_sweep_takes_ones_own_options_too(mine):
    prepare(mine)
    more = ["--multirun", "split=north,random", "model=mean_color", "size=tiny", "logger=none"]
    assert mine(*words("train", *more, "datamodule.batch_size=8"))[0] == 0
    assert len(list((mine.folder / "multirun" / "adhoc").glob("*/metrics.json"))) == 2


def test_a_class_that_cannot_be_imported_is_refused_by_its_name(mine, monkeypatch):
    prepare(mine)
    monkeypatch.setattr(sys, "path", [path for path in sys.path if path != str(MINE)])
    monkeypatch.delitem(sys.modules, "mine")
    status, _, err = mine(*words("train", "size=tiny", "model=small_cnn", "logger=none"))
    assert status == 2
    assert err.splitlines()[-1].startswith("galexp: mine.MySurvey cannot be imported")
    assert not list(mine.folder.rglob("*.ckpt"))


@pytest.mark.parametrize("path", sorted(path for path in MINE.rglob("*") if path.suffix in (".py", ".yaml")), ids=str)
def test_the_readme_shows_each_file_of_the_example_as_it_is(path):
    assert path.read_text().strip() in (pathlib.Path(__file__).parents[1] / "README.md").read_text()
