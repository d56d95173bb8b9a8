"""What the sections about numbers say of runs whose errors are known."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from report_runs import PAIRED, TARGET, as_classes, column, scores, table_of

from galexp.page.content import Measured, Notice, Prose
from galexp.page.section.gap import GeneralizationGap
from galexp.page.section.overview import Overview
from galexp.page.section.published import PublishedNumbers
from galexp.page.section.scores import Scores


def test_the_overview_counts_configurations_and_says_that_a_mock_is_one(run_of, material):
    runs = [run_of("split=random"), run_of("split=random", seed=1), run_of("split=delta5_q80", data="mock")]
    part = Overview().part(material(*runs))
    assert isinstance(part.blocks[0], Prose)
    assert part.blocks[0].text.startswith("3 runs of 2 configurations")
    (notice,) = (block for block in part.blocks if isinstance(block, Notice))
    assert notice.text.startswith("MOCK DATA: of xgass-file-files")
    table = table_of(part, "overview")
    by_runs = sorted(zip(column(table, "runs"), column(table, "seeds"), [row.mark for row in table.rows], strict=True))
    assert by_runs == [(1, "0", "MOCK"), (2, "0, 1", "")]


def test_the_overview_says_where_prepared_data_is_not_what_was_trained_on(run_of, material):
    run = run_of("split=random")
    run.metrics["data_sha256"] = "0" * 64
    (notice,) = (block for block in Overview().part(material(run)).blocks if isinstance(block, Notice))
    assert "xgass-file-files is not on this disk as it was trained on" in notice.text


def test_sections_have_nothing_to_say_of_no_runs(material):
    for section in (Overview(), Scores(), PublishedNumbers(), PAIRED, GeneralizationGap()):
        assert section.part(material()) is None


def test_scores_are_mean_and_sample_deviation_over_trainings_for_every_method_and_sample(run_of, material):
    runs = [run_of("split=random"), run_of("split=random", seed=1, error=0.3)]
    table = table_of(Scores().part(material(*runs)), f"scores-{TARGET}")
    methods, samples = column(table, "method"), column(table, "sample")
    assert set(samples) == {"all", "detections"}
    assert methods.count("predict the mean") == 2
    place = next(k for k, pair in enumerate(zip(methods, samples, strict=True)) if pair == ("network + TTA", "all"))
    each = [scores(run)["rmse"] for run in runs]
    assert column(table, "RMSE")[place] == pytest.approx((np.mean(each), np.std(each, ddof=1)))
    assert column(table, "networks")[place] == 2
    errors = [scores(run)["rmse_error"] for run in runs]
    assert column(table, "bootstrap error of RMSE")[place] == pytest.approx(np.mean(errors))


def test_of_one_training_there_is_no_spread(run_of, material):
    table = table_of(Scores().part(material(run_of("split=random"))), f"scores-{TARGET}")
    assert all(math.isnan(value.error) for value in column(table, "RMSE"))


def test_classes_have_the_scores_of_classes(run_of, material):
    run = as_classes(run_of("split=random"))
    table = table_of(Scores().part(material(run)), f"scores-{TARGET}_class")
    assert [one.heading for one in table.columns][5:10] == ["accuracy", "ROC AUC", "AP", "log loss", "ECE"]
    assert table.columns[-1].heading == "bootstrap error of ROC AUC"
    found = run.metrics["test"][f"{TARGET}_class"]["all"]["network"]["roc_auc"]
    assert column(table, "ROC AUC")[0].value == found


def test_more_than_four_targets_are_scored_together_and_each(run_of, material):
    run = run_of("split=random")
    scored = {f"vote{number}": run.metrics["test"][TARGET] for number in range(5)}
    run.metrics["test"] = scored
    part = Scores().part(material(run))
    table = table_of(part, "scores-joint")
    assert column(table, "RMSE over all targets")[0].value == pytest.approx(scores_of_network(scored)["rmse"])
    assert len(table_of(part, "scores-each").rows) == 5


def scores_of_network(scored):
    return scored["vote0"]["all"]["network"]


def test_ensembles_and_pooled_folds_of_these_runs_are_read_and_others_are_not(run_of, material):
    run = run_of("split=random")
    folder = run.directory.folder.parent
    score = {"n": 60.0, "rmse": 0.123, "rmse_error": 0.01, "scatter": 0.7}
    for name, runs in (("mine", [run.name]), ("other", ["another-run"])):
        content = {
            "data": "mock",
            "name": name,
            "runs": runs,
            "members": 2,
            "test": {TARGET: {"all": {"ensemble": score}}},
        }
        (folder / f"ensemble-{name}.json").write_text(json.dumps(content))
        pooled = {"RMSE": {"value": 0.2, "low": 0.1, "high": 0.3, "per_seed": [0.2], "galaxies": 300}}
        folds = {"data": "observed", "name": name, "runs": runs, "seeds": [0], f"pred_tta_{TARGET}": pooled}
        (folder / f"cross_validation-{name}.json").write_text(json.dumps(folds))
    part = Scores().part(material(run))
    last = table_of(part, f"scores-{TARGET}").rows[-1]
    assert (last.values[0], last.values[2], last.mark) == ("mine", "ensemble of 2", "MOCK")
    assert Measured(0.123) in last.values
    (row,) = table_of(part, "scores-out_of_fold").rows
    assert row.values == ("mine", "log H I fraction with TTA", "RMSE", 0.2, 0.1, 0.3, 1, 300)
