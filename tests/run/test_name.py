"""Claims about the name of a run: the same computation has the same place."""

from __future__ import annotations

import pytest

from galexp.config import compose
from galexp.run.name import run_folder, run_hash, study
from galexp.shard.origin import Origin

WORDS = ("size=tiny", "model=small_cnn")


def hash_of(*words):
    return run_hash(compose([*WORDS, *words]), "xgass-mock-mock-tiny")


@pytest.mark.parametrize(
    "words",
    [
        ["paths.data=elsewhere"],
        ["paths.runs=elsewhere"],
        ["logger=none"],
        ["logger.project=another"],
        ["trainer.devices=2"],
        ["trainer.accelerator=cpu"],
        ["force=true"],
        ["allow_mock=false"],
    ],
)
def test_where_and_on_what_a_run_computes_does_not_change_its_hash(words):
    assert hash_of(*words) == hash_of()


@pytest.mark.parametrize(
    "words",
    [
        ["optimizer.lr=0.02"],
        ["seed=1"],
        ["split.val_fraction=0.2"],
        ["trainer.max_epochs=2"],
        ["trainer.precision=bf16-mixed"],
        ["mock.stripping=0"],
        ["environment=code", "split=delta5_q80"],
        ["transform=none"],
        ["+callback.stop._target_=pytorch_lightning.callbacks.EarlyStopping", "+callback.stop.monitor=val/rmse"],
    ],
)
def test_what_a_run_computes_changes_its_hash(words):
    assert hash_of(*words) != hash_of()


def test_other_data_changes_the_hash():
    settings = compose(WORDS)
    assert run_hash(settings, "xgass-mock-mock-tiny") != run_hash(settings, "xgass-file-files")


def test_hashing_leaves_the_settings_as_they_were():
    settings = compose(WORDS)
    run_hash(settings, "xgass-mock-mock-tiny")
    assert settings == compose(WORDS)


def test_the_folder_is_named_by_study_dataset_split_model_seed_and_hash():
    settings = compose([*WORDS, "split=kfold", "seed=7", "paths.runs=runs"])
    digits = run_hash(settings, "data")
    assert run_folder(settings, "data", Origin.OBSERVED).as_posix() == f"runs/adhoc/xgass-kfold-small_cnn-s7-{digits}"
    assert run_folder(settings, "data", Origin.MOCK).as_posix() == f"runs/adhoc/xgass_mock-kfold-small_cnn-s7-{digits}"


def test_the_study_is_the_name_of_the_experiment_or_adhoc():
    assert study({"choices": {"experiment": None}}) == study({"choices": {}}) == "adhoc"
    assert study({"choices": {"experiment": "demo"}}) == "demo"
