"""Claims about the table of models, on a few small ones."""

from __future__ import annotations

import pathlib
import time

import pytest

from galexp.command import Command, parse
from galexp.config import UsageError, choices
from galexp.model.size import network_size
from galexp.model.small_cnn import SmallCNN
from galexp.summary import models
from galexp.summary.models import model_table

MINE = pathlib.Path(__file__).parents[1] / "extension"
QUICK = ("size=tiny", "model=small_cnn")


def table_of(*words):
    return model_table(parse(["list", "model", *words]))


def some(extra=()):
    """Leave three models to choose from."""
    known, kept = choices(extra), ("small_cnn", "shallow_cnn", "mean_color")
    return {**known, "model": {name: text for name, text in known["model"].items() if name in kept}}


@pytest.fixture
def few(monkeypatch, tmp_path):
    """Return a folder where nothing is prepared, with few models to choose from."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(models, "choices", some)
    return tmp_path


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("empty"))
        patch.setattr(models, "choices", some)
        return table_of("dataset=sdss_metallicity")


def test_every_model_has_a_row_with_the_numbers_of_its_network(table):
    assert [row.name for row in table.rows] == ["shallow_cnn", "small_cnn"]
    assert table.title == "models for dataset=sdss_metallicity: 1 output, 3 bands, 128 px"
    size = network_size(SmallCNN(), 128)
    assert table.rows[1].size == size
    (head, features) = 193, 192
    memory = [f"{size.bytes_per_image / 2**20:.1f}", f"{size.fixed_bytes / 2**20:.0f}"]
    assert table.rows[1].cells() == ["small_cnn", "219,289", str(head), str(features), "8 x 8", *memory, "false"]


def test_pixels_of_the_published_galaxies_stand_beside_the_parameters(table):
    assert table.pixels == (f"beside them: {116_429 * 128**2 * 3:.3g} training pixels, of 116,429 galaxies (published)")


def test_a_dataset_without_a_published_number_has_no_pixels(few, monkeypatch):
    monkeypatch.syspath_prepend(MINE)
    assert table_of("--config-dir", str(MINE), "dataset=my_survey", *QUICK).pixels == ""


def test_prepared_data_give_bands_and_pixels_and_say_what_they_are(workplace, monkeypatch):
    monkeypatch.chdir(workplace)
    table = table_of(*QUICK)
    assert table.title == "models for dataset=xgass: 1 output, 3 bands, 32 px"
    source = "MOCK prepared in data/xgass-mock-mock-tiny"
    assert table.pixels == f"beside them: {64 * 32**2 * 3:.3g} training pixels, of 64 galaxies ({source})"


def test_outputs_are_those_of_the_task(few):
    assert "37 outputs" in table_of("dataset=gz2", *QUICK).title
    assert "2 outputs" in table_of("dataset=xgass", "task.targets=[log_hi_fraction,log_stellar_mass]", *QUICK).title


def test_classes_that_data_alone_can_tell_count_as_one_output_before_there_are_any(few):
    assert (
        "1 output,"
        in table_of("dataset=mergers", "dataset.targets=[snapshot_class]", "task=classification", *QUICK).title
    )


def test_classes_are_counted_in_prepared_data(workplace, monkeypatch):
    monkeypatch.chdir(workplace)
    given = "task.classes={poor: [null, -0.5], rich: [0.5, null]}"
    assert "2 outputs" in table_of("task=classification", given, *QUICK).title
    assert "2 outputs" in table_of("task=classification", "dataset.targets=[hi_is_limit]", *QUICK).title


def test_models_of_ones_own_are_measured_even_without_a_feature_map(few, monkeypatch):
    monkeypatch.syspath_prepend(MINE)
    table = table_of("--config-dir", str(MINE), "dataset=xgass", "size=tiny")
    (row,) = (row for row in table.rows if row.name == "mean_color")
    assert row.parameters == (3 + 1) * 16 + (16 + 1)
    assert row.cells()[2:5] == ["", "", ""]
    assert row.size.bytes_per_image == 4 * (3 + 16)


def test_a_model_that_does_not_take_the_size_says_so_in_its_row(few):
    (row,) = table_of("dataset=xgass", "model=small_cnn", "datamodule.image_size=12").rows
    assert row.cells() == ["small_cnn", "219,289", "", "", "does not take 12 px, takes 16", "", "", "false"]


def test_a_model_that_cannot_even_be_made_says_so_in_its_row(few, monkeypatch):
    def refuse(*_arguments, **_keywords):
        raise ValueError("no such map")

    monkeypatch.setattr(models, "build_network", refuse)
    (row,) = table_of("dataset=xgass", *QUICK).rows
    assert row.cells() == ["small_cnn", "", "", "", "does not take 32 px", "", "", "false"]


def test_a_model_without_bands_of_its_own_choice_is_monochrome(few):
    (row,) = table_of("dataset=xgass", "model.monochrome=true", *QUICK).rows
    assert row.parameters == 219_289 - 2 * 9 * 24


@pytest.mark.parametrize("word", ["model.pretrained=true", "model.weights=gone.pth"])
def test_a_model_with_learned_weights_says_so_and_they_are_not_loaded(few, word):
    (row,) = table_of("dataset=xgass", "model=timm", "model.name=test_resnet", word, "datamodule.image_size=32").rows
    assert row.cells()[-1] == "true"


def test_in_markdown_the_same_cells_stand_between_bars(table):
    lines = table.markdown().splitlines()
    assert lines[0] == "Models for dataset=sdss_metallicity: 1 output, 3 bands, 128 px:"
    assert lines[2].split(" | ")[0] == "| model"
    assert lines[3].count("---") == len(models.HEADERS)
    assert lines[4] == "| " + " | ".join(table.rows[0].cells()) + " |"
    assert lines[-1] == f"{table.pixels}."


def test_columns_of_the_terminal_stand_below_their_names(table, capsys):
    table.show()
    title, header, *rows, pixels = capsys.readouterr().out.splitlines()
    assert title.startswith("models for dataset=sdss_metallicity")
    assert pixels.startswith("beside them: ")
    assert {len(row) for row in rows} == {len(header)}
    assert [row.split()[0] for row in rows] == ["shallow_cnn", "small_cnn"]


def test_an_unknown_key_is_refused(few):
    with pytest.raises(UsageError, match=r"unknown key 'model\.widht'"):
        model_table(Command("list", ["model"], ["model=small_cnn", "model.widht=3"]))


@pytest.mark.slow
def test_the_whole_table_of_a_survey_takes_no_more_than_half_a_minute_of_a_core(few, monkeypatch):
    monkeypatch.setattr(models, "choices", choices)
    begun = time.process_time()
    table = table_of("dataset=gz2")
    assert time.process_time() - begun < 30
    assert [row.name for row in table.rows] == list(choices()["model"])
    assert [row.name for row in table.rows if row.size is None] == ["representation"]
