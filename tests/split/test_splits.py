"""What each split promises by itself."""

from __future__ import annotations

import numpy as np
import pytest
from astropy.table import Table
from hypothesis import given, settings
from hypothesis import strategies as st

from galexp.split.base import TEST, TRAIN, UNUSED, VAL
from galexp.split.density import DensitySplit
from galexp.split.kfold import KFoldSplit
from galexp.split.random import RandomSplit


def numbered(rows: int, **columns) -> Table:
    return Table({"id": [f"{row:05d}" for row in range(rows)], **columns})


@given(rows=st.integers(10, 200), fraction=st.floats(0.1, 0.9))
@settings(max_examples=25, deadline=None)
def test_random_holds_out_the_fraction_rounded_down(rows, fraction):
    roles = RandomSplit(fraction, val_fraction=0, seed=3).assign(numbered(rows))
    assert np.sum(roles == TEST) == int(fraction * rows)


@pytest.mark.parametrize("fraction", [0.0, 1.0])
def test_random_refuses_a_fraction_that_leaves_a_side_empty(fraction):
    with pytest.raises(ValueError, match=rf"split\.test_fraction is {fraction}; expected 0 < test_fraction < 1"):
        RandomSplit(fraction)


@given(lost=st.sets(st.integers(0, 199), max_size=50), seed=st.integers(0, 9))
@settings(max_examples=25, deadline=None)
def test_random_by_identifier_leaves_every_galaxy_on_its_side_whoever_else_is_lost(lost, seed):
    catalog = numbered(200)
    split = RandomSplit(0.3, val_fraction=0, seed=seed, by_identifier=True)
    kept = np.array([row not in lost for row in range(200)])
    assert np.array_equal(split.assign(catalog)[kept], split.assign(catalog[kept]))


def test_random_by_identifier_holds_out_the_fraction_on_average_and_others_with_another_seed():
    catalog = numbered(20_000)
    first, second = (RandomSplit(0.2, 0, seed, by_identifier=True).assign(catalog) == TEST for seed in (0, 1))
    assert first.mean() == pytest.approx(0.2, abs=4 * np.sqrt(0.2 * 0.8 / 20_000))
    assert (first & second).mean() == pytest.approx(0.04, abs=0.006)


@given(rows=st.integers(12, 100), folds=st.integers(2, 6), seed=st.integers(0, 9))
@settings(max_examples=25, deadline=None)
def test_kfold_holds_out_each_row_exactly_once_in_folds_of_equal_size(rows, folds, seed):
    catalog = numbered(rows)
    held_out = np.array([KFoldSplit(folds, fold, 0.1, seed).assign(catalog) == TEST for fold in range(folds)])
    assert held_out.sum(axis=0).tolist() == [1] * rows
    sizes = held_out.sum(axis=1)
    assert sizes.max() - sizes.min() <= 1


@pytest.mark.parametrize(("folds", "fold"), [(1, 0), (5, 5), (5, -1)])
def test_kfold_refuses_a_fold_that_there_is_not(folds, fold):
    with pytest.raises(ValueError, match=rf"split\.fold is {fold} of split\.folds {folds}; expected 0 <= fold < folds"):
        KFoldSplit(folds, fold)


@pytest.mark.parametrize("missing", [UNUSED, TRAIN])
@given(values=st.lists(st.integers(-5, 5) | st.just(None), min_size=20, max_size=60), quantile=st.floats(0.2, 0.8))
@settings(max_examples=40, deadline=None)
def test_density_is_numpys_quantile_with_a_strict_inequality(missing, values, quantile):
    density = np.array([np.nan if value is None else value for value in values], dtype=float)
    density[:2] = -9, 9
    finite = np.isfinite(density)
    threshold = np.quantile(density[finite], quantile)
    for side, beyond in (("above", density > threshold), ("below", density < threshold)):
        split = DensitySplit("density", quantile, side, missing, val_fraction=0)
        roles = split.assign(numbered(len(density), density=density))
        np.testing.assert_array_equal(roles == TEST, beyond)
        assert set(roles[~finite]) <= {missing}
        assert set(roles[finite & ~beyond]) == {TRAIN}


def test_density_of_ten_values_holds_out_the_top_two_or_the_lowest_two():
    catalog = numbered(10, density=np.arange(10.0))
    above = DensitySplit("density", 0.8, "above", val_fraction=0).assign(catalog)
    below = DensitySplit("density", 0.2, "below", val_fraction=0).assign(catalog)
    assert np.flatnonzero(above == TEST).tolist() == [8, 9]
    assert np.flatnonzero(below == TEST).tolist() == [0, 1]


def test_rows_without_density_that_are_trained_on_may_validate():
    density = np.r_[np.arange(10.0), np.full(90, np.nan)]
    roles = DensitySplit("density", 0.5, "above", TRAIN, val_fraction=0.5).assign(numbered(100, density=density))
    assert VAL in roles[10:]


@pytest.mark.parametrize("quantile", [0.0, 1.0])
def test_density_refuses_a_quantile_at_the_end(quantile):
    with pytest.raises(ValueError, match=rf"split\.quantile is {quantile}; expected 0 < quantile < 1"):
        DensitySplit("density", quantile, "above")


@pytest.mark.parametrize(("side", "missing"), [("over", UNUSED), ("above", "test")])
def test_density_refuses_unknown_words(side, missing):
    with pytest.raises(ValueError, match=rf"test_side is '{side}' and split\.missing '{missing}'; expected above or"):
        DensitySplit("density", 0.5, side, missing)


def test_density_refuses_a_column_that_is_nowhere_finite():
    with pytest.raises(ValueError, match="no row has a finite density; choose another environment or split"):
        DensitySplit("density", 0.5, "above").assign(numbered(3, density=[np.nan] * 3))


def test_density_names_the_column_that_is_not_there():
    with pytest.raises(ValueError, match="this split needs the column 'density'; the catalog has id"):
        DensitySplit("density", 0.5, "above").assign(numbered(3))


def test_stratified_folds_hold_each_class_in_equal_shares_and_every_row_once():
    label = np.array([0.0] * 83 + [1.0] * 17 + [np.nan] * 4)
    catalog = Table({"id": np.arange(len(label)).astype(str), "label": label})
    splits = [KFoldSplit(5, fold, val_fraction=0, seed=1, stratify="label") for fold in range(5)]
    held_out = np.stack([split.assign(catalog) == "test" for split in splits])
    assert (held_out.sum(axis=0) == 1).all()
    for chosen in (label == 0, label == 1, np.isnan(label)):
        assert np.ptp(held_out[:, chosen].sum(axis=1)) <= 1
    with pytest.raises(ValueError, match=r"split\.stratify needs the column 'kind'"):
        KFoldSplit(stratify="kind").assign(catalog)
