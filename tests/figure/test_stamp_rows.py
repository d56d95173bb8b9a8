import numpy as np

from galexp.figure.stamp_rows import ACROSS, pick_extremes


def test_rows_are_the_extremes_of_prediction_truth_and_residual_in_order():
    rng = np.random.default_rng(0)
    truth, prediction = rng.normal(size=(2, 40))
    truth[3], prediction[7] = np.nan, np.nan
    picked = pick_extremes(truth, prediction, seed=1)
    assert all(len(rows) == ACROSS == len(set(rows)) for rows in picked.values())
    assert not {3, 7} & {row for rows in picked.values() for row in rows.tolist()}
    known = np.setdiff1d(np.arange(40), [3, 7])
    for kind, values, pick in (
        ("lowest predicted", prediction, np.min),
        ("highest predicted", prediction, np.max),
        ("lowest true", truth, np.min),
        ("highest true", truth, np.max),
        ("most under-predicted", prediction - truth, np.min),
        ("most over-predicted", prediction - truth, np.max),
    ):
        shown = values[picked[kind]]
        assert shown[0] == pick(values[known])
        assert (np.diff(shown) >= 0).all() or (np.diff(shown) <= 0).all()


def test_the_random_ones_are_a_function_of_the_seed_and_nothing_is_picked_of_nothing():
    values = np.arange(50.0)
    first, again, other = (pick_extremes(values, values, seed=seed)["random"].tolist() for seed in (0, 0, 1))
    assert first == again != other
    assert pick_extremes(np.full(3, np.nan), np.zeros(3)) == {}
    assert [len(rows) for rows in pick_extremes(values[:2], values[:2]).values()] == [2] * 7
