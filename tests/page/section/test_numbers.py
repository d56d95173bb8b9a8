"""What the sections about numbers say of runs whose errors are known."""

from __future__ import annotations

import copy as copy_module
import functools
import json
import math
import shutil

import numpy as np
import pytest
from astropy.table import Table

from galexp.catalog.parquet import read_parquet, write_parquet
from galexp.command import first_values, parse
from galexp.config import choices, compose, sweep_parameters
from galexp.evaluation.classes import class_score_table
from galexp.evaluation.gap import generalization_gap
from galexp.page.build import make_parts, make_sections
from galexp.page.content import PUBLISHED, Code, DataTable, Measured, Notice, Picture, Prose
from galexp.page.files import write_table
from galexp.page.matching import by_chance, completing_command, matchings
from galexp.page.material import ReportRun
from galexp.page.published import PublishedNumber, Study
from galexp.page.section.gap import GeneralizationGap
from galexp.page.section.overview import Overview
from galexp.page.section.paired import PairedComparison
from galexp.page.section.published import PublishedNumbers
from galexp.page.section.scores import Scores
from galexp.run.directory import RunDirectory
from galexp.sweep.plan import make_plan

TARGET = "log_hi_fraction"
PAIRED = PairedComparison(most=45)


def half_above(truth, rng):
    return truth + 0.5


def table_of(part, name) -> DataTable:
    return next(block for block in part.blocks if isinstance(block, DataTable) and block.name == name)


def column(table, heading):
    place = [one.heading for one in table.columns].index(heading)
    return [row.values[place] for row in table.rows]


def kinds(part):
    return [type(block).__name__ for block in part.blocks]


def scores(run, method="network_tta", sample="all"):
    return run.metrics["test"][TARGET][sample][method]


_MADE: dict[object, ReportRun] = {}


@pytest.fixture
def run_of(make_run, tmp_path):
    """Return what copies a run into the folder of the test, with other settings; each is made once for this file."""

    def copy(*words, error=0.2, predict=None, data="observed", seed=0, **settings):
        key = (words, error, predict, seed)
        if key not in _MADE:
            _MADE[key] = make_run(*words, *([f"seed={seed}"] if seed else []), error=error, predict=predict)
        made = _MADE[key]
        folder = tmp_path / "copies" / f"run-{len(list(tmp_path.glob('copies/*')))}"
        shutil.copytree(made.directory.folder, folder)
        changed = copy_module.deepcopy(made.settings)
        for key, value in settings.items():
            *path, last = key.split("__")
            functools.reduce(dict.__getitem__, path, changed)[last] = value
        (folder / "resolved.yaml").write_text(json.dumps(changed))
        run = ReportRun(RunDirectory(folder))
        run.directory.write_json("metrics.json", {**run.metrics, "data": data})
        return ReportRun(run.directory)

    return copy


def as_fold(run, error=None):
    """Make of a run one that held out every n-th of its test galaxies, with an error of its own where one is given."""
    folder, fold, folds = run.directory.folder, run.settings["split"]["fold"], run.settings["split"]["folds"]
    table = read_parquet(folder / "predictions.parquet")
    test = np.flatnonzero(np.asarray(table["role"]) == "test")
    table = table[np.setdiff1d(np.arange(len(table)), test[np.arange(len(test)) % folds != fold])]
    if error is not None:
        table[f"pred_tta_{TARGET}"] = table[f"true_{TARGET}"] + error
    write_parquet(table, folder / "predictions.parquet")
    run.directory.write_json("audit.json", {**run.audit, "hash": f"{fold:032d}{run.settings['seed']:032d}"})
    return ReportRun(run.directory)


def as_classes(run, spread=1.0):
    """Make of a run one that tells gas-poor galaxies from rich ones."""
    rng = np.random.default_rng(0)
    label = f"{TARGET}_class"
    table = read_parquet(run.directory.folder / "predictions.parquet")
    truth = (np.asarray(table[f"true_{TARGET}"]) > -0.7).astype(float)
    chance = 1 / (1 + np.exp(-(2 * truth - 1) - rng.normal(0, spread, len(truth))))
    made = Table({"id": table["id"], "role": table["role"], f"true_{label}": truth})
    for infix in ("", "tta_"):
        made[f"pred_{infix}{label}"] = (chance > 0.5).astype(float)
        made[f"prob_{infix}poor"], made[f"prob_{infix}rich"] = 1 - chance, chance
    folder = run.directory.folder
    write_parquet(made, folder / "predictions.parquet")
    task = {**run.settings["task"], "classes": {"poor": [None, -0.7], "rich": [-0.7, None]}, "ordered": False}
    (folder / "resolved.yaml").write_text(json.dumps({**run.settings, "task": task}))
    test = made[np.asarray(made["role"]) == "test"]
    found = class_score_table(test, label, ["poor", "rich"], {}, 20, 0)
    run.directory.write_json("metrics.json", {**run.metrics, "test": found})
    return ReportRun(run.directory)


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


@pytest.fixture
def published(monkeypatch):
    def publish(*numbers):
        made = Study("mine_2020", "Mine (2020)", ("wu2020",), numbers)
        monkeypatch.setattr("galexp.page.section.published.studies", lambda: (made,))

    return publish


def number(**changed):
    facts = {
        "name": "a",
        "quantity": "rmse",
        "value": 0.1,
        "where": "Table 1",
        "evidence": "P",
        "method": "network_tta",
    }
    return PublishedNumber(**{**facts, "match": {"split": "random"}, **changed})


def test_a_difference_is_in_units_of_galaxies_trainings_and_the_published_error_together(run_of, material, published):
    published(
        number(error=0.02, error_kind="sd"), number(name="b", match={}), number(name="c", quantity="nmad", value=0.0)
    )
    runs = [run_of("split=random"), run_of("split=random", seed=1, error=0.3)]
    part = PublishedNumbers().part(material(*runs))
    table = table_of(part, "published-mine_2020")
    assert [row.mark for row in table.rows] == [PUBLISHED, "", PUBLISHED, ""]
    each = [scores(run)["rmse"] for run in runs]
    boot, spread = np.mean([scores(run)["rmse_error"] for run in runs]), np.std(each, ddof=1)
    assert column(table, "difference")[1] == pytest.approx(np.mean(each) - 0.1)
    assert column(table, "its error")[1] == pytest.approx(np.sqrt(boot**2 + spread**2 + 0.02**2))
    assert column(table, "the error holds")[1::2] == ["galaxies + trainings + published", "galaxies + trainings"]
    assert column(table, "bootstrap error")[3] > 0, "drawn here, since metrics.json has none of the NMAD"
    assert column(table_of(part, "published-mine_2020-others"), "number") == ["b"]


def test_a_mock_is_never_a_test_of_a_paper(run_of, material, published):
    published(number())
    part = PublishedNumbers().part(material(run_of("split=random", data="mock")))
    table = table_of(part, "published-mine_2020")
    assert [row.mark for row in table.rows] == [PUBLISHED, "MOCK"]
    assert column(table, "difference")[1] is not None
    assert column(table, "in its errors") == column(table, "its error") == [None, None]
    assert any(isinstance(block, Notice) and "No row of a MOCK" in block.text for block in part.blocks)


def test_a_network_that_started_from_a_mock_judges_no_paper(make_run, material, published):
    published(number(match={"dataset": "xgass"}))
    run = make_run("dataset=xgass", started_from={"weights": "a", "data": "mock"})
    table = table_of(PublishedNumbers().part(material(run)), "published-mine_2020")
    assert [row.mark for row in table.rows] == [PUBLISHED, "MOCK"]
    assert column(table, "in its errors") == [None, None]
    (notice,) = (block for block in Overview().part(material(run)).blocks if isinstance(block, Notice))
    assert notice.text.startswith("MOCK WEIGHTS: 1 network of xgass-file-files started from what was learned on a mock")


def test_an_error_over_galaxies_that_is_not_known_judges_nothing(run_of, material, published):
    published(number(method="mean", quantity="nmad"))
    runs = [run_of("split=random"), run_of("split=random", seed=1)]
    table = table_of(PublishedNumbers().part(material(*runs)), "published-mine_2020")
    assert column(table, "bootstrap error") == column(table, "in its errors") == [None, None]


def test_a_number_stands_beside_no_run_that_it_is_not_of(run_of, material, published):
    published(number(match={"split": "kfold"}), number(name="b", quantity="critical_density"))
    assert PublishedNumbers().part(material(run_of("split=random"))) is None


def test_two_configurations_are_compared_on_the_galaxies_that_both_held_out(run_of, material):
    good, bad = run_of("split=random"), run_of("split=delta5_q80", predict=half_above)
    part = PAIRED.part(material(good, bad))
    (row,) = table_of(part, "paired").rows
    found = dict(zip([one.heading for one in table_of(part, "paired").columns], row.values, strict=True))
    assert {found["first"], found["second"]} == {"xgass-random-xresnet34", "xgass-delta5_q80-xresnet34"}
    assert (found["galaxies"], found["set aside"]) == (len(good.held_out), 0)
    assert max(found["of the first"], found["of the second"]) == pytest.approx(0.45)
    assert abs(found["difference"].value) == pytest.approx(0.45 - scores(good)["rmse"])
    assert found["68 % from"] <= found["difference"].value <= found["to"]
    assert found["sd over trainings"] is None
    assert kinds(part) == ["Prose", "DataTable", "Picture"]


def test_configurations_without_a_seed_in_common_are_not_compared(run_of, material):
    assert PAIRED.part(material(run_of("split=random"), run_of("split=random", seed=1, choices__split="sky"))) is None


def test_more_pairs_than_are_wanted_are_those_with_the_best(run_of, material):
    runs = [
        run_of(f"split={split}", error=error) for split, error in (("random", 0.3), ("delta5_q80", 0.1), ("sky", 0.5))
    ]
    table = table_of(PairedComparison(most=2).part(material(*runs)), "paired")
    assert column(table, "second") == ["xgass-delta5_q80-xresnet34"] * 2
    assert set(column(table, "first")) == {"xgass-random-xresnet34", "xgass-sky-xresnet34"}


def test_the_best_is_better_than_most_on_galaxies_whose_truth_is_known(run_of, material):
    runs = [
        run_of(f"split={split}", error=error) for split, error in (("random", 0.3), ("delta5_q80", 0.1), ("sky", 0.5))
    ]
    for run in runs:
        run.predictions[f"true_{TARGET}"][::7] = np.nan
    table = table_of(PairedComparison(most=2).part(material(*runs)), "paired")
    assert column(table, "second") == ["xgass-delta5_q80-xresnet34"] * 2


def test_without_a_known_truth_in_common_nothing_is_compared(run_of, material):
    runs = [run_of("split=random"), run_of("split=delta5_q80")]
    runs[0].predictions[f"true_{TARGET}"] = np.nan
    assert PAIRED.part(material(*runs)) is None


def test_classes_are_compared_by_log_loss_and_accuracy(run_of, material):
    runs = [as_classes(run_of("split=random")), as_classes(run_of("split=random", choices__split="sky"), spread=3.0)]
    part = PAIRED.part(material(*runs))
    assert [what.partition(",")[0] for what in column(table_of(part, "paired"), "score")] == ["log loss", "accuracy"]
    assert sum(isinstance(block, Picture) for block in part.blocks) == 2


MATCHED = ("split=matched", "split.folds=2")


def test_the_gap_is_that_of_the_same_galaxies_by_networks_that_saw_such_and_that_did_not(run_of, material):
    base = run_of("split=delta5_q80", error=0.4)
    folds = [as_fold(run_of(*MATCHED, split__fold=fold), error=0.2) for fold in range(2)]
    chance = run_of("split=random", error=0.3)
    part = GeneralizationGap().part(material(base, *folds, chance))
    table = table_of(part, "gap")
    unseen = np.asarray(base.held_out[f"pred_tta_{TARGET}"])
    truth = np.asarray(base.held_out[f"true_{TARGET}"])
    gap = generalization_gap(unseen, truth + 0.2, truth, 50, 0)
    assert column(table, "gap")[0] == pytest.approx((float(gap.value), float(gap.standard_error)))
    assert (column(table, "68 % from")[0], column(table, "to")[0]) == pytest.approx((float(gap.low), float(gap.high)))
    assert column(table, "galaxies") == [len(truth)]
    assert not [block for block in part.blocks if isinstance(block, Notice | Code)]
    unmatched = table_of(part, "gap-unmatched")
    expected = scores(base)["normalized_rmse"] - scores(chance)["normalized_rmse"]
    assert column(unmatched, "difference")[0] == pytest.approx(expected)


def test_folds_that_are_missing_are_asked_for_by_a_command_that_makes_them(run_of, material):
    base = run_of("split=delta5_q80", "split.quantile=0.7", "split.seed=4")
    fold = run_of(*MATCHED, split__fold=1, split__seed=4, split__of=base.settings["split"])
    part = GeneralizationGap().part(material(base, as_fold(fold)))
    (notice,) = (block for block in part.blocks if isinstance(block, Notice))
    assert "1 of 2 out-of-fold runs are there" in notice.text
    (code,) = (block for block in part.blocks if isinstance(block, Code))
    typed = code.text.split()
    assert typed[:5] == ["python", "-m", "galexp", "train", "--multirun"]
    assert "split.fold=0" in typed
    assert compose(typed[5:])["split"]["of"] == base.settings["split"]


SWEEPS = [
    pytest.param(name, marks=() if name in ("wu2020_figure4", "demo_search") else pytest.mark.slow)
    for name in choices()["experiment"]
    if sweep_parameters(name)
]


@pytest.mark.parametrize("name", SWEEPS)
def test_the_command_for_the_folds_goes_through_these_and_not_through_what_its_experiment_does(run_of, material, name):
    base = run_of("split=delta5_q80")
    base.directory.keep_command(f"python -m galexp train experiment={name} split=delta5_q80 seed=0")
    base.settings["choices"]["experiment"] = name
    (one,) = matchings(material(base))
    first, *others = (line.split()[3:] for line in completing_command(one).split("\n"))
    assert compose(first_values([word for word in first if "=" in word]))["split"]["of"]["test_side"] == "above"
    if name.endswith("search"):
        assert [words[-2:] for words in (first, *others)] == [[f"split.fold={fold}", "seed=0"] for fold in range(5)]
    else:
        assert make_plan(parse(first)).values() == {"split.fold": list("01234")}
        assert others == []


def test_networks_that_differ_in_more_than_the_split_are_no_folds_of_each_other(run_of, material):
    base = run_of("split=delta5_q80", error=0.4)
    changes = {"optimizer__lr": 0.5}, {"split__of__test_side": "below"}, {"split__of__seed": 1}
    (one,) = matchings(material(base, *(run_of(*MATCHED, **change) for change in changes)))
    assert one.folds == {}
    assert "split.fold=0,1,2,3,4" in completing_command(one)


def test_on_how_many_devices_and_with_which_draws_a_fold_was_made_is_nothing_to_it(run_of, material):
    base = run_of("split=delta5_q80")
    fold = run_of(*MATCHED, evaluation__bootstrap=7, datamodule__num_workers=9, trainer__devices=2)
    (one,) = matchings(material(base, fold))
    assert [list(folds) for folds in one.folds.values()] == [[0]]


def test_by_chance_are_random_splits_of_the_same_data_each_once_however_overdensities_were_measured(
    make_run, skies, material
):
    words = ("dataset=xgass", "split=random")
    other, code = make_run.on(skies("alfalfa-file-files"))(*words), make_run(*words, "environment=code")
    random, slow = make_run(*words), make_run(*words, "optimizer.lr=0.5")
    base = make_run("dataset=xgass", "split=delta5_q80")
    assert by_chance(material(other, slow, random, code, base), base) == [random]


def test_a_split_by_chance_has_no_gap(run_of, material):
    runs = [run_of("split=random"), run_of("split=random", choices__split="kfold")]
    assert GeneralizationGap().part(material(*runs)) is None


def test_no_two_columns_of_a_table_of_a_mock_have_one_name(run_of, material, tmp_path):
    runs = [run_of("split=random", data="mock"), run_of("split=delta5_q80", data="mock", error=0.4)]
    runs.append(as_fold(run_of(*MATCHED, data="mock"), error=0.2))
    names = ["overview", "scores", "published", "paired", "gap", "split", "provenance"]
    for part in make_parts(make_sections(names), material(*runs)):
        for table in (block for block in part.blocks if isinstance(block, DataTable)):
            write_table(table, tmp_path / f"{table.name}.csv")
    assert {"gap.csv", "paired.csv", "provenance.csv"} <= {path.name for path in tmp_path.glob("*.csv")}
