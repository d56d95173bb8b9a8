"""Claims about `explain`: galaxies with their maps, profiles and checks, in a folder that is whole or not there."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

from galexp.attribution.explanation import load
from galexp.catalog.parquet import read_parquet
from galexp.job.explain import checked_question
from galexp.run.directory import RunDirectory
from galexp.run.name import computed
from galexp.run.start import learned_by
from galexp.shard.origin import Origin
from galexp.split.base import TEST, TRAIN

TARGET = "log_hi_fraction"
FEW = ("explain.count=1", "explain.population=6", "explain.checked=2", "explain.steps=2")
NONE = ("explain.count=1", "explain.population=0", "explain.checked=0", "explain.methods=saliency")


@pytest.fixture
def run(desk, trained, monkeypatch):
    """Return a copy of the session's run, in the place where the test types its commands; no figures are drawn."""
    monkeypatch.setattr("galexp.job.explain.explanation_figures", lambda explanation: {})
    copy = desk.folder / "multirun" / "adhoc" / trained.name
    shutil.copytree(trained, copy, ignore=shutil.ignore_patterns("wandb", "figures"))
    return copy.relative_to(desk.folder)


def explained(run):
    (folder,) = (run / "explanations").iterdir()
    return load(folder)


def held_out(run):
    table = read_parquet(run / "predictions.parquet")
    return table[np.asarray(table["role"]) == TEST]


def test_the_extremes_and_the_worst_of_the_held_out_rows_are_explained(desk, run):
    status, out, _ = desk("explain", str(run), *FEW)
    assert status == 0
    assert "MOCK DATA" in out
    (folder,) = (run / "explanations").iterdir()
    assert f"explanation: {folder}" in out
    found, table = load(folder), held_out(run)
    pred, true = (np.asarray(table[f"{kind}_{TARGET}"]) for kind in ("pred", "true"))
    expected = {"lowest": pred.argmin(), "highest": pred.argmax(), "worst": np.abs(pred - true).argmax()}
    names = {kind: found.gallery.ids[places[0]] for kind, places in found.gallery.kinds.items()}
    assert names == {f"{kind} {TARGET}": table["id"][row] for kind, row in expected.items()}
    values = dict(zip(table["id"].tolist(), pred, strict=True))
    np.testing.assert_allclose(found.gallery.values[:, 0], [values[name] for name in found.gallery.ids], atol=1e-5)
    assert set(found.attribution["role"]) == {TEST}
    assert found.gallery.maps["grad_cam"].shape[1:] == (1, 2, 2)
    assert (found.facts["data"], found.facts["profile"]["galaxies"], found.facts["deletion"]["galaxies"]) == (
        "mock",
        6,
        2,
    )
    assert json.loads((folder / "provenance.json").read_text())["data_folder"] == "data/xgass-mock-mock-tiny"
    assert found.facts["profile"]["unit"] == "R90"


def test_galaxies_are_chosen_by_name_and_a_layer_too_and_a_second_command_replaces_the_first(desk, run):
    table = read_parquet(run / "split.parquet")
    names = table["id"][[3, 0]].tolist()
    words = (*NONE, f"explain.ids=[{names[0]},{names[1]}]", "explain.layer=blocks.1", "explain.methods=grad_cam")
    assert desk("explain", str(run), *words)[0] == 0
    found = explained(run)
    assert (found.gallery.ids, found.gallery.kinds) == (names, {"chosen": [0, 1]})
    assert found.gallery.maps["grad_cam"].shape == (2, 1, 8, 8)
    assert found.attribution["role"].tolist() == table["role"][[3, 0]].tolist()
    assert (found.profile, found.cascade, found.facts["layer"]["name"]) == (None, None, "blocks.1")
    (folder,) = (run / "explanations").iterdir()
    (folder / "left").write_text("")
    assert desk("explain", str(run), *words)[0] == 0
    assert [path.name for path in (run / "explanations").iterdir()] == [folder.name]
    assert not (folder / "left").exists()
    assert desk("explain", str(run), *NONE)[0] == 0
    assert len(list((run / "explanations").iterdir())) == 2


def test_what_breaks_off_leaves_nothing_behind(desk, run, monkeypatch):
    def full(explanation, folder):
        raise OSError("no space left on device")

    monkeypatch.setattr("galexp.attribution.explanation.Explanation.save", full)
    with pytest.raises(OSError, match="no space left"):
        desk("explain", str(run), *NONE)
    assert list((run / "explanations").iterdir()) == []


def test_another_split_shows_its_held_out_side_without_what_was_learned(desk, run):
    assert desk("explain", str(run), *NONE, "explain.count=40", "split=random", "split.test_fraction=0.5")[0] == 0
    table = read_parquet(run / "split.parquet")
    learned = set(table["id"][np.asarray(table["role"]) == TRAIN].tolist())
    found = explained(run)
    assert not learned & set(found.gallery.ids)
    assert len(found.gallery.ids) == found.facts["held_out"]


def test_what_is_asked_is_no_part_of_what_a_run_computes_and_the_network_stays_what_it_is(desk, run):
    assert "explain" not in computed(RunDirectory(run).settings())
    sentence = desk.refuses("explain", str(run), "model=xresnet18", status=2)
    assert sentence == "model belongs to the trained network; train another run to change it"


def test_what_cannot_be_explained_is_refused_in_one_sentence_and_no_folder_is_left(desk, run):
    sentence = desk.refuses("explain", str(run), "explain.layer=block.1")
    assert sentence.startswith(
        "explain.layer is 'block.1', which is no layer of SmallCNN; set explain.layer to one with"
    )
    assert not (run / "explanations").exists()


QUESTION = {"ids": None, "show": ["worst"], "count": 1, "targets": None, "methods": ["grad_cam"], "layer": None}
QUESTION |= {"steps": 4, "population": 8, "checked": 2}


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"methods": ["gradcam"]}, r"explain.methods has 'gradcam'; did you mean 'grad_cam'\?"),
        ({"show": "best"}, "explain.show has 'best'; choose from extremes, worst"),
        ({"layer": "blocks.0", "methods": "saliency"}, "has no grad_cam, the one that is made of a layer; add it"),
        ({"count": 0}, "explain.count is 0; expected a whole number of at least 1"),
        ({"count": None}, "explain.count is None; expected a whole number"),
        ({"count": 2.5}, "explain.count is 2.5; expected a whole number"),
        ({"show": None}, "explain.show is None, which is nothing; name one at least"),
        ({"methods": None}, "explain.methods is None, which is nothing"),
        ({"targets": []}, r"explain.targets is \[\], which is nothing"),
        ({"ids": []}, r"explain.ids is \[\], which is nothing; name one at least, or leave it out"),
        ({"steps": 0}, "explain.steps is 0; expected a whole number of at least 1"),
        ({"population": 2.5}, r"explain.population is 2.5; expected a whole number of at least 0"),
        ({"checked": 9}, "explain.checked=9 galaxies are some of explain.population=8; lower the one"),
    ],
)
def test_a_question_without_an_answer_is_refused_before_anything_is_opened(change, match):
    with pytest.raises(ValueError, match=match):
        checked_question({**QUESTION, **change})


def test_one_name_stands_for_a_list_of_one():
    found = checked_question({**QUESTION, "ids": 114010, "methods": "grad_cam", "targets": "gas_rich"})
    assert (found["ids"], found["methods"], found["targets"]) == ([114010], ["grad_cam"], ["gas_rich"])
    assert checked_question({**QUESTION, "layer": 4})["layer"] == "4"


def test_an_unfinished_run_is_refused_with_the_command_that_finishes_it(desk, run):
    (run / "metrics.json").unlink()
    command = RunDirectory(run).command
    assert command
    for verb in ("explain", "evaluate"):
        sentence = desk.refuses(verb, str(run))
        assert sentence == f"{run} is not finished and does not say what it learned on; finish it by: {command}"
        assert not (run / "evaluations").exists()
        assert not (run / "explanations").exists()


def test_a_network_that_learned_on_a_simulation_beside_a_mock_is_of_a_mock(tmp_path):
    run = RunDirectory(tmp_path)
    run.write_json("metrics.json", {"data": "simulation", "started_from": {"data": "mock"}})
    assert learned_by(run) is Origin.MOCK
    run.write_json("metrics.json", {"data": "observed", "started_from": {"data": "simulation"}})
    assert learned_by(run) is Origin.SIMULATION
