"""Claims about the mirror in Weights & Biases, read back from what it wrote offline."""

from __future__ import annotations

import base64
import hashlib
import json
import pathlib
import subprocess
import sys
import types

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from galexp.catalog.parquet import read_parquet
from galexp.run.directory import RunDirectory
from galexp.shard.origin import Origin
from galexp.tracking import mirror
from galexp.tracking.result import log_artifacts, log_figures, log_predictions, log_summary

TARGET = "log_hi_fraction"
WANDB = pathlib.Path(sys.executable).with_name("wandb")


def records(run):
    """Return what W&B wrote about a run, by W&B's own reader: kind -> contents in order."""
    (log,) = (run / "wandb").glob("offline-run-*/*.wandb")
    command = [str(WANDB), "leet", "inspect", "--json", str(log)]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    found: dict[str, list[dict]] = {}
    for record in map(json.loads, lines):
        found.setdefault(record["type"], []).append(record[record["type"]])
    return found


@pytest.fixture(scope="module")
def mirrored(trained):
    return records(trained)


def summary(found):
    return {key: value for part in found["summary"] for key, value in part["update"].items()}


def test_the_run_bears_the_name_study_id_and_tags_of_the_run_directory(mirrored, trained):
    (run,) = mirrored["run"]
    assert (run["display_name"], run["run_group"], run["project"]) == (trained.name, "adhoc", "galexp")
    assert run["run_id"] == (trained / "wandb_id.txt").read_text()
    assert sorted(run["tags"]) == ["delta5_q80", "mock", "small_cnn", "xgass"]
    assert (run["job_type"], run["notes"]) == ("train", "MOCK DATA: these galaxies are not the sky's")


def test_the_config_is_the_resolved_configuration(mirrored, trained):
    (run,) = mirrored["run"]
    config = {key: value for key, value in run["config"]["update"].items() if key != "_wandb"}
    assert config == RunDirectory(trained).settings()


def test_the_summary_ends_with_the_metrics_of_the_run(mirrored, trained):
    metrics = json.loads((trained / "metrics.json").read_text())
    found = summary(mirrored)
    assert found["data"] == "mock"
    for role in ("val", "test"):
        for method, scores in metrics[role][TARGET]["all"].items():
            for name in ("rmse", "n"):
                assert found[f"{role}/{TARGET}/all/{method}/{name}"] == pytest.approx(scores[name])


def test_every_step_and_every_epoch_is_there(mirrored):
    history = [record["item"] for record in mirrored["history"]]
    steps = [item["trainer/global_step"] for item in history if "train/loss" in item]
    assert steps == [0, 1]
    assert [item["epoch"] for item in history if "val/rmse" in item] == [0]


def test_losses_stand_over_the_step_and_the_rest_over_the_epoch_with_its_best_value(mirrored):
    metrics = [record.get("name") or record["glob_name"] for record in mirrored["metric"]]
    axes = dict(zip(metrics, [record.get("step_metric") for record in mirrored["metric"]], strict=True))
    assert axes["train/loss"] == axes["lr-*"] == "trainer/global_step"
    assert axes["val/*"] == axes["train/*"] == axes["val/accuracy"] == "epoch"
    best = dict(zip(metrics, [record.get("summary") for record in mirrored["metric"]], strict=True))
    assert (best["val/*"], best["val/accuracy"]) == ({"min": True}, {"max": True})
    (lowest,) = [item["val/rmse"] for item in (record["item"] for record in mirrored["history"]) if "val/rmse" in item]
    assert summary(mirrored)["val/rmse"] == {"min": pytest.approx(lowest)}


def test_figures_are_there(mirrored):
    assert summary(mirrored)["figures/truth_against_prediction._type"] == "image-file"


@pytest.mark.parametrize("role", ["val", "test"])
def test_predictions_of_validation_and_test_galaxies_are_there_with_a_thumbnail_and_a_residual(mirrored, trained, role):
    named = [record for record in mirrored["artifact"] if f"-predictions{role}-" in record["name"]]
    files = {entry["path"]: entry["local_path"] for entry in named[0]["manifest"]["contents"]}
    table = json.loads(pathlib.Path(files[f"predictions/{role}.table.json"]).read_text())
    kinds = ("true", "pred", "pred_tta", "residual")
    assert table["columns"] == ["id", "image", *(f"{kind}_{TARGET}" for kind in kinds)]
    rows = read_parquet(trained / "predictions.parquet")
    rows = rows[np.asarray(rows["role"]) == role]
    assert [row[0] for row in table["data"]] == rows["id"].tolist()
    truth, preds, residuals = (np.array([row[column] for row in table["data"]]) for column in (2, 3, 5))
    np.testing.assert_allclose(truth, rows[f"true_{TARGET}"])
    np.testing.assert_allclose(residuals, preds - truth)
    with Image.open(files[table["data"][0][1]["path"]]) as image:
        assert (image.size, image.mode) == ((32, 32), "RGB")


def test_split_and_network_are_artifacts_that_are_read_where_they_lie(mirrored, trained):
    kept = {record["type"]: record for record in mirrored["artifact"] if record["type"] in ("split", "model")}
    split = RunDirectory(trained).read_json("audit.json")["hash"]
    assert (kept["split"]["name"], kept["model"]["name"]) == (f"split-{split[:8]}", f"model-{trained.name}")
    for kind, paths in {"split": ["audit.json", "split.parquet"], "model": ["checkpoints/best.ckpt"]}.items():
        entries = kept[kind]["manifest"]["contents"]
        assert sorted(entry["local_path"] for entry in entries) == [str(trained / path) for path in paths]
        assert json.loads(kept[kind]["metadata"])["data"] == "mock"
        for entry in entries:
            content = pathlib.Path(entry["local_path"]).read_bytes()
            assert entry["digest"] == base64.b64encode(hashlib.md5(content).digest()).decode()


def test_without_artifacts_no_file_is_kept_and_without_a_mirror_nothing_happens(monkeypatch, trained):
    asked = []
    monkeypatch.setattr("wandb.Artifact", lambda *facts, **more: asked.append(facts))
    run = RunDirectory(trained)
    log_artifacts(mirror.Mirror(None, artifacts=False), run, run.last_checkpoint, {})
    log_artifacts(None, run, run.last_checkpoint, {})
    log_figures(None, {"a": None})
    log_predictions(None, "test", ["a"], [[1]])
    log_summary(None, {"a": 1})
    mirror.finish(None, failed=True)
    assert asked == []


def test_figures_go_by_name_under_their_group():
    logged = []
    logger = mirror.Mirror(types.SimpleNamespace(log=logged.append), artifacts=False)
    log_figures(logger, {}, "attribution")
    log_figures(logger, {"grad_cam": Figure()}, "attribution")
    (found,) = logged
    assert list(found) == ["attribution/grad_cam"]


def test_a_finished_run_exits_with_0(mirrored):
    assert [record["exit_code"] for record in mirrored["exit"]] == [0]


def test_two_runs_of_one_process_do_not_mix_and_one_that_raises_is_finished_too(desk, monkeypatch):
    words = ("train", "size=tiny", "model=small_cnn", "evaluation.bootstrap=0", "trainer.log_every_n_steps=1")

    def fail(*facts):
        raise ValueError("the disk of another machine is full")

    with monkeypatch.context() as patch:
        patch.setattr("galexp.job.train.save_result", fail)
        with pytest.raises(ValueError, match="the disk of another machine is full"):
            desk(*words, "seed=0")
    assert desk(*words, "seed=1")[0] == 0
    folders = sorted((desk.folder / "multirun" / "adhoc").iterdir())
    broken, whole = (records(run) for run in folders)
    assert broken["run"][0]["run_id"] != whole["run"][0]["run_id"]
    assert [found["exit"][0]["exit_code"] for found in (broken, whole)] == [1, 0]
    assert [found["run"][0]["config"]["update"]["seed"] for found in (broken, whole)] == [0, 1]
    for found in (broken, whole):
        assert sum("train/loss" in record["item"] for record in found["history"]) == 2
    assert f"test/{TARGET}/all/network/rmse" not in summary(broken)


def test_without_a_logger_nothing_is_written(desk):
    run = desk.train()
    assert not (run / "wandb").exists()
    assert not (run / "wandb_id.txt").exists()


def test_an_unknown_mode_is_refused(desk):
    sentence = desk.refuses("train", "size=tiny", "model=small_cnn", "logger.mode=of")
    assert sentence == "logger.mode is 'of'; choose from auto, offline, online"


@pytest.fixture
def start(tmp_path, monkeypatch):
    """Return a function that starts a mirror of galaxies, and says what W&B was asked for."""

    def start(origin):
        asked = {}
        run = types.SimpleNamespace(define_metric=lambda *facts, **more: None)
        monkeypatch.setattr("wandb.init", lambda **facts: asked.update(facts) or run)
        choices = {group: f"of {group}" for group in ("dataset", "split", "model")}
        mirror.wandb_logger("p", "auto", True, RunDirectory(tmp_path), {"choices": choices}, origin)
        return asked

    return start


@pytest.mark.parametrize(
    ("environment", "mode"),
    [({}, "offline"), ({"WANDB_API_KEY": "k"}, "online"), ({"WANDB_MODE": "disabled"}, "disabled")],
)
def test_auto_is_online_only_where_there_is_a_key(start, tmp_path, monkeypatch, environment, mode):
    for name in ("WANDB_MODE", "WANDB_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    for _ in range(2):
        asked = start(Origin.OBSERVED)
        assert asked["mode"] == mode
        assert asked["id"] == (tmp_path / "wandb_id.txt").read_text()
    assert asked["resume"] == ("allow" if mode == "online" else None)


@pytest.mark.parametrize(
    ("origin", "tags", "notes"),
    [(Origin.OBSERVED, [], None), (Origin.SIMULATION, ["simulation"], "SIMULATION: these galaxies are not the sky's")],
)
def test_what_was_not_observed_is_a_tag_and_a_note(start, origin, tags, notes):
    asked = start(origin)
    assert (asked["tags"], asked["notes"]) == (["of dataset", "of split", "of model", *tags], notes)


@pytest.mark.slow
def test_each_job_of_a_sweep_in_one_process_gets_its_own_run_in_the_group_of_its_study(desk):
    words = ("size=tiny", "model=small_cnn", "evaluation.bootstrap=20", "seed=0,1")
    assert desk("train", "--multirun", *words)[0] == 0
    folders = sorted((desk.folder / "multirun" / "adhoc").glob("xgass*"))
    found = [records(run) for run in folders]
    assert [len(record["run"]) for record in found] == [1, 1]
    assert [record["run"][0]["display_name"] for record in found] == [run.name for run in folders]
    assert {record["run"][0]["run_group"] for record in found} == {"adhoc"}
    assert [record["run"][0]["run_id"] for record in found] == [(run / "wandb_id.txt").read_text() for run in folders]
    assert len({record["run"][0]["run_id"] for record in found}) == 2
    logs = [str(log) for run in folders for log in (run / "wandb").glob("offline-run-*")]
    done = subprocess.run([str(WANDB), "sync", "--dry-run", *logs], capture_output=True, text=True, check=True)
    assert "Would sync 2 run(s)" in done.stdout + done.stderr
