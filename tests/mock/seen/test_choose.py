import numpy as np

from galexp.mock.seen.choose import choose


def test_the_first_finite_measurement_is_taken_and_the_draw_where_there_is_none():
    measured = {"best": np.array([1.0, np.nan, np.inf, np.nan]), "next": np.array([5.0, 2.0, 3.0, np.nan])}
    chosen = choose(measured, np.full(4, 9.0), "of its mass")
    assert chosen.values.tolist() == [1.0, 2.0, 3.0, 9.0]
    assert chosen.drawn.tolist() == [False, False, False, True]
    assert chosen.source == "from best (1 row), from next (2 rows), of its mass (drawn, 1 row)"


def test_what_was_not_used_is_not_named():
    assert choose({"a": np.ones(2), "b": np.ones(2)}, np.zeros(2), "c").source == "from a (2 rows)"
