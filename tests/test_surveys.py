"""Each survey is trained on from local files, through the command line."""

from __future__ import annotations

import itertools
import json
import pathlib
import zipfile
from typing import NamedTuple

import numpy as np
import pytest
from astropy.table import Table

from galexp.catalog.parquet import read_parquet
from galexp.catalog.vote_tree import ANSWERS
from galexp.shard.read import PreparedData
from galexp.split.base import TEST, VAL

ROWS = 48
FIRST = 1237649770260463687
TINY = ("size=tiny", "model=small_cnn", "logger=none", "evaluation.bootstrap=20")


class Survey(NamedTuple):
    """The words that name a survey's files, and where they are prepared."""

    words: list[str]
    prepared: str


def ramp(low, high):
    return np.linspace(low, high, ROWS)


def write_images(folder, identifiers, image_bytes):
    (folder / "images").mkdir()
    for name in map(str, identifiers):
        (folder / "images" / f"{name}.png").write_bytes(image_bytes(name, side=32))
    return ["imaging=files", "imaging.root=images"]


def sdss_metallicity(folder, image_bytes, _):
    table = Table({"objID": FIRST + np.arange(ROWS), "oh_p50": ramp(8.4, 9.1)})
    table.write(folder / "table.csv")
    words = write_images(folder, table["objID"], image_bytes)
    return Survey(["dataset.catalog=table.csv", *words], "sdss_metallicity-file-files")


def alfalfa(folder, image_bytes, _):
    (folder / "tables").mkdir()
    numbers = 11 + np.arange(ROWS)
    main = Table({"AGCNr": numbers, "RAdeg_OC": ramp(120, 230), "DECdeg_OC": ramp(4, 16), "OCcode": ["I"] * ROWS})
    main["Vhelio"], main["Dist"], main["logMsun"] = 3000, 40.0, ramp(8.5, 10)
    main.write(folder / "tables" / "a40.datafile1.csv")
    dr7 = Table({"AGCNr": numbers, "PhotoObjID": FIRST + np.arange(ROWS)})
    dr7.write(folder / "tables" / "a40.datafile3.csv")
    masses = Table({"AGC": numbers, "logMstarTaylor": ramp(10.5, 9)})
    masses.write(folder / "tables" / "durbala2020_table2.fits")
    words = write_images(folder, numbers, image_bytes)
    return Survey(["dataset.catalog=tables", "dataset.stellar_mass=durbala2020", *words], "alfalfa-file-files")


def xgass(folder, image_bytes, _):
    table = Table({"GASS": 3151 + np.arange(ROWS), "RA": ramp(120, 230), "DEC": ramp(4, 16), "zSDSS": ramp(0.01, 0.05)})
    table["lgMstar"], table["lgMHI"], table["lgGF"] = ramp(9, 11.5), ramp(9, 10), ramp(0, -1.5)
    table["HI_FLAG"], table["HIconf_flag"] = 1, 0.1
    table["env_code_B"], table["group_id_B"] = np.arange(ROWS) % 3, np.arange(ROWS) // 3
    table["model_r"], table["NUVr"], table["petrR50_r"], table["SFR_best"] = ramp(14, 17), ramp(2, 5), 5.0, 1.0
    table.write(folder / "table.fits")
    return Survey(["dataset.catalog=table.fits", *write_images(folder, table["GASS"], image_bytes)], "xgass-file-files")


def gz2(folder, image_bytes, _):
    share, votes = ramp(0, 1), np.zeros((ROWS, len(ANSWERS)))
    votes[:, [1, 4, 6, 7, 10, 28, 32]] = 1
    votes[:, 13], votes[:, 14], votes[:, 23] = share, 1 - share, share
    table = Table({"GalaxyID": 100008 + np.arange(ROWS)})
    for column, answer in enumerate(ANSWERS):
        table[answer.kaggle] = np.round(votes[:, column], 6)
    table.write(folder / "votes.csv")
    with zipfile.ZipFile(folder / "images.zip", "w") as file:
        for name in map(str, table["GalaxyID"]):
            file.writestr(f"images_training_rev1/{name}.jpg", image_bytes(name, side=48, kind="JPEG"))
    return Survey(["dataset.catalog=votes.csv", "imaging=zip", "imaging.path=images.zip"], "gz2-file-zip")


def mergers(folder, _, write_deepgalaxy):
    ratios = tuple(itertools.product(("0.5", "1"), ("0.25", "1")))
    write_deepgalaxy(folder / "frames.hdf5", ratios, cameras=2, snapshots=6, side=32)
    return Survey(["dataset.catalog=frames.hdf5", "imaging=hdf5"], "mergers-file-hdf5")


def held_out(run):
    split = read_parquet(run / "split.parquet")
    return sorted(split["id"][np.isin(split["role"], (VAL, TEST))].tolist())


@pytest.mark.filterwarnings("ignore:the random forest is left out:UserWarning")
@pytest.mark.parametrize("write", [sdss_metallicity, alfalfa, xgass, gz2, mergers])
def test_a_survey_is_trained_on_from_local_files(write, shell, image_bytes, write_deepgalaxy, monkeypatch):
    monkeypatch.setattr("galexp.job.train.run_figures", lambda *facts: {})
    survey = write(shell.folder, image_bytes, write_deepgalaxy)
    words = [f"dataset={write.__name__}", *survey.words]
    assert shell("prepare", *words)[0] == 0
    assert len(PreparedData(shell.folder / "data" / survey.prepared)) == ROWS
    status, out, _ = shell("train", *words, *TINY)
    assert (status, "MOCK" in out) == (0, False)
    (run,) = (shell.folder / "multirun" / "adhoc").iterdir()
    scores = json.loads((run / "metrics.json").read_text())
    kind = "simulation" if write is mergers else "observed"
    assert (scores["data"], scores["dataset"]) == (kind, write.__name__)
    assert scores["counts"]["val"] > 0
    predictions = read_parquet(run / "predictions.parquet")
    assert sorted(predictions["id"].tolist()) == held_out(run)
    drawn = [name for name in predictions.colnames if name.startswith("pred_")]
    assert all(np.isfinite(predictions[name]).all() for name in drawn)
    assert drawn


@pytest.mark.slow
def test_a_stream_that_two_processes_share_predicts_every_held_out_galaxy_once(desk):
    words = ["datamodule=stream", "datamodule.num_workers=1", "trainer=ddp_cpu", "paths.runs=two"]
    assert desk("train", *TINY, *words)[0] == 0
    (run,) = (path.parent for path in pathlib.Path(desk.folder / "two").rglob("metrics.json"))
    assert json.loads((run / "provenance.json").read_text())["processes"] == 2
    assert sorted(read_parquet(run / "predictions.parquet")["id"].tolist()) == held_out(run)
