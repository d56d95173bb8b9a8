import numpy as np
import pytest

from galexp.catalog.vote_tree import ANSWERS, QUESTIONS, closure_errors, reaching
from galexp.mock.appearance import draw_appearance
from galexp.mock.population import draw_population
from galexp.mock.votes import answer_probabilities, describe, draw_votes

COUNT = 3000
COLUMN = {answer.name: place for place, answer in enumerate(ANSWERS)}


@pytest.fixture(scope="module")
def seen():
    rng = np.random.default_rng(0)
    population = draw_population(rng, rng.uniform(9.0, 11.3, COUNT), np.zeros(COUNT))
    return describe(population, draw_appearance(rng, population), 10.0 ** rng.uniform(0.0, 1.0, COUNT))


@pytest.fixture(scope="module")
def votes(seen):
    return draw_votes(np.random.default_rng(1), seen)[0]


def test_probabilities_of_each_question_sum_to_one(seen):
    probabilities = answer_probabilities(seen)
    assert [p.shape[1] for p in probabilities] == [len(question.answers) for question in QUESTIONS]
    for probability in probabilities:
        assert probability.min() >= 0
        np.testing.assert_allclose(probability.sum(axis=1), 1.0, rtol=1e-12)


def test_votes_keep_the_sums_of_the_tree_to_rounding(votes):
    assert np.abs(closure_errors(votes)).max() < 1e-15 * 8
    assert votes.min() >= 0
    assert votes.max() <= 1


def test_vote_fractions_are_whole_numbers_of_volunteers(seen):
    votes, voters = draw_votes(np.random.default_rng(2), seen)
    assert voters.mean() == pytest.approx(45, abs=0.5)
    assert voters.min() >= 20
    before_oddness = votes[:, : COLUMN["odd_yes"]] * voters[:, None]
    np.testing.assert_allclose(before_oddness, np.round(before_oddness), atol=1e-9)


def test_many_galaxies_answer_with_the_probabilities(seen):
    alike = {name: np.full(4000, values[0]) for name, values in seen.items()}
    votes, _ = draw_votes(np.random.default_rng(3), alike)
    expected = answer_probabilities(alike)
    np.testing.assert_allclose(votes[:, :3].mean(axis=0), expected[0][0], atol=0.005)
    arrived = reaching(votes)[:, QUESTIONS[6].number - 1].mean()
    np.testing.assert_allclose(votes[:, QUESTIONS[6].columns].mean(axis=0), arrived * expected[6][0], atol=0.005)


def test_blurred_galaxies_look_smooth(seen):
    def features(r50):
        rng = np.random.default_rng(4)
        population = draw_population(rng, np.full(500, 10.3), np.zeros(500))
        return answer_probabilities(describe(population, draw_appearance(rng, population), np.full(500, r50)))[0][:, 1]

    assert features(0.5).mean() < features(2.0).mean() < features(20.0).mean()
    assert features(1e-3).max() < 0.6


@pytest.mark.parametrize(
    ("feature", "answer"),
    [
        ("ring", "odd_type_ring"),
        ("companion", "odd_type_merger"),
        ("irregular", "odd_type_irregular"),
        ("dust_lane", "odd_type_dust_lane"),
        ("bar", "bar_yes"),
        ("arms", "spiral_yes"),
        ("edge_on", "edge_on_yes"),
    ],
)
def test_what_the_picture_shows_is_what_is_voted(seen, votes, feature, answer):
    shows = seen[feature] > 0.5
    assert votes[shows, COLUMN[answer]].mean() > 3 * votes[~shows, COLUMN[answer]].mean()


def test_stars_and_artifacts_are_one_percent(votes):
    assert votes[:, COLUMN["smooth_or_features_star_or_artifact"]].mean() == pytest.approx(0.01, abs=0.001)
