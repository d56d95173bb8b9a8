"""Claims about `train`: what a run leaves behind and what it refuses."""

from __future__ import annotations

import csv
import json
import re

import numpy as np
import pytest
import torch

from galexp.catalog.parquet import read_parquet
from galexp.config import choices
from galexp.evaluation.predict import load_weights
from galexp.model.small_cnn import SmallCNN
from galexp.run.directory import RunDirectory
from galexp.run.name import run_hash
from galexp.shard.read import PreparedData
from galexp.split.base import TEST, UNUSED, VAL
from galexp.task.build import build_task
from galexp.transform.crop import center_crop_to_float

TARGET = "log_hi_fraction"
TINY_WORDS = ("size=tiny", "model=small_cnn", "evaluation.bootstrap=20", "logger=none")


def roles_of(run):
    table = read_parquet(run / "split.parquet")
    return dict(zip(table["id"].tolist(), table["role"].tolist(), strict=True))


def test_a_run_directory_holds_every_file_that_is_promised(trained):
    names = {path.relative_to(trained).as_posix() for path in trained.rglob("*")}
    figures = ("truth_against_prediction", "residuals", "baselines", "gallery", "learning_curve", "split")
    assert names >= {
        *("resolved.yaml", "split.parquet", "history.csv", "metrics.json", "predictions.parquet", "provenance.json"),
        *("checkpoints/best.ckpt", "checkpoints/last.ckpt", "wandb", "audit.json", "wandb_id.txt"),
        *(f"figures/{name}.png" for name in figures),
    }
    assert not any(name.endswith(".part") for name in names)


def test_the_name_of_a_run_says_dataset_split_model_and_seed(trained):
    assert re.fullmatch(r"xgass_mock-delta5_q80-small_cnn-s3-[0-9a-f]{8}", trained.name)
    assert trained.parent.name == "adhoc"


def test_predictions_are_of_exactly_the_validation_and_test_rows(trained):
    table = read_parquet(trained / "predictions.parquet")
    roles = roles_of(trained)
    assert set(table.colnames) == {
        *("id", "role", "hi_is_limit"),
        *(f"{kind}_{TARGET}" for kind in ("true", "pred", "pred_tta")),
    }
    for role in (VAL, TEST):
        found = table["id"][table["role"] == role].tolist()
        assert sorted(found) == sorted(name for name, given in roles.items() if given == role)
    assert set(table["role"]) == {VAL, TEST}


def test_the_truth_beside_a_prediction_is_that_of_the_catalog(trained, workplace):
    table = read_parquet(trained / "predictions.parquet")
    catalog = PreparedData(workplace / "data" / "xgass-mock-mock-tiny").catalog
    truth = dict(zip(catalog["id"].tolist(), catalog[TARGET].tolist(), strict=True))
    assert [truth[name] for name in table["id"].tolist()] == table[f"true_{TARGET}"].tolist()
    assert table[f"pred_{TARGET}"].unit == catalog[TARGET].unit


@pytest.mark.parametrize("role", [VAL, TEST])
@pytest.mark.parametrize(("method", "column"), [("network", "pred"), ("network_tta", "pred_tta")])
def test_metrics_are_those_of_the_written_predictions(trained, role, method, column):
    table = read_parquet(trained / "predictions.parquet")
    table = table[table["role"] == role]
    scores = json.loads((trained / "metrics.json").read_text())[role][TARGET]
    samples = {"all": np.ones(len(table), dtype=bool), "detections": ~np.asarray(table["hi_is_limit"])}
    for name, kept in samples.items():
        truth = np.asarray(table[f"true_{TARGET}"])[kept]
        error = np.asarray(table[f"{column}_{TARGET}"])[kept] - truth
        found = scores[name][method]
        assert found["n"] == kept.sum()
        assert found["rmse"] == pytest.approx(np.sqrt(np.mean(error**2)))
        assert found["bias"] == pytest.approx(np.mean(error))
        assert found["scatter"] == pytest.approx(np.std(truth, ddof=1))


def test_the_checkpoint_loads_as_tensors_alone_and_gives_the_written_predictions(trained, workplace):
    settings = RunDirectory(trained).settings()
    task = build_task(settings, bands=3)
    load_weights(task, trained / "checkpoints" / "best.ckpt")
    data = PreparedData(workplace / "data" / "xgass-mock-mock-tiny")
    images = torch.from_numpy(np.stack([data.pixels(row) for row in range(len(data))])).permute(0, 3, 1, 2)
    with torch.no_grad():
        preds = task.eval()(center_crop_to_float(images, 32))[:, 0]
    said = dict(zip(data.catalog["id"].tolist(), preds.tolist(), strict=True))
    table = read_parquet(trained / "predictions.parquet")
    written = table[f"pred_{TARGET}"].tolist()
    assert written == pytest.approx([said[name] for name in table["id"].tolist()], abs=1e-5)


def test_history_has_a_row_per_epoch_with_the_error_on_both_sides(trained):
    with (trained / "history.csv").open() as stream:
        (row,) = csv.DictReader(stream)
    assert (row["epoch"], row["step"]) == ("1", "2")
    assert {"lr", "train/loss", "train/rmse", "val/rmse", "val/nmad"} <= set(row)


def test_provenance_says_what_is_needed_to_make_the_run_again(trained, workplace):
    found = json.loads((trained / "provenance.json").read_text())
    data = PreparedData(workplace / "data" / "xgass-mock-mock-tiny")
    assert found["data_sha256"] == data.manifest.content_sha256
    assert (found["seed"], found["device"], found["precision"]) == (3, "cpu", "32-true")
    assert found["versions"]["torch"] == torch.__version__
    assert len(found["split_sha256"]) == 64
    assert found["wall_time_s"] > 0
    assert found["in_chans"] == 3
    assert found["parameters"] == sum(parameter.numel() for parameter in SmallCNN().parameters())


def test_the_resolved_settings_give_the_hash_in_the_name_again(trained):
    settings = RunDirectory(trained).settings()
    assert trained.name.endswith(run_hash(settings, "xgass-mock-mock-tiny"))


def test_a_mock_is_said_in_the_terminal_and_in_the_metrics(desk):
    _, out, _ = desk("train", "size=tiny", "model=small_cnn", "logger=none")
    assert "MOCK DATA: the catalog and the images of data/xgass-mock-mock-tiny are drawn, not observed\n" in out
    assert "held-out galaxies of a MOCK survey" in out
    (metrics,) = (desk.folder / "multirun").rglob("metrics.json")
    assert json.loads(metrics.read_text())["data"] == "mock"


def test_a_mock_is_refused_where_it_is_not_allowed(desk):
    sentence = desk.refuses("train", "size=tiny", "model=small_cnn", "allow_mock=false")
    assert (
        "allow_mock=false needs observed data and there is only a mock below data/; prepare dataset=xgass" in sentence
    )


def test_rows_without_a_target_are_counted_unused_and_never_predicted(desk):
    def lose(catalog, manifest):
        catalog[TARGET][:7] = np.nan

    desk.change_catalog(lose)
    status, out, _ = desk("train", *TINY_WORDS)
    assert status == 0
    assert "  unused: 7 without a target\n" in out
    assert f"next:\n  python -m galexp train {' '.join(TINY_WORDS)} split=kfold\n" in out
    (run,) = (desk.folder / "multirun" / "adhoc").iterdir()
    lost = PreparedData(desk.folder / "data" / "xgass-mock-mock-tiny").catalog["id"][:7].tolist()
    assert [name for name, role in roles_of(run).items() if role == UNUSED] == lost
    assert not set(lost) & set(read_parquet(run / "predictions.parquet")["id"].tolist())
    assert json.loads((run / "metrics.json").read_text())["counts"][UNUSED] == 7


def test_the_same_galaxy_on_both_sides_stops_the_run(desk):
    def repeat(catalog, manifest):
        catalog["sha256"] = "0" * 64

    desk.change_catalog(repeat)
    assert "the split leaks: 0 ids and 1 identical images are on both sides" in desk.refuses("train", *TINY_WORDS)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["split.test_fraction=0.001"], "RandomSplit leaves test empty"),
        (["datamodule.batch_size=64"], "training rows are less than one batch of 64; lower batch_size"),
        (["task.targets=[log_hi_fractoin]"], "task.targets has 'log_hi_fractoin', which the prepared catalog lacks"),
        (["split=kfold", "split.fold=5"], "split.fold is 5 of split.folds 5"),
        (["split.val_fraction=1"], "split.val_fraction is 1; expected 0 <= val_fraction < 1"),
        (["evaluation.checkpoint=first"], "evaluation.checkpoint is 'first'; choose auto, best, last"),
        (["evaluation.checkpoint=best", "split.val_fraction=0"], "evaluation.checkpoint=best needs validation rows"),
        (["dataset.catalog=table.csv"], "nothing is prepared for dataset=xgass imaging=auto below data/; run prepare"),
        (["imaging=files"], "nothing is prepared for dataset=xgass imaging=files below data/; run prepare first"),
        (["task.normalize=imagnet"], "task.normalize is 'imagnet'; choose from train, imagenet, none"),
        (["datamodule.cache=dsik"], "datamodule.cache is 'dsik'; choose from memory, disk, none"),
    ],
)
def test_settings_that_cannot_work_are_refused_in_one_sentence(desk, words, sentence):
    assert sentence in desk.refuses("train", *TINY_WORDS, *words)
    assert not list(desk.folder.rglob("*.ckpt"))


def test_without_validation_rows_the_last_checkpoint_is_reported(desk):
    run = desk.train("split.val_fraction=0")
    assert [path.name for path in (run / "checkpoints").iterdir()] == ["last.ckpt"]
    assert set(read_parquet(run / "predictions.parquet")["role"]) == {TEST}
    assert VAL not in json.loads((run / "metrics.json").read_text())


def test_a_callback_that_watches_validation_is_refused_without_validation_rows(desk):
    stop = ["+callback.stop._target_=pytorch_lightning.callbacks.EarlyStopping", "+callback.stop.monitor=val/rmse"]
    sentence = desk.refuses("train", *TINY_WORDS, *stop, "split.val_fraction=0")
    assert sentence == (
        "EarlyStopping watches val/rmse, but split.val_fraction is 0; raise it or leave the callback out"
    )
    run = desk.train(*stop, "+callback.stop.divergence_threshold=-1", "trainer.max_epochs=3")
    assert len((run / "history.csv").read_text().splitlines()) == 1 + 1


def test_several_targets_of_different_spread_are_trained_together(desk):
    targets = [TARGET, "log_stellar_mass"]
    run = desk.train(f"task.targets=[{','.join(targets)}]", "task.standardize=true")
    table = read_parquet(run / "predictions.parquet")
    scores = json.loads((run / "metrics.json").read_text())[TEST]
    assert list(scores) == targets
    for target, near in zip(targets, (-1, 10), strict=True):
        preds, truth = (np.asarray(table[f"{kind}_{target}"])[table["role"] == TEST] for kind in ("pred", "true"))
        assert scores[target]["all"]["network"]["rmse"] == pytest.approx(np.sqrt(np.mean((preds - truth) ** 2)))
        assert np.mean(preds) == pytest.approx(near, abs=1.5)
    with (run / "history.csv").open() as stream:
        assert {f"val/nmad_{target}" for target in targets} <= set(next(csv.reader(stream)))


def test_bf16_on_a_cpu_keeps_predictions_in_float32(desk):
    run = desk.train("trainer.precision=bf16-mixed")
    table = read_parquet(run / "predictions.parquet")
    preds = torch.from_numpy(np.asarray(table[f"pred_{TARGET}"]))
    assert json.loads((run / "provenance.json").read_text())["precision"] == "bf16-mixed"
    assert not torch.equal(preds.bfloat16().double(), preds)
    assert torch.equal(preds.float().double(), preds)


@pytest.mark.slow
@pytest.mark.parametrize("model", sorted(choices()["model"]))
def test_every_model_trains_a_step_at_64_pixels(desk, model):
    status, _, _ = desk(
        *("train", "size=tiny", f"model={model}", "logger=none", "evaluation.bootstrap=0"),
        *("datamodule.image_size=64", "trainer.limit_train_batches=1", "transform=none"),
    )
    assert status == 0


@pytest.mark.slow
@pytest.mark.parametrize("group", ["optimizer", "schedule", "transform", "environment"])
def test_every_choice_of_optimizer_schedule_and_transform_trains(desk, group):
    for option in choices()[group]:
        words = ["split=delta5_q80", *(["schedule=constant"] if option == "adadelta" else [])]
        assert (desk.train(f"{group}={option}", *words) / "metrics.json").is_file()
