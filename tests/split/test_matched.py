"""What the folds promise that predict another split's held-out side."""

from __future__ import annotations

import numpy as np
import pytest
from astropy.table import Table

from galexp.command import Command
from galexp.config import compose
from galexp.split.audit import audit
from galexp.split.base import TEST, TRAIN, UNUSED, VAL
from galexp.split.density import DensitySplit
from galexp.split.matched import MatchedSplit, matched_folds
from galexp.sweep.plan import make_plan
from galexp.sweep.same import refuse_same_runs
from galexp.target import instantiate

ROLES = np.array(["train"] * 60 + ["val"] * 10 + ["test"] * 25 + ["unused"] * 5)


def sky(rows: int = 200, **columns) -> Table:
    rng = np.random.default_rng(0)
    density = rng.normal(size=rows)
    density[:10] = np.nan
    return Table({"id": [f"{row:05d}" for row in rows - 1 - np.arange(rows)], "density": density, **columns})


def density_split(missing: str = UNUSED, val_fraction: float = 0.1) -> DensitySplit:
    return DensitySplit("density", 0.8, "above", missing, val_fraction, seed=3)


def folds_of(catalog: Table, base: DensitySplit, folds: int = 4, seed: int = 3) -> list[np.ndarray]:
    return [MatchedSplit(base, folds, fold, base.val_fraction, seed).assign(catalog) for fold in range(folds)]


@pytest.mark.parametrize("missing", [UNUSED, TRAIN])
def test_every_galaxy_that_the_other_split_holds_out_is_tested_in_one_fold_and_no_other_is(missing):
    catalog, base = sky(), density_split(missing)
    tested = np.sum([roles == TEST for roles in folds_of(catalog, base)], axis=0)
    np.testing.assert_array_equal(tested, base.assign(catalog) == TEST)


@pytest.mark.parametrize("val_fraction", [0.0, 0.1])
def test_each_fold_learns_from_as_many_galaxies_as_the_other_split_and_from_both_of_its_sides(val_fraction):
    catalog, base = sky(), density_split(val_fraction=val_fraction)
    before = base.assign(catalog)
    for roles in folds_of(catalog, base):
        for role in (TRAIN, VAL):
            assert np.sum(roles == role) == np.sum(before == role)
        assert np.any((roles == TRAIN) & (before == TEST))
        assert np.all(roles[before == UNUSED] == UNUSED)


def test_galaxies_without_an_overdensity_are_learned_from_where_the_other_split_learns_from_them():
    catalog = sky()
    learned = [np.isin(roles[:10], (TRAIN, VAL)).mean() for roles in folds_of(catalog, density_split(TRAIN))]
    assert np.mean(learned) > 0.5


def test_roles_do_not_depend_on_the_order_of_the_rows():
    catalog, base = sky(), density_split()
    order = np.random.default_rng(1).permutation(len(catalog))
    split = MatchedSplit(base, 4, 1, 0.1, 3)
    np.testing.assert_array_equal(split.assign(catalog[order]), split.assign(catalog)[order])


def test_validation_takes_whole_groups_and_the_audit_finds_no_galaxy_on_both_sides():
    catalog = sky(group_id=np.arange(200) // 5)
    roles = folds_of(catalog, density_split())[2]
    groups = np.asarray(catalog["group_id"])
    assert np.any(roles == VAL)
    assert not np.intersect1d(groups[roles == VAL], groups[roles == TRAIN]).size
    found = audit(catalog, roles, ["density"])
    assert found.same_id == 0
    assert found.counts[TEST] == np.sum(roles == TEST)


@pytest.mark.parametrize(("folds", "fold"), [(1, 0), (5, 5), (5, -1)])
def test_a_fold_that_there_is_not_is_refused(folds, fold):
    with pytest.raises(ValueError, match=rf"split\.fold is {fold} of split\.folds {folds}; expected 0 <= fold < folds"):
        MatchedSplit(density_split(), folds, fold)


def test_more_folds_than_held_out_galaxies_are_refused():
    with pytest.raises(ValueError, match="folds is 99 and 38 rows are held out; expected 2 folds or more"):
        MatchedSplit(density_split(), 99, 0).assign(sky())


def test_a_user_chooses_the_other_split_and_its_settings_by_words():
    words = ["split=matched", "split@split.of=group", "split.of.test_side=grouped", "split.fold=2", "seed=7"]
    node = compose(words)["split"]
    assert (node["of"]["seed"], node["seed"], node["of"]["val_fraction"]) == (7, 7, node["val_fraction"])
    split = instantiate(node)
    assert (type(split.of).__name__, split.of.test_side, split.fold) == ("GroupSplit", "grouped", 2)


def test_a_sweep_goes_over_the_other_split(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words = ["split=matched", "split@split.of=delta5_q80,delta5_q20", "size=tiny"]
    plan = make_plan(Command("train", [], words, multirun=True))
    refuse_same_runs(plan)
    assert plan.values() == {"split@split.of": ["delta5_q80", "delta5_q20"]}
    assert plan.count() == 2


def test_nothing_to_learn_from_is_refused():
    with pytest.raises(ValueError, match="none of 7 rows is train or val; there is nothing to learn from"):
        next(matched_folds(np.array(["test"] * 4 + ["unused"] * 3), 2, seed=0))


def test_each_held_out_row_is_predicted_once_by_a_network_of_equal_size_that_never_saw_it():
    folds = list(matched_folds(ROLES, 4, seed=1))
    held_out = np.concatenate([rows for _, rows in folds])
    np.testing.assert_array_equal(np.sort(held_out), np.flatnonzero(ROLES == "test"))
    for learn, rows in folds:
        assert len(np.unique(learn)) == 70
        assert not np.isin(learn, rows).any()
        assert (ROLES[learn] == "test").any()
        assert not (ROLES[learn] == "unused").any()


def test_held_out_rows_are_learned_from_in_proportion():
    shares = [(ROLES[learn] == "test").mean() for seed in range(50) for learn, _ in matched_folds(ROLES, 5, seed)]
    assert np.mean(shares) == pytest.approx(20 / 90, abs=0.01)


def test_same_seed_same_folds():
    first, again, other = ([rows.tolist() for _, rows in matched_folds(ROLES, 3, seed)] for seed in (0, 0, 1))
    assert first == again != other


@pytest.mark.parametrize("folds", [1, 26])
def test_too_few_or_too_many_folds_are_refused(folds):
    with pytest.raises(ValueError, match="expected 2 folds or more"):
        list(matched_folds(ROLES, folds, 0))
