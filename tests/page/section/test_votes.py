"""Claims about the sections on many labels, on mock vote fractions of Galaxy Zoo."""

from __future__ import annotations

import csv
import dataclasses
import json
import pathlib
import shutil

import numpy as np
import pytest
from astropy.table import Table

from galexp.catalog.parquet import read_parquet, write_parquet
from galexp.catalog.vote_tree import ANSWERS
from galexp.mock.survey import mock_gz2
from galexp.page.build import make_sections
from galexp.page.content import PUBLISHED, Code, DataTable, Gallery, Notice, Picture
from galexp.page.material import ReportRun
from galexp.page.section.top_galaxies import TopGalaxies
from galexp.run.directory import RunDirectory
from galexp.shard.read import PreparedData

NAMES = [answer.name for answer in ANSWERS]
SECTIONS = (
    *("data_gallery", "label_histograms", "prototypes", "label_correlation", "resizing", "label_balance"),
    *("vote_panels", "top_galaxies", "images_seen", "networks", "merger_fraction"),
)


@pytest.fixture(scope="session")
def votes(tmp_path_factory, build_data, fake_imaging) -> PreparedData:
    """Return prepared data of 80 mock galaxies with the 37 vote fractions."""
    drawn = mock_gz2(80, seed=0)
    catalog = Table(
        {"id": [f"V{row:03d}" for row in range(80)], **{name: drawn[name] for name in ("ra", "dec", *NAMES)}}
    )
    data = build_data(tmp_path_factory.mktemp("votes") / "gz2-mock-mock", catalog, fake_imaging())
    path = data.folder / "manifest.json"
    path.write_text(
        json.dumps(
            {**json.loads(path.read_text()), "mock": ["catalog", "images"], "drawn_columns": ["ra", "dec", *NAMES]}
        )
    )
    return PreparedData(data.folder)


def halfway(truth, rng):
    """Return predictions that are drawn halfway to the mean."""
    return 0.5 * (truth + truth.mean()) + rng.normal(0, 0.01, len(truth))


@pytest.fixture(scope="session")
def kept(tmp_path_factory) -> pathlib.Path:
    """Return the folder of a run that is made once, and copied for each test."""
    return tmp_path_factory.mktemp("kept")


@pytest.fixture
def run(make_run, votes, kept, tmp_path) -> ReportRun:
    """Return a run of its own on the mock votes."""
    if not (kept / "multirun").is_dir():
        dataclasses.replace(make_run, folder=kept, data=votes)("dataset=gz2", "model=small_cnn", predict=halfway)
    shutil.copytree(kept / "multirun", tmp_path / "multirun")
    (folder,) = (tmp_path / "multirun" / "adhoc").iterdir()
    return ReportRun(RunDirectory(folder))


@pytest.fixture
def blocks_of(material):
    """Return what makes one section of mock runs, sees that all of it says so, and returns its blocks of one kind."""

    def make(name, kind, *runs):
        part = make_sections([name])[name].part(material(*runs))
        for block in part.blocks:
            check_marked(block)
        return [block for block in part.blocks if isinstance(block, kind)]

    return make


def check_marked(block):
    """Assert that a mock is not silent."""
    if isinstance(block, Picture):
        assert "MOCK DATA" in [text.get_text() for text in block.figure.texts]
    elif isinstance(block, Gallery):
        assert block.mark == "MOCK"
        assert {stamp.address for stamp in block.stamps} == {""}
    elif isinstance(block, DataTable):
        is_literature = block.name in ("observability", "merger_literature")
        assert {row.mark for row in block.rows} <= ({PUBLISHED, ""} if is_literature else {"MOCK"}), block.name


def named(tables, prefix):
    (table,) = [table for table in tables if table.name.startswith(prefix)]
    return {row.values[0]: dict(zip([c.heading for c in table.columns], row.values, strict=True)) for row in table.rows}


def test_histograms_are_drawn_of_each_label(run, blocks_of):
    run.settings["task"]["targets"] = NAMES[:2]
    (picture,) = blocks_of("label_histograms", Picture, run)
    assert [axes.get_xlabel().partition("\n")[0] for axes in picture.figure.axes] == [
        "smooth or features smooth",
        "smooth or features features",
    ]


def test_a_prototype_has_the_highest_value_of_its_label(run, votes, blocks_of):
    (gallery,) = blocks_of("prototypes", Gallery, run)
    assert len(gallery.stamps) == 37
    for name, stamp in zip(NAMES, gallery.stamps, strict=True):
        row = votes.catalog["id"].tolist().index(stamp.lines[1])
        assert votes.catalog[name][row] == np.max(votes.catalog[name])
        np.testing.assert_array_equal(stamp.image, votes.pixels(row))


def test_the_gallery_of_the_data_is_drawn_by_the_seed_of_the_report(run, blocks_of):
    (first,), (again,) = blocks_of("data_gallery", Gallery, run), blocks_of("data_gallery", Gallery, run)
    assert [stamp.lines for stamp in first.stamps] == [stamp.lines for stamp in again.stamps]
    assert len({stamp.lines for stamp in first.stamps}) == 25


def test_of_two_answers_odd_alone_is_expected_to_exclude_itself(run, blocks_of):
    pairs = named(blocks_of("label_correlation", DataTable, run), "answer_pairs")
    assert pairs["odd"]["expected"] == -1
    assert pairs["odd"]["found"] == pytest.approx(-1)
    assert pairs["bar"]["expected"] == "no value"
    assert pairs["bar"]["found"] > -0.9
    assert pairs["bar"]["of those asked"] == pytest.approx(-1)


def test_memory_is_counted_before_and_after_and_no_survey_is_claimed_for_a_mock(run, blocks_of):
    (memory,) = blocks_of("resizing", DataTable, run)
    rows = {row.values[0]: row.values for row in memory.rows}
    assert rows["stored, decoded"][2] == pytest.approx(80 * 16 * 16 * 3 / 1e9)
    assert rows["as the network gets them, 69 px"][3] == pytest.approx(4 * 80 * 69 * 69 * 3 / 1e9)
    assert rows["as the network gets them, 69 px"][4] == pytest.approx((16 / 69) ** 2)
    assert not [name for name in rows if name.startswith("all of the survey")]


def test_the_loader_is_read_where_it_was_measured_and_its_command_given_elsewhere(run, blocks_of):
    (code,) = blocks_of("resizing", Code, run)
    assert code.text == "python -m galexp benchmark what=loader dataset=gz2"
    path = run.directory.folder.parents[1] / "benchmark" / "loader.csv"
    path.parent.mkdir()
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, ["name", "unit", "median", "lowest", "highest", "data"])
        writer.writeheader()
        record = {"name": "cache in memory", "unit": "images/s", "median": 2000, "lowest": 1, "highest": 3}
        ratio = {"name": "cache / network", "unit": "", "median": 20, "lowest": 1, "highest": 3}
        writer.writerows([{**record, "data": "mock"}, {**ratio, "data": "mock"}])
    loader = blocks_of("resizing", DataTable, run)[-1]
    assert [(row.values, row.mark) for row in loader.rows] == [(("cache in memory", 2000, 1, 3, 0.5), "MOCK")]


def test_the_mean_of_the_labels_is_scored_on_each_side(run, votes, blocks_of):
    tables = blocks_of("label_balance", DataTable, run)
    found = named(tables, "mean_of_labels")
    roles, labels = np.asarray(run.split["role"]), np.stack([votes.catalog[name] for name in NAMES], axis=1)
    mean = labels[roles == "train"].mean(axis=0)
    for name, role in (("training", "train"), ("validation", "val"), ("held-out", "test")):
        expected = np.sqrt(np.mean((labels[roles == role] - mean) ** 2))
        assert found[name]["RMSE over all labels"].value == pytest.approx(expected)
        assert 0 < found[name]["RMSE over all labels"].error < expected
    balance = named(tables, "label_balance")
    odd = balance["odd yes"]
    assert odd["difference"].value == pytest.approx(odd["mean, held out"] - odd["mean, learned from"])


def test_the_top_galaxies_are_those_of_the_highest_votes_true_and_predicted(run, blocks_of):
    galleries = {gallery.name: gallery for gallery in blocks_of("top_galaxies", Gallery, run)}
    assert len(galleries) == 14
    table = run.held_out
    for kind, column in (("true", "true_edge_on_yes"), ("predicted", "pred_tta_edge_on_yes")):
        best = table["id"][np.argsort(-np.asarray(table[column]), kind="stable")[:5]].tolist()
        assert [stamp.lines[0] for stamp in galleries[f"top-edge_on_yes-{kind}"].stamps] == best


def test_top_galaxies_without_images_say_what_to_do(run, blocks_of):
    run.metrics["data_sha256"] = "0" * 64
    (notice,) = blocks_of("top_galaxies", Notice, run)
    assert "prepare them again" in notice.text


def test_an_unknown_answer_is_refused():
    with pytest.raises(ValueError, match="'bars' is no answer of the decision tree; choose from smooth_or"):
        TopGalaxies(["bars"], 5)


def test_parameters_and_images_seen_are_counted(run, blocks_of):
    (table,) = blocks_of("networks", DataTable, run)
    (row,) = [dict(zip([c.heading for c in table.columns], row.values, strict=True)) for row in table.rows]
    assert row["images seen"] == run.history["step"][-1] * run.settings["datamodule"]["batch_size"]
    assert row["training values"] == run.metrics["counts"]["train"] * 69**2 * 3
    assert row["parameters"] == run.provenance["parameters"]


def test_learning_curves_of_two_configurations_share_an_axis(run, blocks_of, material):
    section = make_sections(["images_seen"])["images_seen"]
    assert section.part(material(run)) is None
    folder = run.directory.folder
    other = RunDirectory(shutil.copytree(folder, folder.with_name("other")))
    other.start({**run.settings, "seed": 0, "choices": {**run.choices, "model": "resnet18"}}, anew=False)
    other = ReportRun(other)
    (picture,) = blocks_of("images_seen", Picture, run, other)
    batch = run.settings["datamodule"]["batch_size"]
    np.testing.assert_array_equal(picture.figure.axes[0].lines[0].get_xdata(), [10 * batch, 20 * batch, 30 * batch])
    assert "lab: excellent" in [text.get_text() for text in picture.figure.axes[0].texts]


def test_each_label_has_a_panel_and_a_row(run, blocks_of):
    for name in NAMES[6:]:
        del run.metrics["test"][name]
    (picture,) = blocks_of("vote_panels", Picture, run)
    assert sum(axes.get_visible() for axes in picture.figure.axes) == 6
    rows = named(blocks_of("vote_panels", DataTable, run), "labels")
    scores = run.metrics["test"]["bar_yes"]["all"]
    assert rows["bar yes"]["RMSE"].value == scores["network_tta"]["rmse"]
    assert rows["bar yes"]["RMSE of the mean"] == scores["mean"]["rmse"]


def test_the_merger_fraction_of_held_out_rows_is_corrected_towards_their_truth(run, blocks_of):
    (notice,) = blocks_of("merger_fraction", Notice, run)
    assert "galexp evaluate" in notice.text
    tables = blocks_of("merger_fraction", DataTable, run)
    (row,) = named(tables, "merger_fraction").values()
    preds = np.asarray(run.held_out["pred_tta_odd_type_merger"])
    assert row["mean fraction"].value == pytest.approx(preds.mean())
    assert row["share above 0.4"].value == np.mean(preds > 0.4)
    assert row["n"] == len(run.held_out)
    (line,) = named(tables, "merger_line").values()
    assert line["slope"].value > 1


def test_rates_are_a_table_over_assumptions_and_never_one_number(run, blocks_of):
    tables = blocks_of("merger_fraction", DataTable, run)
    (row,) = named(tables, "merger_fraction").values()
    (rates,) = [table for table in tables if table.name == "merger_rate"]
    assert len(rates.rows) == 8
    for time, count, _, rate in (row.values for row in rates.rows):
        assert rate.value == pytest.approx(count * row["corrected mean"].value / time)
        assert rate.error == pytest.approx(count * row["corrected mean"].error / time)
    assert "assumptions" in rates.note


def evaluation(run, data, name="gz2-unlabeled", **changed):
    """Write an evaluation of a run on galaxies without truth."""
    folder = run.directory.folder / "evaluations" / name
    folder.mkdir(parents=True)
    table = Table({"id": data.catalog["id"], "role": np.full(len(data), "test")})
    for target in NAMES:
        table[f"true_{target}"] = np.full(len(data), np.nan)
        table[f"pred_{target}"] = table[f"pred_tta_{target}"] = np.full(len(data), 0.02)
    write_parquet(table, folder / "predictions.parquet")
    facts = {"data_folder": str(data.folder), "data_sha256": data.manifest.content_sha256, **changed}
    (folder / "provenance.json").write_text(json.dumps(facts))
    return folder


def test_galaxies_without_labels_are_asked_before_held_out_ones(run, sky, blocks_of):
    evaluation(run, sky)
    assert blocks_of("merger_fraction", Notice, run) == []
    (table,) = [table for table in blocks_of("merger_fraction", DataTable, run) if table.name == "merger_fraction"]
    (row,) = table.rows
    assert row.mark == "MOCK"
    assert row.values[1:3] == ("xgass-file-files", 300)
    assert row.values[3].value == pytest.approx(0.02)
    assert row.values[-1] is None


def test_an_evaluation_whose_data_is_gone_is_left_out_and_named(run, sky, blocks_of):
    evaluation(run, sky, data_sha256="0" * 64)
    first, _ = blocks_of("merger_fraction", Notice, run)
    assert first.text.startswith("The evaluation gz2-unlabeled is left out")


def test_an_evaluation_with_truth_is_none_without_labels(run, sky, blocks_of):
    folder = evaluation(run, sky)
    table = read_parquet(folder / "predictions.parquet")
    table["true_odd_type_merger"][0] = 0.5
    write_parquet(table, folder / "predictions.parquet")
    (notice,) = blocks_of("merger_fraction", Notice, run)
    assert notice.text.startswith("No run here was evaluated on galaxies without labels")


def test_runs_on_one_label_have_no_section_on_votes(make_run, material):
    runs = material(make_run("dataset=xgass"))
    nothing = ("prototypes", "label_correlation", "label_balance", "vote_panels", "top_galaxies", "merger_fraction")
    assert [section.part(runs) for section in make_sections(nothing).values()] == [None] * len(nothing)
    for section in make_sections(SECTIONS).values():
        assert section.part(material()) is None
