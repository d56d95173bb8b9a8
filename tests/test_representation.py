"""Claims about representations as a user trains them: beside other data, in stages, and as features of others."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from galexp.catalog.parquet import read_parquet

SMALL = ("model=representation", "model.widths=[8,8,8]", "model.hidden=16", "model.latent_dim=4", "model.channels=4")
BESIDE = ("datamodule=with_unlabeled", "datamodule.unlabeled=xgass-mock-mock-tiny")
GAS = "task.classes={poor: [null, -1.0], rich: [-1.0, null]}"
LATENT = [f"latent_0{number}" for number in range(4)]


def state(run):
    return torch.load(run / "checkpoints" / "last.ckpt", weights_only=True)


def forget_some(catalog, manifest):
    """Take the label of every second galaxy."""
    catalog["log_hi_fraction"][::2] = np.nan


def test_classes_are_learned_from_the_rows_that_have_one_beside_other_images_and_scored_with_the_images(desk):
    desk.change_catalog(forget_some)
    run = desk.train(*SMALL, "task=representation_classification", GAS, *BESIDE)
    metrics = json.loads((run / "metrics.json").read_text())
    assert sum(metrics["counts"][role] for role in ("train", "val", "test")) == 64
    assert (metrics["unlabeled"]["name"], metrics["unlabeled"]["data"]) == ("xgass-mock-mock-tiny", "mock")
    scores = metrics["test"]
    assert list(scores) == ["log_hi_fraction_class", "pixels"]
    assert list(scores["pixels"]["all"]) == ["network", "network_latent", "mean", "pca"]
    assert scores["log_hi_fraction_class"]["all"]["network"]["n"] < scores["pixels"]["all"]["network"]["n"]
    table = read_parquet(run / "predictions.parquet")
    assert {"reconstruction_rmse", "reconstruction_tta_latent_rmse", *LATENT, "prob_tta_poor"} <= set(table.colnames)
    assert np.isnan(table["true_log_hi_fraction_class"]).any()
    place = state(run)["GalaxyDataModule"]
    assert place["unlabeled"] == metrics["unlabeled"]["data_sha256"]
    shown, split = (read_parquet(run / f"{name}.parquet") for name in ("unlabeled", "split"))
    assert set(shown["survey"]) == {"xgass"}
    assert set(shown["id"]) == set(split["id"][~np.isin(split["role"], ("val", "test"))])
    assert set(shown["sha256"]) <= set(split["sha256"])
    status, out, _ = desk("evaluate", str(run), "split=random", "split.seed=5", "evaluation.bootstrap=20")
    assert status == 0
    assert "network, latent" in out


@pytest.mark.slow
def test_a_regression_on_the_latent_means_of_a_run_moves_its_last_layer_alone(desk):
    before = desk.train(*SMALL, "model.head=latent", "task=representation", "loss.warm_up=0")
    table = read_parquet(before / "predictions.parquet")
    assert set(LATENT) <= set(table.colnames)
    assert not [name for name in table.colnames if name.startswith(("true_", "pred_"))]
    assert set(json.loads((before / "metrics.json").read_text())["test"]) == {"pixels"}
    after = desk.train(*SMALL, "model.head=latent", f"model.weights={before}", "layers.frozen=3")
    states = [state(run)["state_dict"] for run in (before, after)]
    network = {name for name in states[1] if name.startswith("network.model.")}
    last = {f"network.model.classifier.fc.{name}" for name in ("weight", "bias", "unit")}
    assert network - set(states[0]) == last
    assert all(torch.equal(states[1][name], states[0][name]) for name in network - last)


def test_fewer_training_rows_than_a_batch_has_beside_others_are_refused_before_any_image_is_decoded(desk, monkeypatch):
    monkeypatch.delattr("galexp.datamodule.ImageCache")
    words = ("task=representation", *BESIDE, "datamodule.batch_size=64", "datamodule.unlabeled_fraction=0.1")
    sentence = desk.refuses("train", "size=tiny", "logger=none", *SMALL, *words)
    assert sentence.endswith("training rows are less than one batch of 58; lower batch_size")


def test_company_for_a_task_that_needs_labels_is_refused_before_any_training(desk):
    refusal = desk.refuses("train", "size=tiny", "logger=none", *SMALL, *BESIDE)
    assert refusal.startswith("task=regression learns nothing from datamodule.unlabeled; take task=representation")


def test_a_mock_in_company_is_refused_where_none_is_allowed(desk, build_data, make_catalog, fake_imaging):
    (desk.folder / "sky").mkdir()
    build_data(desk.folder / "sky" / "xgass-file-files", make_catalog(40), fake_imaging(side=32))
    (desk.folder / "sky" / "company").symlink_to((desk.folder / "data" / "xgass-mock-mock-tiny").resolve())
    words = ["task=representation", "imaging=files", "paths.data=sky", "allow_mock=false", "datamodule=with_unlabeled"]
    sentence = desk.refuses(
        "train", "size=tiny", "logger=none", *SMALL, *words, "dataset.catalog=auto", "datamodule.unlabeled=company"
    )
    assert sentence.startswith("datamodule.unlabeled is company, a mock, and allow_mock is false; name observed data")


@pytest.mark.slow
def test_two_processes_share_batches_of_which_one_may_have_no_label(desk):
    def keep_few(catalog, manifest):
        catalog["log_hi_fraction"][5:] = np.nan

    desk.change_catalog(keep_few)
    words = ("task=representation_regression", *SMALL, *BESIDE, "trainer=ddp_cpu", "split.test_fraction=0.1")
    status, _, err = desk("train", "size=tiny", "logger=none", "evaluation.bootstrap=20", *words)
    assert status == 0, err
    (run,) = (path.parent for path in (desk.folder / "multirun").rglob("metrics.json"))
    assert (state(run)["state_dict"]["loss.first"] > 0).all()
    table = read_parquet(run / "predictions.parquet")
    assert np.isfinite(table["reconstruction_rmse"]).all()
