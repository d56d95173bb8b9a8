"""The known answer of the split machinery: held-out crowds are hard to predict where gas was stripped, and only there.

A forest learns log10 (M_HI / M*) from columns of the catalog. Without stripping, surroundings act through the quenched
fraction alone, which shows in those columns, so that knowing them leaves nothing to explain. Two differences remain in
expectation, both far below the effect: crowded galaxies have a narrower range of gas (0.66 against 0.69 dex), which
raises their RMSE over the scatter by some 0.005 +- 0.003 (50 seeds), and a forest gains from examples nearer to the
tested ones, 0.002 +- 0.001 dex (60 seeds). Each is about half of two standard errors of twenty seeds (0.0095 and 0.0035
dex), so that other twenty seeds might fail by chance.
"""

import functools

import numpy as np
import pytest
from sklearn.ensemble import RandomForestRegressor

from galexp.evaluation.gap import generalization_gap
from galexp.mock.survey import mock_alfalfa
from galexp.split.density import DensitySplit
from galexp.split.matched import matched_folds

FOLDS = 5
SEEN_COLUMNS = ("mag_r", "g_minus_r", "nuv_minus_r", "log_r50")
INTRINSIC_COLUMNS = ("log_stellar_mass", "log_ssfr", "log_r50", "redshift")


def predict(features, target, learn, held_out, seed):
    forest = RandomForestRegressor(20, min_samples_leaf=5, random_state=seed)
    return forest.fit(features[learn], target[learn]).predict(features[held_out])


def normalized_rmse(preds, target):
    return np.sqrt(np.mean((preds - target) ** 2)) / target.std()


class Outcome:
    """A survey split at the 80 % quantile of its overdensity, and what forests make of it."""

    def __init__(self, catalog, columns, seed):
        self.features = np.stack([np.asarray(catalog[name]) for name in columns], axis=1)
        self.target = np.asarray(catalog["log_hi_fraction"])
        self.seed = seed
        split = DensitySplit("log_one_plus_delta5_fixed", 0.8, "above", val_fraction=0.0, seed=seed)
        self.roles = split.assign(catalog)
        self.learn, self.held_out = np.flatnonzero(self.roles == "train"), np.flatnonzero(self.roles == "test")
        self.unseen = predict(self.features, self.target, self.learn, self.held_out, seed)

    def excess(self):
        """Return the normalized RMSE of the crowded galaxies minus that of all galaxies in a random five-fold split."""
        rows = np.arange(len(self.target))
        at_random = np.empty(len(rows))
        for held_out in np.array_split(np.random.default_rng(self.seed).permutation(rows), FOLDS):
            learn = np.setdiff1d(rows, held_out)
            at_random[held_out] = predict(self.features, self.target, learn, held_out, self.seed)
        crowded = normalized_rmse(self.unseen, self.target[self.held_out])
        return crowded - normalized_rmse(at_random, self.target)

    def gap(self):
        """Return the generalization gap on the crowded galaxies [dex]."""
        seen = np.full(len(self.target), np.nan)
        for learn, held_out in matched_folds(self.roles, FOLDS, self.seed):
            seen[held_out] = predict(self.features, self.target, learn, held_out, self.seed)
        truth = self.target[self.held_out]
        return generalization_gap(self.unseen, seen[self.held_out], truth, draws=2).value.item()


def outcomes(draw, columns, stripping, seeds):
    catalogs = (draw(seed=seed, stripping=stripping) for seed in seeds)
    return [Outcome(catalog, columns, seed) for seed, catalog in enumerate(catalogs)]


def mean_and_error(values):
    return np.mean(values), np.std(values, ddof=1) / np.sqrt(len(values))


@pytest.mark.slow
def test_crowded_galaxies_are_harder_to_predict_only_if_stripped(draw_xgass):
    without, stripped = (outcomes(draw_xgass, SEEN_COLUMNS, strength, range(2)) for strength in (0.0, 1.0))
    assert np.mean([outcome.excess() for outcome in stripped]) > 0.1
    assert abs(np.mean([outcome.excess() for outcome in without])) < 0.05
    assert np.mean([outcome.gap() for outcome in stripped]) > 0.006
    assert abs(np.mean([outcome.gap() for outcome in without])) < 0.006


@pytest.mark.slow
def test_without_stripping_error_and_gap_vanish_over_twenty_seeds_and_with_it_they_do_not(draw_xgass):
    for stripping in (0.0, 1.0):
        measured = outcomes(draw_xgass, SEEN_COLUMNS, stripping, range(20))
        for quantity in (Outcome.excess, Outcome.gap):
            mean, error = mean_and_error([quantity(outcome) for outcome in measured])
            if stripping:
                assert mean > 5 * error, quantity.__name__
            else:
                assert abs(mean) < 2 * error, quantity.__name__


@pytest.mark.slow
def test_a_blind_survey_shows_the_stripping_too_although_it_loses_most_of_its_victims():
    """Stripped galaxies fall below the flux limit, so that the excess is a fraction of that of xGASS."""
    for stripping in (0.0, 1.0):
        measured = outcomes(functools.partial(mock_alfalfa, 1200), INTRINSIC_COLUMNS, stripping, range(12))
        mean, error = mean_and_error([outcome.excess() for outcome in measured])
        if stripping:
            assert 3 * error < mean < 0.1
        else:
            assert abs(mean) < 2 * error
