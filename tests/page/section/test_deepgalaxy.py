"""Claims about the tables and figures of merger times, on frames whose predictions are off by known amounts."""

from __future__ import annotations

import csv
import json
import shutil

import numpy as np
import pytest
from astropy.table import Table

from galexp.catalog.parquet import write_parquet
from galexp.evaluation.classes import class_score_table
from galexp.page.content import PUBLISHED, Code, DataTable, Gallery, Heading, Notice, Picture
from galexp.page.section.class_timing import ClassTiming
from galexp.page.section.observed_mergers import ObservedMergers
from galexp.page.section.speed_up import SpeedUpSection

CLASSES = [str(number) for number in range(20)]
WIDTH = 5.0
CLASSIFY = ("experiment=deepgalaxy_small", f"task.classes=[{','.join(CLASSES)}]")
TABLE = {"class_width": WIDTH, "class_unit": "Myr"}
TIMING = ClassTiming(bins=5)


def sure_of(classes):
    """Return nine tenths of the probability for a class, and the rest for the first."""
    share = np.zeros((len(classes), len(CLASSES)))
    share[:, 0] += 0.1
    share[np.arange(len(classes)), classes.astype(int)] += 0.9
    return {f"prob_{infix}{name}": share[:, k] for infix in ("", "tta_") for k, name in enumerate(CLASSES)}


@pytest.fixture(scope="session")
def frames(tmp_path_factory, build_data, fake_imaging):
    """Return prepared frames: three simulations, four cameras, twenty snapshots 5 Myr apart from 100 Myr on."""
    simulation, camera, number = (axis.ravel() for axis in np.mgrid[:3, :4, :20])
    table = Table({"id": [f"s{s}_c{c}_t{t:02d}" for s, c, t in zip(simulation, camera, number, strict=True)]})
    table["simulation"] = np.array(["s_1_m_1", "s_1_m_0.5", "s_0.5_m_1"])[simulation]
    table["simulation_time"], table["snapshot_class"] = 100.0 + WIDTH * number, number
    table["simulation_time"].unit = "Myr"
    table["snapshot_interval"], table["camera"] = WIDTH, camera
    table["size_ratio"], table["mass_ratio"] = np.array([1, 1, 0.5])[simulation], np.array([1, 0.5, 1])[simulation]
    table["has_merged"] = simulation != 2
    return build_data(tmp_path_factory.mktemp("frames") / "mergers-file-hdf5", table, fake_imaging(planes=1))


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Return one folder for all tests, so that a configuration is composed once."""
    return tmp_path_factory.mktemp("mergers")


@pytest.fixture
def train(make_run, home, frames):
    """Return what writes runs on the frames; of classes, predictions are ``predict(number, rng)`` as classes."""

    class Maker(type(make_run)):
        def _predict(self, settings, roles, error, predict):
            if "classes" not in settings["task"]:
                table, scores = super()._predict(settings, roles, error, predict)
                table["true_simulation_time"].unit = "Myr"
                return table, scores
            catalog = self.data.catalog[roles == "test"]
            labels = np.asarray(catalog["snapshot_class"], dtype=np.float64)
            told = np.clip(predict(labels, None), 0, len(CLASSES) - 1)
            columns = {"true_snapshot_class": labels, "pred_snapshot_class": told, "pred_tta_snapshot_class": labels}
            table = Table({"id": catalog["id"], "role": ["test"] * len(catalog), **columns, **sure_of(told)})
            majority = {"majority": np.full((len(table), len(CLASSES)), 1 / len(CLASSES))}
            return table, class_score_table(table, "snapshot_class", CLASSES, majority, 0, 0, True, WIDTH)

    return Maker(home, frames)


def one_off(labels, _):
    return np.where(labels < 10, labels + 1, labels - 1)


def table_of(blocks, name):
    return next(block for block in blocks if isinstance(block, DataTable) and block.name == name)


def test_classes_and_a_number_stand_in_one_table_in_the_same_unit(train, material):
    runs = [train(*CLASSIFY, *words, predict=one_off, **TABLE) for words in ((), ("seed=1",))]
    number = train("experiment=deepgalaxy_time", predict=lambda truth, rng: truth + 9.0)
    part = TIMING.part(material(*runs, number))
    rows = {row.values[:2]: row.values[2:] for row in table_of(part.blocks, "merger_times").rows}
    of_classes, of_number = (
        "small_cnn, split=simulation, 64 px, 20 classes",
        "small_cnn, split=simulation, 64 px, a number",
    )
    exact, near, _, mae, _, count, _ = rows[of_classes, "network"]
    assert (exact.value, near.value, mae.value, mae.error, count) == (0, 1, WIDTH, 0, 2)
    assert rows[of_classes, "network + TTA"][0].value == 1
    assert rows[of_classes, "frequencies"][3].value > 40
    assert rows[of_classes, "frequencies"][4] is None
    assert [cell.value for cell in rows[of_number, "network"][:5]] == pytest.approx([0, 0, 1, 9.0, 9.0])
    assert rows[of_number, "predict the mean"][0] is None
    assert [block.name for block in part.blocks if isinstance(block, Picture)] == [
        "merger_time_errors",
        "merger_time_confusion",
    ]


def test_times_in_other_units_stand_in_other_tables(train, material):
    of_classes = train(*CLASSIFY, predict=one_off, class_width=1.0, class_unit="")
    part = TIMING.part(material(of_classes, train("experiment=deepgalaxy_time")))
    assert {block.text for block in part.blocks if isinstance(block, Heading)} == {
        *("Times in Myr", "Times without a unit"),
    }
    tables = [block for block in part.blocks if isinstance(block, DataTable) and "by_simulation" not in block.name]
    assert [table.name for table in tables] == ["merger_times", "merger_times-2"]
    assert {table.columns[5].unit for table in tables} == {"", "Myr"}
    assert all(len({row.values[0] for row in table.rows}) == 1 for table in tables)


def test_every_held_out_simulation_has_a_row_with_its_ratios_and_its_end(train, material):
    run = train(*CLASSIFY, predict=one_off, **TABLE)
    part = TIMING.part(material(run))
    rows = [row.values for row in table_of(part.blocks, "merger_times_by_simulation").rows]
    assert [row[1:5] for row in rows] == [
        ("s_0.5_m_1", 0.5, 1.0, "no"),
        ("s_1_m_0.5", 1.0, 0.5, "yes"),
        ("s_1_m_1", 1.0, 1.0, "yes"),
    ]
    assert sum(row[-1] for row in rows) == len(run.held_out)
    assert {row[7] for row in rows} == {WIDTH}


def test_without_the_frames_simulations_are_not_told_apart_and_the_page_says_so(train, material):
    run = train(*CLASSIFY, predict=one_off, **TABLE)
    run.metrics["data_sha256"] = "0" * 64
    part = TIMING.part(material(run))
    assert any(isinstance(block, Notice) and "prepare them again" in block.text for block in part.blocks)
    assert table_of(part.blocks, "merger_times").rows[0].values[2].value == 0


def test_other_studies_have_no_times(make_run, material):
    other = material(make_run("split=random"))
    assert all(section.part(other) is None for section in (TIMING, SpeedUpSection(), ObservedMergers(3, 50)))


@pytest.fixture
def observed(tmp_path, build_data, fake_imaging):
    """Return three images without labels, one of them black."""
    table = Table({"id": ["arp142", "arp148", "blank"]})
    return build_data(tmp_path / "observed" / "mergers-file-gray", table, fake_imaging(blank=("blank",), planes=1))


def evaluate(run, data, columns):
    folder = run.directory.folder / "evaluations" / "mergers-file-gray-all-0"
    folder.mkdir(parents=True)
    identifiers = data.catalog["id"]
    write_parquet(
        Table({"id": identifiers, "role": ["test"] * len(identifiers), **columns}), folder / "predictions.parquet"
    )
    facts = {"data_folder": str(data.folder), "data_sha256": data.manifest.content_sha256}
    (folder / "provenance.json").write_text(json.dumps(facts))


def test_images_without_truth_have_their_classes_and_times_and_say_how_unlike_the_frames_they_are(
    train, material, observed
):
    run = train(*CLASSIFY, predict=one_off, **TABLE)
    evaluate(run, observed, {"true_snapshot_class": np.full(3, np.nan), **sure_of(np.array([4, 10, 19]))})
    part = ObservedMergers(2, 50).part(material(run))
    caution, _, gallery, picture, verdict, brightness = part.blocks
    assert isinstance(caution, Notice)
    assert "not calibrated" in caution.text
    assert isinstance(gallery, Gallery)
    assert gallery.stamps[0].lines == ("arp142", "20 Myr: 0.90", "0 Myr: 0.10", "entropy 0.3 nat")
    assert isinstance(picture, Picture)
    assert verdict.rows[1].values[:7] == pytest.approx(("arp148", 10, 50.0, 0.9, 0, 0.0, 0.1))
    below = {row.values[0]: row.values[2] for row in brightness.rows}
    assert below["blank"] == 0
    assert "1 of 3 images lie beyond all of the frames" in brightness.note


def test_a_number_without_truth_is_shown_under_its_image(train, material, observed):
    run = train("experiment=deepgalaxy_time")
    times = {"true_simulation_time": np.full(3, np.nan), "pred_tta_simulation_time": np.array([100.0, 130.0, 90.0])}
    evaluate(run, observed, times | {"sigma_tta_simulation_time": np.array([10.0, np.nan, 5.0])})
    blocks = ObservedMergers(2, 50).part(material(run)).blocks
    gallery = next(block for block in blocks if isinstance(block, Gallery))
    assert [stamp.lines[1] for stamp in gallery.stamps] == ["100 ± 10", "130", "90 ± 5"]


def test_an_evaluation_whose_images_are_gone_says_so(train, material, observed):
    run = train(*CLASSIFY, predict=one_off, **TABLE)
    evaluate(run, observed, {"true_snapshot_class": np.full(3, np.nan), **sure_of(np.array([4, 10, 19]))})
    (observed.folder / "catalog.parquet").unlink()
    blocks = ObservedMergers(2, 50).part(material(run)).blocks
    assert isinstance(blocks[-1], Notice)
    assert "are not on this disk as they were used; prepare them again" in blocks[-1].text


def timed(run):
    run.provenance.update({"predict_s": 0.5, "predicted": 100})
    return run


@pytest.fixture
def benchmark(home):
    """Return the file of a benchmark of simulations among the runs, for one test."""
    path = home / "multirun" / "benchmark" / "mergers.csv"
    path.parent.mkdir(parents=True)
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, ["name", "unit", "median"])
        writer.writeheader()
        writer.writerow({"name": "one simulation, s_1_m_1", "unit": "s", "median": "20"})
        writer.writerow({"name": "  its particles with mass", "unit": "", "median": "4900"})
    yield path
    shutil.rmtree(path.parent)


@pytest.mark.usefixtures("benchmark")
def test_the_speed_up_is_that_of_the_benchmark_beside_the_runs(train, material):
    run = timed(train(*CLASSIFY, predict=one_off, **TABLE))
    _, table = SpeedUpSection().part(material(run)).blocks
    own, *published = table.rows
    assert own.values[2:5] == pytest.approx((20.0, 4900, 5.0))
    assert own.values[6:8] == pytest.approx((20 / 80 / 0.005, 4000))
    assert own.values[8] == pytest.approx((3 * 20 + run.provenance["wall_time_s"]) / (20 - 0.005))
    assert [row.mark for row in published] == [PUBLISHED] * 2
    assert [row.values[7] for row in published] == [86_400, 172_800]


def test_without_a_benchmark_there_is_no_ratio_and_the_command_that_makes_one(train, material):
    _, table, notice, command = (
        SpeedUpSection().part(material(timed(train(*CLASSIFY, predict=one_off, **TABLE)))).blocks
    )
    assert table.rows[0].values[6:9] == (None, None, None)
    assert isinstance(notice, Notice)
    assert command == Code("python -m galexp benchmark what=mergers dataset=mergers quality=demo")
