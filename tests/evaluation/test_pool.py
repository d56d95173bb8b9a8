"""Claims about the pooled error of a cross-validation."""

from __future__ import annotations

import numpy as np
import pytest
from astropy.table import Table

from galexp.evaluation.pool import pooled_rmse


def fold(names, error, role="test"):
    truth = np.arange(float(len(names)))
    preds = truth + error
    return Table({"id": names, "role": [role] * len(names), "true_m": truth, "pred_m": preds, "pred_tta_m": preds + 1})


def test_the_pooled_error_is_over_all_galaxies_not_the_mean_over_folds():
    found = pooled_rmse([[fold(["a", "b", "c"], 0.0), fold(["d"], 2.0)]], "m", "pred", draws=0)
    assert (found.value, found.per_seed, found.galaxies) == (1.0, [1.0], 4)
    assert np.isnan([found.low, found.high]).all()


def test_the_error_is_the_mean_over_seeds():
    seeds = [[fold(["a", "b"], 1.0)], [fold(["b", "a"], 3.0)]]
    found = pooled_rmse(seeds, "m", "pred", draws=20)
    assert (found.value, found.per_seed) == (2.0, [1.0, 3.0])
    assert (found.low, found.high) == (2.0, 2.0)
    assert pooled_rmse(seeds, "m", "pred_tta", draws=0).per_seed == [2.0, 4.0]


def test_the_interval_agrees_with_that_of_a_normal_error():
    rng = np.random.default_rng(0)
    names = [f"g{number:04d}" for number in range(2000)]
    found = pooled_rmse([[fold(names, rng.normal(size=2000))]], "m", "pred", draws=500)
    assert (found.high - found.low) / 2 == pytest.approx(1 / np.sqrt(2 * 2000), rel=0.15)
    assert found.as_dict()["galaxies"] == 2000


def test_only_held_out_rows_count():
    found = pooled_rmse([[fold(["a"], 1.0), fold(["b"], 9.0, role="val")]], "m", "pred", draws=0)
    assert (found.value, found.galaxies) == (1.0, 1)


def test_a_galaxy_that_is_held_out_twice_is_refused():
    with pytest.raises(ValueError, match="a galaxy is held out in two folds"):
        pooled_rmse([[fold(["a", "b"], 1.0), fold(["b"], 1.0)]], "m", "pred", draws=0)
