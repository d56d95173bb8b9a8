"""Claims about whether a network's own errors are right."""

from __future__ import annotations

import numpy as np
import pytest
from astropy.table import Table
from scipy.stats import norm

from galexp.evaluation.metrics import score_table
from galexp.evaluation.widths import width_scores

RNG = np.random.default_rng(0)


def gaussian(number, claimed=1.0):
    truth = RNG.normal(size=number)
    table = Table({"true_m": truth, "pred_m": np.zeros(number), "pred_tta_m": np.zeros(number)})
    table["sigma_m"] = table["sigma_tta_m"] = np.full(number, claimed)
    return table


def test_right_widths_cover_what_they_say():
    scores = width_scores(gaussian(4000), "m")
    assert scores["coverage_68"] == pytest.approx(0.68, abs=3 * scores["coverage_68_error"])
    assert scores["coverage_95"] == pytest.approx(0.95, abs=3 * scores["coverage_95_error"])
    assert scores["nll"] == pytest.approx(0.5 * np.log(2 * np.pi) + 0.5, abs=0.05)
    assert "sigma_scale" not in scores


def test_validation_rows_mend_widths_that_are_half_as_large_as_they_should_be():
    scores = width_scores(gaussian(4000, claimed=0.5), "m", "tta_", learned=gaussian(4000, claimed=0.5))
    assert scores["sigma_scale"] == pytest.approx(2, rel=0.05)
    assert scores["coverage_68"] == pytest.approx(norm.cdf(0.5) - norm.cdf(-0.5), abs=0.03)
    assert scores["coverage_68_scaled"] == pytest.approx(0.68, abs=0.03)


def test_few_validation_rows_mend_nothing():
    assert "sigma_scale" not in width_scores(gaussian(50), "m", learned=gaussian(9))


def test_quantiles_cover_what_lies_between_them():
    table = gaussian(4000)
    table.remove_columns(["sigma_m", "sigma_tta_m"])
    for level, name in ((0.05, "q05"), (0.16, "q16"), (0.84, "q84"), (0.95, "q95")):
        table[f"{name}_m"] = norm.ppf(level)
    scores = width_scores(table, "m")
    assert scores["coverage_68"] == pytest.approx(0.68, abs=0.03)
    assert scores["coverage_90"] == pytest.approx(0.90, abs=0.02)
    assert width_scores(table, "m", "tta_") == {}


def test_rows_without_truth_are_left_out_and_baselines_have_no_widths():
    table = gaussian(100)
    table["true_m"][:50] = np.nan
    scores = score_table(table, ["m"], {"mean": np.zeros((100, 1))}, draws=0, seed=0)["m"]["all"]
    assert scores["network"]["coverage_68_error"] == pytest.approx(np.sqrt(0.68 * 0.32 / 50))
    assert "coverage_68" not in scores["mean"]
