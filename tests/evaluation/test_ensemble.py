"""Claims about several networks as one."""

from __future__ import annotations

import numpy as np
import pytest
from astropy.table import Table

from galexp.evaluation.ensemble import ensemble, ensemble_scores, held_out, share_rows

RNG = np.random.default_rng(0)
TRUTH = RNG.normal(size=400)


def member(error, sigma=None, names=None, role="test"):
    names = [f"g{number:03d}" for number in range(len(TRUTH))] if names is None else names
    truth = TRUTH[: len(names)]
    table = Table({"id": names, "role": [role] * len(names), "true_m": truth, "pred_m": truth + error})
    table["pred_tta_m"] = table["pred_m"]
    if sigma is not None:
        table["sigma_m"] = table["sigma_tta_m"] = np.full(len(names), sigma)
    return table


def classifier(probability):
    table = Table({"id": ["a", "b"], "role": ["test"] * 2, "true_k": [0.0, 1.0]})
    table["pred_k"] = table["pred_tta_k"] = [float(p > 0.5) for p in probability]
    for infix in ("", "tta_"):
        table[f"prob_{infix}no"], table[f"prob_{infix}yes"] = 1 - np.array(probability), np.array(probability)
    return table


def test_the_error_of_independent_networks_falls_as_the_root_of_their_number():
    tables = [member(RNG.normal(size=len(TRUTH))) for _ in range(4)]
    scores = ensemble_scores(ensemble(tables), {"targets": ["m"]}, draws=0, seed=0)["m"]["all"]
    assert scores["ensemble"]["rmse"] == pytest.approx(1 / np.sqrt(4), rel=0.1)
    assert set(scores) == {"ensemble", "ensemble_tta"}
    assert ensemble(tables)["spread_m"].mean() == pytest.approx(0.921, rel=0.05)


def test_a_width_is_that_of_the_mixture_of_gaussians():
    found = ensemble([member(-1.0, sigma=2.0), member(1.0, sigma=2.0)])
    np.testing.assert_allclose(found["sigma_m"], np.sqrt(2.0**2 + 1.0**2))
    np.testing.assert_allclose(found["pred_m"], TRUTH)


def test_the_class_is_that_of_the_mean_probability():
    found = ensemble([classifier([0.4, 0.4]), classifier([0.4, 0.4]), classifier([0.9, 0.45])])
    np.testing.assert_allclose(found["prob_tta_yes"], [1.7 / 3, 1.25 / 3])
    assert found["pred_k"].tolist() == [1, 0]
    np.testing.assert_allclose(found["spread_k"], [np.std([0.4, 0.4, 0.9], ddof=1), np.std([0.4, 0.4, 0.45], ddof=1)])
    task = {"targets": ["k"], "classes": ["no", "yes"], "ordered": False}
    assert ensemble_scores(found, task, draws=0, seed=0)["k"]["all"]["ensemble_tta"]["accuracy"] == 0


def test_equal_networks_have_no_spread():
    found = ensemble([member(0.5), member(0.5)])
    assert found["spread_m"].max() == 0
    np.testing.assert_array_equal(found["pred_m"], member(0.5)["pred_m"])


def test_other_galaxies_or_columns_make_no_ensemble():
    one, other = member(0.0, names=["a", "b"]), member(0.0, names=["a", "c"])
    assert not share_rows([one, other])
    for tables in ([one, other], [one, member(0.0, sigma=1.0, names=["a", "b"])]):
        with pytest.raises(ValueError, match="predicted other galaxies or other columns"):
            ensemble(tables)
    with pytest.raises(ValueError, match="1 tables of predictions were given; an ensemble needs two networks"):
        ensemble([one])


def test_folds_are_one_member_in_the_order_of_names():
    folds = [member(0.0, names=["c", "a"]), member(0.0, names=["b"]), member(0.0, names=["d"], role="val")]
    assert held_out(folds)["id"].tolist() == ["a", "b", "c"]
