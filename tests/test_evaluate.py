"""Claims about `evaluate`: the same galaxies again, other galaxies, and never one that was learned from."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

from galexp.catalog.parquet import read_parquet, write_parquet
from galexp.shard.origin import Origin
from galexp.shard.read import PreparedData
from galexp.split.base import TEST, TRAIN, VAL
from galexp.split.random import RandomSplit

TARGET = "log_hi_fraction"


@pytest.fixture
def run(desk, trained):
    """Return a copy of the session's run, in the place where the test types its commands."""
    copy = desk.folder / "multirun" / "adhoc" / trained.name
    shutil.copytree(trained, copy, ignore=shutil.ignore_patterns("wandb", "figures"))
    return copy.relative_to(desk.folder)


def evaluated(run):
    (folder,) = (run / "evaluations").iterdir()
    return folder


def held_out(folder):
    table = read_parquet(folder / "predictions.parquet")
    return table[np.asarray(table["role"]) == TEST]


def learned(run):
    table = read_parquet(run / "split.parquet")
    return set(table["id"][np.isin(table["role"], (TRAIN, VAL))].tolist())


def catalog_of(desk, name="xgass-mock-mock-tiny"):
    return PreparedData(desk.folder / "data" / name).catalog


def change_targets(desk, change):
    source = (desk.folder / "data").resolve() / "xgass-mock-mock-tiny"
    (desk.folder / "data").unlink()
    shutil.copytree(source, desk.folder / "data" / source.name)
    catalog = read_parquet(desk.folder / "data" / source.name / "catalog.parquet")
    change(catalog[TARGET])
    write_parquet(catalog, desk.folder / "data" / source.name / "catalog.parquet")


def test_the_same_rows_give_the_predictions_and_scores_of_training(desk, run):
    status, out, _ = desk("evaluate", str(run))
    assert status == 0
    assert "held-out galaxies of a MOCK survey" in out
    again, before = read_parquet(evaluated(run) / "predictions.parquet"), read_parquet(run / "predictions.parquet")
    assert again["id"].tolist() == before["id"].tolist()
    for column in (f"pred_{TARGET}", f"pred_tta_{TARGET}"):
        np.testing.assert_allclose(again[column], before[column], rtol=0, atol=1e-6)
    scores = [json.loads((folder / "metrics.json").read_text()) for folder in (evaluated(run), run)]
    assert scores[0]["data"] == "mock"
    found, expected = (score[TEST][TARGET]["all"]["network"]["rmse"] for score in scores)
    assert found == pytest.approx(expected, abs=1e-6)


def test_observed_galaxies_seen_by_a_network_that_learned_on_a_mock_count_as_a_mock(desk, run, monkeypatch):
    monkeypatch.setattr(PreparedData, "origin", Origin.OBSERVED)
    drawn = []
    monkeypatch.setattr("galexp.job.evaluate.run_figures", lambda datamodule, *facts: drawn.append(datamodule.origin))
    monkeypatch.setattr("galexp.job.evaluate.save_figures", lambda figures, folder: None)
    assert desk("evaluate", str(run))[0] == 0
    assert json.loads((evaluated(run) / "metrics.json").read_text())["data"] == "mock"
    assert drawn == [Origin.MOCK]


def test_another_split_tests_its_held_out_side_without_what_was_learned(desk, run):
    assert desk("evaluate", str(run), "split=random", "split.test_fraction=0.5")[0] == 0
    roles = read_parquet(evaluated(run) / "split.parquet")
    assert set(held_out(evaluated(run))["id"].tolist()) == set(roles["id"][roles["role"] == TEST].tolist())
    settings = {"test_fraction": 0.5, "val_fraction": 0.1, "seed": 3}
    side = RandomSplit(**settings).assign(catalog_of(desk)) == TEST
    expected = set(catalog_of(desk)["id"][side].tolist())
    assert learned(run) & expected
    assert set(held_out(evaluated(run))["id"].tolist()) == expected - learned(run)


def test_where_everything_was_learned_from_nothing_is_tested_and_a_sentence_says_so(desk, run):
    table = read_parquet(run / "split.parquet")
    table["role"] = TRAIN
    write_parquet(table, run / "split.parquet")
    sentence = desk.refuses("evaluate", str(run), "split=random")
    assert "no galaxy of data/xgass-mock-mock-tiny is left to test: the network learned from all" in sentence


def test_another_environment_tests_every_galaxy_that_was_not_learned_from(desk, run):
    assert desk("evaluate", str(run), "environment=code")[0] == 0
    assert set(held_out(evaluated(run))["id"].tolist()) == set(catalog_of(desk)["id"].tolist()) - learned(run)


def test_other_mock_galaxies_are_all_tested_with_the_same_network(desk, run):
    words = ["dataset=xgass", "mock.objects=24", "mock.seed=5", f"paths.data={desk.folder / 'other'}"]
    assert desk("evaluate", str(run), *words)[0] == 0
    table = held_out(evaluated(run))
    assert 0 < len(table) <= 24
    assert not set(table["id"].tolist()) & learned(run)


def test_the_split_on_top_keeps_the_seed_and_the_environment_of_the_run(desk):
    run = desk.train("environment=paper", "seed=4").relative_to(desk.folder)
    assert desk("evaluate", str(run), "split=delta5_q20")[0] == 0
    settings = (evaluated(run) / "resolved.yaml").read_text()
    assert "column: log_one_plus_delta5_paper" in settings
    assert settings.count("seed: 4\n") == 2


def test_one_key_on_top_leaves_its_neighbors_as_they_were_in_training(desk):
    run = desk.train("datamodule.image_size=24", "split.test_fraction=0.4").relative_to(desk.folder)
    assert desk("evaluate", str(run), "datamodule.batch_size=8", "split.seed=9")[0] == 0
    settings = (evaluated(run) / "resolved.yaml").read_text()
    for line in ("image_size: 24\n", "batch_size: 8\n", "test_fraction: 0.4\n", "seed: 9\n"):
        assert f"  {line}" in settings


def test_data_is_looked_for_where_the_run_found_it(desk):
    run = desk.train(f"paths.data={(desk.folder / 'data').resolve()}").relative_to(desk.folder)
    (desk.folder / "data").unlink()
    assert desk("evaluate", str(run))[0] == 0
    assert not (desk.folder / "data").exists()


def test_rows_without_truth_are_predicted_and_not_scored(desk, run):
    def lose(values):
        values[:] = np.nan

    change_targets(desk, lose)
    status, out, _ = desk("evaluate", str(run))
    assert status == 0
    assert "no row has a measured log_hi_fraction: predictions only, in " in out
    folder = evaluated(run)
    assert not (folder / "metrics.json").exists()
    assert np.isfinite(held_out(folder)[f"pred_{TARGET}"]).all()
    assert np.isnan(held_out(folder)[f"true_{TARGET}"]).all()


def test_some_rows_without_truth_are_left_out_of_the_count(desk, run):
    def lose(values):
        before = set(held_out(run)["id"][:3].tolist())
        values[np.isin(catalog_of(desk)["id"], sorted(before))] = np.nan

    change_targets(desk, lose)
    assert desk("evaluate", str(run))[0] == 0
    scores = json.loads((evaluated(run) / "metrics.json").read_text())[TEST][TARGET]["all"]
    assert {method["n"] for method in scores.values()} == {len(held_out(run)) - 3}


@pytest.mark.parametrize(
    "word", ["model=xresnet18", "task.targets=[dec]", "optimizer=sgd", "seed=1", "experiment=demo"]
)
def test_what_belongs_to_the_network_cannot_be_changed(desk, run, word):
    group = word.split("=")[0].split(".")[0]
    sentence = desk.refuses("evaluate", str(run), word, status=2)
    assert sentence == f"{group} belongs to the trained network; train another run to change it"


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        (["nowhere"], 1, "nowhere holds no run (resolved.yaml is missing); give the folder of a run"),
        (["RUN", "split=randm"], 2, "unknown split 'randm'; did you mean 'random'?"),
        (["RUN", "evaluation.checkpoint=first"], 1, "evaluation.checkpoint is 'first'; choose auto, best, last"),
        (["RUN", "dataset=sdss_metallicity", "imaging=files"], 1, "nothing is prepared for dataset=sdss_metallicity"),
    ],
)
def test_what_cannot_be_evaluated_is_refused_in_one_sentence(desk, run, words, status, sentence):
    typed = [str(run) if word == "RUN" else word for word in words]
    assert sentence in desk.refuses("evaluate", *typed, status=status)


def test_a_missing_or_foreign_checkpoint_is_refused(desk, run):
    for name in ("best", "last"):
        (run / "checkpoints" / f"{name}.ckpt").unlink()
    assert "last.ckpt is missing; train the run first" in desk.refuses("evaluate", str(run))
    other = desk.run_of("model.width=8")
    shutil.copy(other / "checkpoints" / "last.ckpt", run / "checkpoints" / "last.ckpt")
    assert "last.ckpt is of another network than this one (" in desk.refuses("evaluate", str(run))


def test_several_runs_are_evaluated_one_after_the_other(desk, run):
    other = desk.run_of("seed=1").relative_to(desk.folder)
    assert desk("evaluate", str(run), str(other))[0] == 0
    assert len(held_out(evaluated(run))) > 0
    assert len(held_out(evaluated(other))) > 0
