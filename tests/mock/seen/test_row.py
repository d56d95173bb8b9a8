import numpy as np
import pytest
from scipy import stats

from galexp.mock.seen.row import RowGenerator, seed_of

SEEDS = [seed_of(0, f"galaxy {row}") for row in range(4000)]


@pytest.mark.parametrize(
    ("draw", "distribution"),
    [
        (lambda rows: rows.uniform(2.0, 5.0, size=4000), stats.uniform(2.0, 3.0)),
        (lambda rows: rows.standard_normal(4000), stats.norm()),
        (lambda rows: rows.beta(5.0, 2.0, 4000), stats.beta(5.0, 2.0)),
    ],
)
def test_draws_follow_their_distribution(draw, distribution):
    assert stats.kstest(draw(RowGenerator(SEEDS)), distribution.cdf).pvalue > 0.01


def test_choices_have_their_probabilities():
    drawn = RowGenerator(SEEDS).choice([1.0, 2.0, 4.0], size=4000, p=[0.2, 0.5, 0.3])
    shares = [np.mean(drawn == value) for value in (1.0, 2.0, 4.0)]
    np.testing.assert_allclose(shares, [0.2, 0.5, 0.3], atol=0.03)


def test_a_galaxy_draws_the_same_whatever_the_others_are():
    together, alone = RowGenerator(SEEDS[:5]), RowGenerator(SEEDS[3:4])
    for _ in range(3):
        assert together.standard_normal(5)[3] == alone.standard_normal(1)[0]


def test_calls_and_galaxies_are_independent():
    rows = RowGenerator(SEEDS)
    first, second = rows.uniform(size=4000), rows.uniform(size=4000)
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.05
    assert abs(np.corrcoef(first[1:], first[:-1])[0, 1]) < 0.05


def test_a_seed_is_a_function_of_seed_and_identifier_frozen_for_all_machines():
    assert seed_of(0, "1237649770260463687") == 4407201463572301628
    assert len({seed_of(seed, name) for seed in (0, 1) for name in ("1", "11", "01")}) == 6


def test_another_number_of_draws_is_refused():
    with pytest.raises(ValueError, match="3 draws for 2 galaxies; give each one"):
        RowGenerator([1, 2]).uniform(size=3)
