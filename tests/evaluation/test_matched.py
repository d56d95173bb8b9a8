import numpy as np
import pytest
from astropy.table import Table
from sklearn.metrics import accuracy_score, log_loss

from galexp.evaluation.gap import generalization_gap
from galexp.evaluation.matched import comparable, compare, losses_of, pair

(GAS,) = losses_of({"targets": ["gas"]})


def predictions(names, error, seed=0):
    rng = np.random.default_rng(seed)
    table = Table({"id": names, "true_gas": np.arange(len(names), dtype=float)})
    table["pred_tta_gas"] = table["true_gas"] + rng.normal(0, error, len(names))
    return table


def names_of(rows):
    return [f"G{row:03d}" for row in rows]


def test_of_one_seed_the_comparison_is_the_generalization_gap():
    names = names_of(range(80))
    unseen, seen = predictions(names, 0.4), predictions(names, 0.2, seed=1)
    found = compare({0: unseen}, {0: seen[::-1]}, GAS, draws=100, seed=3)
    columns = (np.asarray(table["pred_tta_gas"]) for table in (unseen, seen))
    gap = generalization_gap(*columns, np.asarray(unseen["true_gas"]), 100, 3)
    np.testing.assert_allclose(np.array(found.difference), np.array(gap), rtol=1e-9)
    assert (found.galaxies, found.set_aside) == (80, 0)
    assert np.isnan(found.training_spread)


def test_galaxies_that_one_side_predicted_alone_are_counted_and_not_compared():
    first, second = predictions(names_of(range(10)), 0.3), predictions(names_of(range(6, 12)), 0.3)
    found = pair({0: first}, {0: second}, GAS)
    assert (found.galaxies, found.set_aside) == (4, 8)


def test_galaxies_without_truth_are_not_compared():
    first = predictions(names_of(range(6)), 0.3)
    first["true_gas"][2] = np.nan
    assert pair({0: first}, {0: predictions(names_of(range(6)), 0.3)}, GAS).galaxies == 5


def test_members_hold_out_galaxies_of_their_own_and_a_member_of_one_side_alone_is_left_out():
    first = {seed: predictions(names_of(range(5 * seed, 5 * seed + 8)), 0.3, seed) for seed in range(3)}
    second = {seed: predictions(names_of(range(40)), 0.2, seed) for seed in range(2)}
    found = pair(first, second, GAS)
    assert found.members == (0, 1)
    assert found.galaxies == 13
    np.testing.assert_array_equal(np.isfinite(found.first).sum(axis=0), [8, 8])
    compared = compare(first, second, GAS, draws=20)
    assert compared.training_spread == pytest.approx(np.std(compared.per_member, ddof=1))
    assert compared.first - compared.second == pytest.approx(float(compared.difference.value))


def test_a_member_whose_sides_share_no_galaxy_is_left_out_and_the_others_are_compared():
    names = names_of(range(30))
    first = {seed: predictions(names, 0.3, seed) for seed in (0, 1)}
    second = {0: predictions(names, 0.2, 2), 1: predictions([f"other {name}" for name in names], 0.2, 3)}
    found, alone = (compare(side, second, GAS, draws=50) for side in (first, {0: first[0]}))
    assert (found.difference, found.per_member) == (alone.difference, alone.per_member)
    assert (found.galaxies, found.set_aside) == (30, 60)


def test_sides_are_comparable_where_a_member_of_both_knows_the_truth_of_a_galaxy():
    table, unknown = predictions(names_of(range(5)), 0.1), predictions(names_of(range(5)), 0.1)
    unknown["true_gas"] = np.nan
    assert comparable({0: table}, {0: table}, GAS)
    assert not comparable({0: table}, {0: unknown}, GAS)
    assert not comparable({0: table}, {1: table}, GAS)


def test_sides_without_a_galaxy_or_a_member_in_common_are_refused():
    first, second = predictions(names_of(range(3)), 0.3), predictions(names_of(range(5, 8)), 0.3)
    for other in ({0: second}, {1: first}):
        with pytest.raises(ValueError, match="have no galaxy in common; compare networks"):
            pair({0: first}, other, GAS)


def test_more_than_four_targets_are_one_error_over_all_of_them():
    targets = [f"vote{k}" for k in range(6)]
    table = Table({"id": ["a", "b"]})
    for number, target in enumerate(targets):
        table[f"true_{target}"], table[f"pred_tta_{target}"] = [0.0, 0.0], [float(number), 1.0]
    (loss,) = losses_of({"targets": targets})
    np.testing.assert_allclose(loss.of(table), [55 / 6, 1.0])
    assert [one.target for one in losses_of({"targets": targets[:2]})] == targets[:2]


def test_of_classes_log_loss_and_accuracy_are_those_of_scikit_learn():
    rng = np.random.default_rng(0)
    labels, probabilities = rng.integers(3, size=50), rng.dirichlet(np.ones(3), 50)
    table = Table({"id": names_of(range(50)), "true_kind": labels.astype(float)})
    for number, name in enumerate("abc"):
        table[f"prob_tta_{name}"] = probabilities[:, number]
    found = losses_of({"targets": ["kind"], "classes": ["a", "b", "c"]})
    ours = {loss.key: np.mean(loss.of(table)) for loss in found}
    assert ours["log_loss"] == pytest.approx(log_loss(labels, probabilities))
    assert ours["accuracy"] == accuracy_score(labels, probabilities.argmax(axis=1))


def test_nothing_is_compared_where_nothing_is_predicted():
    assert losses_of({"targets": []}) == ()
