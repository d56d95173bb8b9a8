"""Claims about the graph of neighbors, its eigenvalues and its clusters."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from galexp.similarity import spectrum
from galexp.similarity.cluster import Clusters, cluster_of, eigengap, recommended, spectral_clusters
from galexp.similarity.graph import MUTUAL, UNION, neighbor_graph
from galexp.similarity.index import Neighbors
from galexp.similarity.neighbor import neighbors
from galexp.similarity.spectrum import largest_eigenpairs, normalized_weights


def graph_of(points, count=4, symmetry=UNION):
    itself = np.arange(len(points))
    return neighbor_graph(neighbors(points, points, count, (itself, itself)), symmetry)


def clumps(centers, members=30, spread=0.05, seed=0):
    rng = np.random.default_rng(seed)
    return np.concatenate([center + spread * rng.normal(size=(members, 2)) for center in np.asarray(centers, float)])


@pytest.fixture(scope="module")
def cloud():
    return np.random.default_rng(3).normal(size=(120, 3))


def test_weights_fall_to_one_over_e_at_the_median_distance_of_the_last_neighbor():
    line = np.array([0.0, 1.0, 3.0, 6.0])[:, None]
    graph = graph_of(line, count=1)
    assert graph.scale == 1.5
    expected = np.zeros((4, 4))
    for (a, b), d in {(0, 1): 1.0, (1, 2): 2.0, (2, 3): 3.0}.items():
        expected[a, b] = expected[b, a] = np.exp(-((d / 1.5) ** 2))
    np.testing.assert_allclose(graph.weights.toarray(), expected, rtol=1e-12)


def test_mutual_keeps_an_edge_only_where_both_ends_name_each_other():
    line = np.array([0.0, 1.0, 3.0])[:, None]
    assert graph_of(line, count=1).pieces == 1
    graph = graph_of(line, count=1, symmetry=MUTUAL)
    assert graph.weights.nnz == 2
    assert graph.piece.tolist() == [0, 0, 1]


@pytest.mark.parametrize("symmetry", [UNION, MUTUAL])
def test_the_graph_is_symmetric_and_has_no_loops(cloud, symmetry):
    weights = graph_of(cloud, symmetry=symmetry).weights.toarray()
    np.testing.assert_array_equal(weights, weights.T)
    assert not weights.diagonal().any()
    assert weights.max() <= 1


def test_an_outlier_hangs_by_a_thread_and_not_in_the_air(cloud):
    graph = graph_of(np.vstack([cloud, [[1e6, 0, 0]]]))
    assert graph.pieces == 1
    assert 0 < graph.weights.toarray()[-1].max() < 1e-9


def test_eigenpairs_are_those_of_the_dense_matrix(cloud, monkeypatch):
    monkeypatch.setattr(spectrum, "_DENSE_UP_TO", 10)
    graph = graph_of(cloud, count=6)
    matrix = normalized_weights(graph).toarray()
    found = largest_eigenpairs(graph, 12)
    np.testing.assert_allclose(found.values, np.linalg.eigvalsh(matrix)[::-1][:12], atol=1e-6)
    np.testing.assert_allclose(matrix @ found.vectors, found.vectors * found.values, atol=1e-5)
    np.testing.assert_allclose(found.vectors.T @ found.vectors, np.eye(12), atol=1e-6)


def test_one_is_an_eigenvalue_with_the_root_of_the_degrees(cloud):
    graph = graph_of(cloud, count=6)
    degree = np.sqrt(np.asarray(graph.weights.sum(axis=1)))
    found = largest_eigenpairs(graph, 1)
    assert found.values[0] == pytest.approx(1, abs=1e-9)
    assert abs(found.vectors[:, 0] @ degree) == pytest.approx(np.linalg.norm(degree), rel=1e-9)


def test_every_piece_has_an_eigenvalue_of_one(monkeypatch):
    monkeypatch.setattr(spectrum, "_DENSE_UP_TO", 10)
    graph = graph_of(clumps([(0, 0), (9, 0), (0, 9), (9, 9), (20, 0)]))
    assert graph.pieces == 5
    found = largest_eigenpairs(graph, 8)
    np.testing.assert_allclose(found.values[:5], 1, atol=1e-9)
    assert found.values[5] < 1 - 1e-4
    matrix = normalized_weights(graph).toarray()
    np.testing.assert_allclose(found.values, np.linalg.eigvalsh(matrix)[::-1][:8], atol=1e-6)
    np.testing.assert_allclose(found.vectors.T @ found.vectors, np.eye(8), atol=1e-6)


def test_a_node_without_an_edge_is_a_piece_with_an_eigenvalue_of_one():
    graph = graph_of(np.array([0.0, 1.0, 3.0])[:, None], count=1, symmetry=MUTUAL)
    np.testing.assert_allclose(largest_eigenpairs(graph, 3).values, [1, 1, -1], atol=1e-12)


def test_pieces_are_found_as_clusters():
    points = clumps([(0, 0), (9, 0), (0, 9)])
    found = spectral_clusters(graph_of(points, count=10))
    assert found.number == 3
    assert adjusted_rand_score(np.repeat(np.arange(3), 30), found.labels) == 1


def test_clumps_that_are_joined_are_told_apart_by_the_gap():
    points = clumps([(0, 0), (1.2, 0), (0.6, 1.0)], members=60, spread=0.24)
    graph = graph_of(points, count=10)
    assert graph.pieces == 1
    found = spectral_clusters(graph)
    assert found.number == 3
    assert len(found.eigenvalues) == 51
    assert adjusted_rand_score(np.repeat(np.arange(3), 60), found.labels) > 0.9


def test_clusters_do_not_depend_on_the_order_of_galaxies():
    points = clumps([(0, 0), (1.2, 0), (0.6, 1.0)], members=40, spread=0.2)
    order = np.random.default_rng(5).permutation(len(points))
    first, second = (spectral_clusters(graph_of(some, count=8)) for some in (points, points[order]))
    assert adjusted_rand_score(first.labels[order], second.labels) == 1


def test_the_largest_cluster_comes_first():
    sizes = np.bincount(
        spectral_clusters(graph_of(np.concatenate([clumps([(0, 0)], 12), clumps([(9, 9)], 25)]))).labels
    )
    assert len(sizes) > 2
    assert sizes.tolist() == sorted(sizes.tolist(), reverse=True)


def test_more_pieces_than_clusters_may_be_are_the_clusters():
    points = clumps([(9 * n, 0) for n in range(6)], members=6, spread=0.1)
    found = spectral_clusters(graph_of(points), most=4)
    assert found.number == 6
    assert len(found.eigenvalues) == 0
    assert adjusted_rand_score(np.repeat(np.arange(6), 6), found.labels) == 1


def test_a_gap_is_looked_for_after_the_pieces():
    values = np.array([1.0, 1.0, 0.9, 0.5, 0.45])
    assert eigengap(values) == 3
    assert eigengap(np.array([1.0, 0.3, 0.29, 0.1]), least=2) == 3
    assert eigengap(np.array([1.0, 0.8, 0.2, -0.1, -0.9])) == 2
    assert eigengap(np.array([1.0, 0.9, -0.1])) == 2
    with pytest.raises(ValueError, match="2 eigenvalues show no gap after the first 2"):
        eigengap(np.ones(2), least=2)


def test_a_query_belongs_where_its_neighbors_weigh_most():
    found = Neighbors(np.array([[0.1, 2.0, 2.0], [0.5, 0.5, np.nan]]), np.array([[2, 0, 1], [0, 1, -1]]))
    assert cluster_of(found, np.array([0, 0, 1]), scale=1.0).tolist() == [1, 0]


def test_recommended_are_the_nearest_of_its_cluster_and_no_more_than_there_are():
    line, names = np.arange(6.0)[:, None], np.array(list("abcdef"))
    labels = np.array([0, 1, 0, 1, 0, 1])
    found = recommended(line, np.array([[0.9]]), 5, (names, np.array(["c"])), (labels, np.array([0])))
    assert found.place.tolist() == [[0, 4, -1, -1, -1]]
    np.testing.assert_allclose(found.distance, [[0.9, 3.1, np.nan, np.nan, np.nan]])


def test_clusters_of_the_same_seed_are_the_same(cloud):
    first, second = (spectral_clusters(graph_of(cloud), seed=2) for _ in range(2))
    assert isinstance(first, Clusters)
    np.testing.assert_array_equal(first.labels, second.labels)


def test_features_that_are_all_alike_and_unknown_words_are_refused():
    with pytest.raises(
        ValueError,
        match=r"half of the 12 galaxies have 4 neighbors with the very same features.*choose other search\.features",
    ):
        graph_of(np.zeros((12, 2)))
    with pytest.raises(ValueError, match=r"search\.graph is 'both'; choose union or mutual"):
        graph_of(np.arange(6.0)[:, None], 1, "both")
