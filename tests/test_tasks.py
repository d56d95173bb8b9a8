"""Claims about tasks, weights and rates as a user asks for them."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest
import torch

from galexp.catalog.parquet import read_parquet
from galexp.job.lr_find import RateSweep

GAS = "task.classes={poor: [null, -1.0], rich: [-1.0, null]}"
OVERLAP = "task.classes={poor: [null, -0.9], rich: [-1.0, null]}"
EMPTY = "task.classes={none: [50, null], all: [null, 50]}"


def test_classes_of_a_column_are_trained_scored_and_tabulated(desk):
    run = desk.train("task=classification", GAS)
    metrics = json.loads((run / "metrics.json").read_text())
    scores = metrics["test"]["log_hi_fraction_class"]["all"]
    assert {"network", "network_tta", "majority", "color", "random_forest", "pca_forest", "knn"} == set(scores)
    assert 0 <= scores["network_tta"]["roc_auc"] <= 1
    table = read_parquet(run / "predictions.parquet")
    np.testing.assert_allclose(table["prob_poor"] + table["prob_rich"], 1, rtol=1e-6)
    most_probable = (table["prob_tta_rich"] > table["prob_tta_poor"]).astype(float)
    np.testing.assert_array_equal(table["pred_tta_log_hi_fraction_class"], most_probable)
    status, out, _ = desk("evaluate", str(run), "mock.seed=4", "evaluation.bootstrap=20")
    assert status == 0
    assert "ROC AUC" in out


@pytest.mark.parametrize(
    ("classes", "sentence"),
    [
        (OVERLAP, "the classes poor [-inf, -0.9] and rich [-1.0, inf] overlap"),
        (EMPTY, "no training row is in class none (there are: all "),
        ("task.classes=[a,b]", "log_hi_fraction is no class: it does not hold whole numbers from 0"),
    ],
)
def test_classes_that_cannot_be_learned_are_refused_before_any_training(desk, classes, sentence):
    words = ["size=tiny", "model=small_cnn", "logger=none"]
    assert desk.refuses("train", *words, "task=classification", classes).startswith(sentence)


def test_a_likelihood_leaves_its_widths_in_the_table_and_their_coverage_in_the_scores(desk):
    run = desk.train("task=regression_standardized", "loss=gaussian_nll")
    table = read_parquet(run / "predictions.parquet")
    assert (table["sigma_log_hi_fraction"] > 0).all()
    scores = json.loads((run / "metrics.json").read_text())["test"]["log_hi_fraction"]["all"]
    assert 0 <= scores["network_tta"]["coverage_68"] <= 1
    assert "coverage_68" not in scores["mean"]


def test_a_network_goes_on_from_another_ones_weights_and_says_where_they_are_from(desk):
    first = desk.train("optimizer.lr=1e-3")
    second = desk.train(f"model.weights={first}", "optimizer=sgd", "optimizer.lr=1e-30", "schedule=constant")
    states = [torch.load(run / "checkpoints" / "best.ckpt", weights_only=True)["state_dict"] for run in (first, second)]
    weights = [name for name in states[0] if name.startswith("network.model") and "running" not in name]
    weights = [name for name in weights if "num_batches" not in name]
    assert all(torch.equal(states[0][name], states[1][name]) for name in weights)
    found = json.loads((second / "metrics.json").read_text())["started_from"]
    assert found == {"weights": str(first), "data": "mock"}
    status, out, _ = desk("train", "size=tiny", "model=small_cnn", f"model.weights={second}/checkpoints/last.ckpt")
    assert status == 0
    assert "MOCK WEIGHTS: this network starts from what was learned on a mock" in out
    sentence = desk.refuses("train", "size=tiny", "model=small_cnn", f"model.weights={second}", "allow_mock=false")
    assert "were learned on a mock and allow_mock is false" in sentence


def test_weights_of_another_network_are_refused_before_any_training(desk):
    first = desk.run_of()
    sentence = desk.refuses("train", "size=tiny", "model=small_cnn", "model.width=8", f"model.weights={first}")
    assert "do not fit SmallCNN" in sentence
    sentence = desk.refuses("train", "size=tiny", "model=small_cnn", "model.weights=nowhere")
    assert "model.weights is nowhere, which is not there" in sentence


def test_an_image_that_is_too_small_is_refused_with_the_least_that_fits(desk):
    sentence = desk.refuses("train", "size=tiny", "model=small_cnn", "model.depth=6", "logger=none")
    assert "an image of 32 px is too small for SmallCNN" in sentence
    assert "set datamodule.image_size=64" in sentence


def test_a_learning_rate_is_looked_for_and_nothing_is_trained(desk):
    words = ["size=tiny", "model=small_cnn", "logger=none", "optimizer=adamw"]
    status, out, _ = desk("train", *words, "trainer.lr_find=true")
    assert status == 0
    assert "the loss falls most steeply at optimizer.lr=" in out
    assert "trainer.lr_find" not in out.splitlines()[-1]
    (figure,) = desk.folder.rglob("lr_find.png")
    run = figure.parents[1]
    assert not (run / "checkpoints").exists()
    with (run / "lr_find.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert float(rows[0]["rate"]) == pytest.approx(1e-7)
    sentence = desk.refuses("train", "--multirun", *words, "seed=0,1", "trainer.lr_find=true", status=2)
    assert "trains nothing; type it without --multirun" in sentence


def test_a_rate_for_a_run_that_has_begun_leaves_its_split_and_settings_alone(desk, monkeypatch):
    found = RateSweep(np.array([0.1, 1.0]), np.array([2.0, 1.0]), np.array([2.0, 1.0]), 0.1)
    monkeypatch.setattr("galexp.job.rate.find_learning_rate", lambda *facts: found)
    words = ["size=tiny", "model=small_cnn", "logger=none"]
    run = desk.run_of()
    own = {path: path.stat().st_mtime_ns for path in run.iterdir() if path.is_file() and path.name != ".lock"}
    assert {"split.parquet", "audit.json", "resolved.yaml"} <= {path.name for path in own}
    assert desk("train", *words, "trainer.lr_find=true")[0] == 0
    assert {path: path.stat().st_mtime_ns for path in own} == own
    assert (run / "lr_find.csv").is_file()
    audit = json.loads((run / "audit.json").read_text())
    (run / "audit.json").write_text(json.dumps({**audit, "data_sha256": "another"}))
    assert "was trained on other data than" in desk.refuses("train", *words, "trainer.lr_find=true")


@pytest.mark.filterwarnings("default:task.width_column")
def test_the_width_of_a_class_is_asked_for_before_training_and_left_out_where_other_data_lack_it(desk):
    words = ["task=classification", GAS]
    sentence = desk.refuses("train", "size=tiny", "model=small_cnn", *words, "task.width_column=redshit")
    assert "task.width_column is 'redshit', which the catalog lacks; name a column with the width of a" in sentence
    assert sentence.endswith("or null (did you mean 'redshift'?)")
    run = desk.train(*words, "task.width_column=redshift")
    assert json.loads((run / "metrics.json").read_text())["class_width"] > 0
    desk.change_catalog(lambda catalog, manifest: catalog.remove_column("redshift"))
    status, _, err = desk("evaluate", str(run), "split=random")
    assert status == 0
    (note,) = [line for line in err.splitlines() if "width_column" in line]
    assert note == (
        "note: task.width_column is 'redshift', which the catalog lacks: the class error in its unit is left out"
    )
    (evaluation,) = (run / "evaluations").iterdir()
    assert "class_width" not in json.loads((evaluation / "metrics.json").read_text())


@pytest.mark.parametrize("word", ["layers.frozen=2", "layers.rates=[0.1,1]", "callback=freeze", "trainer.lr_find=true"])
def test_what_only_training_knows_is_refused_where_a_network_is_evaluated(desk, trained, word):
    name = "trainer.lr_find" if word.startswith("trainer") else word.split("=")[0].split(".")[0]
    sentence = desk.refuses("evaluate", str(trained), word, status=2)
    assert sentence == f"{name} belongs to the trained network; train another run to change it"


def test_a_table_of_models_in_markdown_belongs_to_list_model(desk):
    assert "python -m galexp list model --markdown" in desk.refuses("list", "split", "--markdown", status=2)
