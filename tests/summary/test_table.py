"""Claims about the table that ends a run."""

from __future__ import annotations

import io
import math

import pytest
from rich.console import Console

from galexp.run.directory import RunDirectory
from galexp.summary.columns import REGRESSION, cells
from galexp.summary.sweep import groups, spread_tables
from galexp.summary.table import joint_rmse, scores_table

SCORES = {"n": 13.0, "rmse": 0.57114, "normalized_rmse": 0.9734, "mae": 0.44, "nmad": 0.706}

VOTES = [("smooth", 3.0), ("disk", 4.0), *((f"answer_{number}", 0.0) for number in range(4))]


def text(renderable):
    stream = io.StringIO()
    Console(file=stream, width=120).print(renderable)
    return stream.getvalue()


def metrics(rmse, kind="observed", target="mass"):
    return {"data": kind, "test": {target: {"all": {"network": {**SCORES, "rmse": rmse}, "mean": SCORES}}}}


def make(folder, name, seed=0, fold=0, rate=0.1, data="xgass", data_sha256="0" * 64, **more):
    run = RunDirectory(folder / name)
    choices = {"dataset": "xgass", "split": "random", "model": "small_cnn"}
    settings = {"choices": choices, "seed": seed, "split": {"seed": seed, "fold": fold}, "optimizer": {"lr": rate}}
    run.start({**settings, "paths": {"runs": name}}, anew=False)
    run.write_json("metrics.json", metrics(**more) if more else metrics(1.0))
    run.write_json("audit.json", {"data_name": data, "data_sha256": data_sha256})
    return run


def test_a_score_is_shown_with_its_error_where_there_is_one():
    assert cells(SCORES, REGRESSION) == ["13", "0.5711", "0.973", "0.440", "0.706"]
    assert cells({**SCORES, "rmse_error": 0.0786}, REGRESSION)[1] == "0.5711 ± 0.0786"


@pytest.mark.parametrize(("kind", "said"), [("mock", True), ("simulation", False), ("observed", False)])
def test_a_mock_is_in_the_title_and_nothing_else_is(kind, said):
    assert ("of a MOCK survey" in text(scores_table(metrics(1.0, kind)))) is said
    assert ("of a SIMULATION" in text(scores_table(metrics(1.0, kind)))) is (kind == "simulation")


def test_methods_and_samples_are_named_in_words():
    samples = {"all": {"network": SCORES, "random_forest": SCORES}, "detections": {"network_tta": SCORES}}
    shown = text(scores_table({"data": "observed", "test": {"mass": samples}}))
    for words in ("mass: held-out galaxies", "random forest", "detections only:", "network + TTA"):
        assert words in shown


def test_the_spread_is_the_sample_standard_deviation(tmp_path):
    runs = [make(tmp_path, f"s{seed}", seed, rmse=value) for seed, value in enumerate([1.0, 2.0, 3.0])]
    (table,) = spread_tables("xgass", runs)
    assert "2.0000 ± 1.0000" in text(table)
    assert "MOCK" not in text(table)


def test_one_run_has_no_spread(tmp_path):
    (table,) = spread_tables("xgass", [make(tmp_path, "s0", rmse=1.0, kind="mock")])
    assert "1.0000 " in text(table)
    assert "±" not in text(table).split("\n", 1)[1]
    assert "1 MOCK runs" in text(table)


def test_runs_that_differ_in_seed_or_fold_alone_belong_together(tmp_path):
    runs = [make(tmp_path, f"{seed}{fold}", seed, fold) for seed in (0, 1) for fold in (0, 1)]
    assert groups(runs) == {"xgass-random-small_cnn": runs}


def test_runs_that_differ_otherwise_are_kept_apart_and_named_by_what_differs(tmp_path):
    runs = [make(tmp_path, f"{seed}{rate}", seed, rate=rate) for seed in (0, 1) for rate in (0.1, 0.2)]
    assert groups(runs) == {
        "xgass-random-small_cnn optimizer.lr=0.1": [runs[0], runs[2]],
        "xgass-random-small_cnn optimizer.lr=0.2": [runs[1], runs[3]],
    }


def test_runs_of_other_data_are_kept_apart_and_named_by_it(tmp_path):
    facts = [("xgass-mock-mock", "0"), ("xgass-survey-legacy", "1"), ("xgass-survey-legacy", "2")]
    runs = [make(tmp_path, digit, data=name, data_sha256=digit * 64) for name, digit in facts]
    assert list(groups(runs)) == [
        "xgass-random-small_cnn data=xgass-mock-mock",
        "xgass-random-small_cnn data=xgass-survey-legacy data_sha256=11111111",
        "xgass-random-small_cnn data=xgass-survey-legacy data_sha256=22222222",
    ]


def test_on_how_many_devices_a_run_was_trained_makes_no_other_configuration(tmp_path):
    runs = [make(tmp_path, str(seed), seed) for seed in (0, 1)]
    settings = runs[1].settings()
    runs[1].start({**settings, "trainer": {"devices": 2}, "evaluation": {"bootstrap": 5}}, anew=False)
    assert groups(runs) == {"xgass-random-small_cnn": runs}


def test_many_targets_share_one_error_whose_square_is_the_mean_of_theirs():
    test = {
        name: {"all": {"network_tta": {**SCORES, "rmse": rmse}, "mean": {**SCORES, "rmse": 5.0}}}
        for name, rmse in VOTES
    }
    assert joint_rmse(test, "network_tta") == pytest.approx(math.sqrt((9 + 16) / 6))
    shown = text(scores_table({"data": "mock", "test": test}))
    assert "6 targets: held-out galaxies of a MOCK survey" in shown
    row = next(line.split() for line in shown.splitlines() if "network + TTA" in line and "each" not in line)
    assert row[-2:] == ["2.0412", "0.408"]
    assert all(name in shown for name, _ in VOTES)


def test_runs_with_many_targets_share_one_table_of_the_error_over_all(tmp_path):
    runs = [make(tmp_path, f"s{seed}", seed) for seed in (0, 1)]
    for run, factor in zip(runs, (1.0, 3.0), strict=True):
        both = {"network": {**SCORES, "rmse": factor}, "mean": {**SCORES, "rmse": 4.0}}
        run.write_json("metrics.json", {"data": "mock", "test": {name: {"all": both} for name, _ in VOTES}})
    (table,) = spread_tables("gz2", runs)
    assert table.title == "6 targets, gz2: 2 MOCK runs, mean ± sd"
    assert "2.0000 ± 1.4142" in text(table)
    assert "0.5000 ± 0.3536" in text(table)
