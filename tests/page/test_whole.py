"""What holds for a report of any runs: every section gets them, and what it makes can be written."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
from astropy.table import Table

from galexp.catalog.vote_tree import ANSWERS
from galexp.mock.survey import mock_gz2
from galexp.page.build import make_parts, make_sections
from galexp.page.content import DataTable
from galexp.page.gather import gather
from galexp.page.material import Options
from galexp.page.write import write_report
from galexp.run.sweep import Point, SweepRecord

TWO_CLASSES = "task.classes={poor: [null, -0.7], rich: [-0.7, null]}"


@pytest.fixture(scope="module")
def votes(tmp_path_factory, build_data, fake_imaging):
    """Return prepared data with the 37 vote fractions."""
    drawn = mock_gz2(60, seed=0)
    columns = {name: drawn[name] for name in ("ra", "dec", *(answer.name for answer in ANSWERS))}
    catalog = Table({"id": [f"V{row:03d}" for row in range(60)], **columns})
    return build_data(tmp_path_factory.mktemp("votes") / "gz2-file-files", catalog, fake_imaging())


@pytest.fixture(scope="module")
def frames(tmp_path_factory, build_data, fake_imaging):
    """Return prepared frames of three simulations."""
    simulation, camera, number = (axis.ravel() for axis in np.mgrid[:3, :2, :20])
    table = Table({"id": [f"s{s}_c{c}_t{t:02d}" for s, c, t in zip(simulation, camera, number, strict=True)]})
    table["simulation"] = np.array(["s_1_m_1", "s_1_m_0.5", "s_0.5_m_1"])[simulation]
    table["simulation_time"], table["snapshot_class"] = 100.0 + 5 * number, number
    table["simulation_time"].unit = "Myr"
    table["snapshot_interval"], table["camera"] = 5.0, camera
    table["size_ratio"], table["mass_ratio"] = np.array([1, 1, 0.5])[simulation], np.array([1, 0.5, 1])[simulation]
    table["has_merged"] = simulation != 2
    return build_data(tmp_path_factory.mktemp("frames") / "mergers-file-hdf5", table, fake_imaging(planes=1))


@pytest.fixture
def report(tmp_path):
    """Return what makes a report of all that lies in the folder of the test, with every section."""

    def make(draws=5):
        found = gather([str(tmp_path / "multirun")], Options(draws=draws, stamps=1))
        parts = make_parts(make_sections([]), found)
        files = write_report(tmp_path / "report", "Runs", parts, found.origin)
        assert files[0].stat().st_size > 0
        return {part.name: part for part in parts}

    return make


def columns_of(part, name, *headings):
    """Return columns of a table side by side."""
    (table,) = (block for block in part.blocks if isinstance(block, DataTable) and block.name == name)
    places = [[column.heading for column in table.columns].index(heading) for heading in headings]
    return [tuple(row.values[place] for place in places) for row in table.rows]


def two_surveys(make_run, skies):
    """Make runs of two data of one survey, and one run of these in a second study."""
    for data in (skies("xgass-survey-legacy"), skies("xgass-mock-mock", 150, 2, ("catalog",))):
        for words in (("split=random",), ("split=random", "seed=1"), ("split=delta5_q80",)):
            make_run.on(data)("dataset=xgass", "model=small_cnn", *words)
    again = ("dataset=xgass", "model=small_cnn", "split=random", "experiment=wu2020_xgass")
    make_run.on(skies("xgass-survey-legacy"))(*again, "model=small_cnn")


def test_observed_galaxies_and_a_mock_of_one_survey_are_told_apart(make_run, skies, tmp_path):
    two_surveys(make_run, skies)
    found = gather([str(tmp_path / "multirun")], Options(draws=0))
    parts = {part.name: part for part in make_parts(make_sections(["overview", "gap"]), found)}
    (overview,) = (block for block in parts["overview"].blocks if isinstance(block, DataTable))
    assert {row.values[1]: row.mark for row in overview.rows} == {"xgass-survey-legacy": "", "xgass-mock-mock": "MOCK"}
    rows = columns_of(parts["gap"], "gap-unmatched", "configuration", "by chance")
    assert [name.partition(" ")[2] for name, _ in rows] == ["data=xgass-survey-legacy", "data=xgass-mock-mock"]
    of_observed, of_mock = (chance.value for _, chance in rows)
    assert of_observed != of_mock


def _single(make_run, skies, votes, frames):
    make_run("dataset=xgass", "split=random")


def _representation(make_run, skies, votes, frames):
    make_run("dataset=xgass", "task=representation", "model=representation")
    for split in ("random", "delta5_q80"):
        make_run("dataset=xgass", "task=representation_regression", "model=representation", f"split={split}")
    make_run("dataset=xgass", "task=representation_classification", "model=representation", TWO_CLASSES)


def _classes(make_run, skies, votes, frames):
    for seed in (0, 1):
        make_run("dataset=xgass", "split=random", "task=classification", TWO_CLASSES, f"seed={seed}")


def _votes(make_run, skies, votes, frames):
    for words in (("transform=none",), ("transform=d4",)):
        make_run.on(votes)("dataset=gz2", "model=small_cnn", *words)


def _simulation(make_run, skies, votes, frames):
    for split in ("random", "simulation"):
        make_run.on(frames)("experiment=deepgalaxy_time", f"split={split}")
        make_run.on(frames)("experiment=deepgalaxy_representation", f"split={split}", f"task.classes={list(range(20))}")


def _folds(make_run, skies, votes, frames):
    for fold in range(3):
        make_run("dataset=xgass", "split=kfold", f"split.fold={fold}", "split.folds=3")


def _data_gone(make_run, skies, votes, frames):
    for split in ("random", "delta5_q80"):
        run = make_run("dataset=xgass", f"split={split}")
        run.directory.write_json("provenance.json", {**run.provenance, "data_folder": "data/nowhere"})


def _unfinished(make_run, skies, votes, frames):
    make_run("dataset=xgass", finished=False)


def _sweep_alone(make_run, skies, votes, frames):
    point = Point(("seed=0",), error="ValueError: no room")
    SweepRecord(make_run.folder / "multirun" / "demo", ("seed=0,1",), "", "basic", "basic", 2, (point,)).write()


def _two_studies(make_run, skies, votes, frames):
    make_run("dataset=xgass", "split=random")
    again = make_run("dataset=xgass", "split=random", "experiment=wu2020_xgass")
    shutil.copytree(again.directory.folder, again.directory.folder.parents[1] / "mine" / again.name)


def _missing_files(make_run, skies, votes, frames):
    make_run("dataset=xgass", "split=random")
    lost = make_run("dataset=xgass", "split=random", "seed=1").directory.folder
    (lost / "predictions.parquet").unlink()


def _mock_weights(make_run, skies, votes, frames):
    make_run("dataset=xgass", "split=random", started_from={"weights": "a", "data": "mock"}, pretrained="MOCK weights")


def _surveys(make_run, skies, *_):
    two_surveys(make_run, skies)


KINDS = {
    _single: {"overview", "scores", "trends", "provenance"},
    _representation: {"overview", "scores", "predictions", "provenance"},
    _classes: {"overview", "scores", "predictions"},
    _votes: {"scores", "label_correlation", "vote_panels", "top_galaxies"},
    _simulation: {"scores", "leak", "class_timing"},
    _folds: {"overview", "scores"},
    _data_gone: {"overview", "gap"},
    _unfinished: {"missing"},
    _sweep_alone: {"missing"},
    _two_studies: {"overview", "scores"},
    _missing_files: {"missing", "scores"},
    _mock_weights: {"overview", "scores"},
    _surveys: {"overview", "scores", "paired", "gap", "wu2020_table1"},
}


@pytest.mark.slow
@pytest.mark.parametrize("make", KINDS, ids=lambda make: make.__name__[1:])
def test_every_section_takes_every_kind_of_run(make_run, skies, votes, frames, report, make):
    make(make_run, skies, votes, frames)
    assert KINDS[make] <= set(report(draws=20))
