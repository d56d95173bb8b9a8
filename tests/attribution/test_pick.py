import numpy as np
import pytest

from galexp.attribution.pick import FEW, check_kinds, find_ids, pick_classes, pick_numbers, pick_targets

RNG = np.random.default_rng(0)


def test_of_many_outputs_those_that_vary_most_are_explained_in_their_order():
    values = RNG.normal(size=(200, 7)) * np.array([1, 9, 2, 8, 0.1, 7, 6])
    assert pick_targets(list("abcdefg"), values, None) == [1, 3]
    assert pick_targets(list("abcd"), values[:, :FEW], None) == [0, 1, 2, 3]
    assert pick_targets(list("abcdefg"), values, ["g", "a"]) == [6, 0]


def test_an_output_that_is_not_there_is_refused_with_the_nearest():
    with pytest.raises(ValueError, match=r"explain.targets has 'gas_ritch', .* did you mean 'gas_rich'"):
        pick_targets(["gas_poor", "gas_rich"], np.zeros((2, 2)), ["gas_ritch"])


def test_the_surest_of_each_class_and_the_most_surely_wrong_are_picked():
    chance = RNG.dirichlet(np.ones(3), 60)
    truth = RNG.integers(3, size=60).astype(float)
    truth[::7] = np.nan
    picked = pick_classes(chance, truth, list("abc"), [0, 2], count=4)
    assert list(picked) == ["surest a", "surest c", "most surely wrong"]
    assert picked["surest c"].tolist() == np.argsort(-chance[:, 2])[:4].tolist()
    wrong = picked["most surely wrong"]
    assert (chance.argmax(axis=1)[wrong] != truth[wrong]).all()
    of_truth = chance[wrong, truth[wrong].astype(int)]
    others = [
        row for row in np.flatnonzero(np.isfinite(truth)) if chance[row].argmax() != truth[row] and row not in wrong
    ]
    assert of_truth.max() <= min(chance[row, int(truth[row])] for row in others)


def test_where_no_class_is_wrong_or_known_none_is_shown_as_wrong():
    chance = np.array([[0.9, 0.1], [0.2, 0.8]])
    for truth in (np.array([0.0, 1.0]), np.full(2, np.nan)):
        assert list(pick_classes(chance, truth, ["a", "b"], [0, 1])) == ["surest a", "surest b"]


def test_the_lowest_the_highest_and_the_worst_of_each_number_are_picked():
    preds, truth = RNG.normal(size=(2, 40, 2))
    truth[5] = np.nan
    picked = pick_numbers(preds, truth, ["mass", "size"], [1], count=3)
    assert picked["lowest size"].tolist() == np.argsort(preds[:, 1])[:3].tolist()
    assert picked["highest size"].tolist() == np.argsort(-preds[:, 1])[:3].tolist()
    residual = np.nan_to_num(np.abs(preds - truth)[:, 1])
    assert picked["worst size"].tolist() == np.argsort(-residual)[:3].tolist()


def test_kinds_that_are_not_asked_for_or_have_no_truth_are_not_there():
    preds = RNG.normal(size=(9, 1))
    assert list(pick_numbers(preds, np.full((9, 1), np.nan), ["latent_00"], [0])) == [
        "lowest latent_00",
        "highest latent_00",
    ]
    assert list(pick_numbers(preds, preds, ["mass"], [0], kinds=["worst"])) == ["worst mass"]
    assert list(pick_classes(np.full((3, 2), 0.5), np.ones(3), ["a", "b"], [1], kinds=["worst"])) == [
        "most surely wrong"
    ]


def test_galaxies_are_found_by_name_once_each_and_an_unknown_one_is_refused_with_the_nearest():
    known = ["1237649770260463687", "1237649770260463688"]
    assert find_ids([1237649770260463688, known[0], known[0]], known, "data/x") == [1, 0]
    with pytest.raises(
        ValueError, match=r"'1237649770260463699', which is not in data/x; did you mean '12376497702604636"
    ):
        find_ids(["1237649770260463699"], known, "data/x")
    with pytest.raises(ValueError, match="'M31', which is not in data/x; its first is '1237649770260463687'"):
        find_ids(["M31"], known, "data/x")
    with pytest.raises(ValueError, match="it is empty"):
        find_ids(["M31"], [], "data/x")


def test_a_kind_that_there_is_not_is_refused():
    with pytest.raises(ValueError, match=r"explain\.show has 'best'"):
        check_kinds(["best"])
