"""Claims about what the benchmark of a search measures; never how fast it is."""

from __future__ import annotations

import numpy as np
import pytest

from galexp.config import compose
from galexp.timing.data import make_datamodule
from galexp.timing.search import Search, cluster, curves

FACTS = {"points": 200, "queries": 5, "dimensions": 4, "clustered": 60, "repeats": 2, "warm_up": 0}
BOUNDS = {"least_ratio": 0.95, "most_seconds": 5, "most_minutes": 10, "most_megabytes": 1e6}


def test_neighbors_and_clusters_are_rows_with_their_demands():
    search = Search(**FACTS, **BOUNDS)
    (queries,) = search._neighbors()
    assert queries.name == "5 queries among 200 x 4, exact"
    assert (queries.repeats, str(queries.demand), queries.verdict) == (2, "at most 5", "met")
    minutes, memory = search._clusters()
    assert minutes.name == "spectral clustering of 60 x 4"
    assert (minutes.unit, str(minutes.demand)) == ("min", "at most 10")
    assert (memory.unit, memory.verdict) == ("MB", "met")


def test_vectors_lie_along_curves_and_are_the_same_for_a_seed():
    vectors = curves(150, 8)
    assert vectors.shape == (150, 8)
    np.testing.assert_array_equal(vectors, curves(150, 8))
    steps = np.linalg.norm(np.diff(vectors, axis=0), axis=1)
    assert steps[:70].mean() < np.linalg.norm(vectors[:71] - vectors[75], axis=1).mean()


def test_clusters_are_those_of_vectors_that_lie_together():
    rng = np.random.default_rng(0)
    assert cluster(np.repeat(10.0 * np.eye(3), 30, axis=0) + rng.normal(0, 0.05, (90, 3))) == 3


def test_embedding_is_timed_beside_the_network_alone(data):
    words = ["size=tiny", "model=small_cnn", "datamodule.image_size=16", "datamodule.batch_size=4"]
    settings = compose(words)
    datamodule = make_datamodule(settings, data, np.full(len(data), "unused"))
    network, embedding, ratio = Search(**FACTS, **BOUNDS)._embedding(settings, datamodule)
    assert [row.name for row in (network, embedding)] == ["network, one view", "embedding, one view"]
    assert {row.unit for row in (network, embedding)} == {"images/s"}
    np.testing.assert_allclose(ratio.values, np.divide(embedding.values, network.values))
    assert str(ratio.demand) == "at least 0.95"


def test_too_few_vectors_are_refused():
    with pytest.raises(ValueError, match=r"what\.clustered is 19; expected a whole number of at least 20"):
        Search(**{**FACTS, "clustered": 19}, **BOUNDS)
    with pytest.raises(ValueError, match=r"what\.queries is 0; expected a whole number of at least 1"):
        Search(**{**FACTS, "queries": 0}, **BOUNDS)
