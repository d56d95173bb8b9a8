"""Claims about differences between configurations, and the generalization gap."""

from __future__ import annotations

import numpy as np
import pytest
from report_runs import PAIRED, TARGET, as_classes, as_fold, column, half_above, kinds, scores, table_of

from galexp.command import first_values, parse
from galexp.config import choices, compose, sweep_parameters
from galexp.evaluation.gap import generalization_gap
from galexp.page.build import make_parts, make_sections
from galexp.page.content import Code, DataTable, Notice, Picture
from galexp.page.files import write_table
from galexp.page.matching import by_chance, completing_command, matchings
from galexp.page.section.gap import GeneralizationGap
from galexp.page.section.paired import PairedComparison
from galexp.sweep.plan import make_plan


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
