"""Claims about the parts of a search: its sides, its methods, its tables, its pictures."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from astropy.table import Table

from galexp.catalog.parquet import write_parquet
from galexp.config import compose
from galexp.datamodule import GalaxyDataModule
from galexp.job.meet import Meeting, default_block
from galexp.job.search.compare import RANDOM, RECOMMENDED, compare, drawn, scores, shown_queries, similarities
from galexp.job.search.images import SearchImages, as_shown
from galexp.job.search.known import properties_of
from galexp.job.search.options import SearchOptions
from galexp.job.search.pictures import interpolation, neighbor_sheet
from galexp.job.search.query import Queries, queries_of_rows
from galexp.job.search.show import _clusters
from galexp.job.search.side import gallery_rows
from galexp.job.search.tables import embedding_table, neighbor_table
from galexp.model.part import FCAE, VAE
from galexp.run.directory import RunDirectory
from galexp.shard.origin import Origin
from galexp.similarity.agreement import Property
from galexp.similarity.plain import pixel_features
from galexp.similarity.structure import pair_similarity
from galexp.split.base import TEST
from galexp.task.build import build_task

ROLES = np.array(["train"] * 6 + ["val"] * 2 + ["test"] * 2)
SPLIT = {"_target_": "galexp.split.random.RandomSplit", "test_fraction": 0.2, "val_fraction": 0.0, "seed": 0}


@pytest.fixture
def run(data, tmp_path):
    """Return a run on the ten galaxies, of which nothing but its split and settings is there."""
    folder = tmp_path / "run"
    folder.mkdir()
    catalog = data.catalog
    write_parquet(Table({"id": catalog["id"], "sha256": catalog["sha256"], "role": ROLES}), folder / "split.parquet")
    (folder / "resolved.yaml").write_text(json.dumps({"choices": {"dataset": "sdss_metallicity"}}))
    return RunDirectory(folder)


@pytest.fixture
def images(data):
    datamodule = GalaxyDataModule(data, ROLES, [], image_size=12, batch_size=4)
    return SearchImages(datamodule, np.arange(8), queries_of_rows(np.array([8, 9]), data.catalog))


@pytest.fixture
def meeting(run, data):
    def make(*changed, **settings):
        settings = {"choices": {"dataset": "sdss_metallicity"}, "task": {"targets": []}, "seed": 0, **settings}
        return Meeting(run, settings, frozenset(changed), data, Origin.OBSERVED)

    return make


def test_the_galaxies_that_were_learned_from_are_searched_and_those_held_out_ask(meeting):
    met = meeting()
    assert gallery_rows(met).tolist() == [*range(8)]
    assert np.flatnonzero(met.roles == TEST).tolist() == [8, 9]


def test_other_data_is_searched_whole_or_on_the_side_of_the_split_that_is_named(meeting):
    assert gallery_rows(meeting("paths", split=SPLIT)).tolist() == [*range(10)]
    met = meeting("split", split=SPLIT)
    side = gallery_rows(met)
    assert len(side) == 8
    assert not set(side) & set(np.flatnonzero(met.roles == TEST))


def test_what_only_training_read_beside_its_data_is_left_out(meeting):
    beside = {"unlabeled": "nowhere", "unlabeled_fraction": 0.01}
    options = {"_target_": "galexp.datamodule.GalaxyDataModule", "image_size": 12, "batch_size": 2, **beside}
    assert len(meeting(datamodule=options).datamodule(ROLES).images[[3, 4]]) == 2


def test_a_gallery_without_anything_to_see_is_empty(meeting, data):
    data.catalog["image_is_blank"] = True
    with pytest.raises(ValueError, match=r"the gallery is empty: no galaxy of .*prepared is left to search in"):
        gallery_rows(meeting("paths"))


def test_images_are_what_the_network_sees_of_rows_and_of_files(images, data):
    rows = images.of_gallery([2, 0])
    np.testing.assert_array_equal(rows[1].permute(1, 2, 0), np.asarray(as_shown(rows[1])))
    assert rows.shape == (2, 3, 12, 12)
    filed = SearchImages(
        images.datamodule, images.gallery, Queries(("x",), np.array([], int), (b"",), (data.pixels(2),))
    )
    torch.testing.assert_close(filed.of_queries([0]), rows[:1])
    gallery, queries = pixels_of(images)
    assert gallery.shape == (8, 3 * 144)
    np.testing.assert_array_equal(queries[1], images.of_queries([1]).flatten(1)[0].numpy())
    np.testing.assert_array_equal(pixels_of(filed)[1], gallery[2:3])


def pixels_of(images):
    return images.described(lambda shown: pixel_features(shown, images.side))


@pytest.fixture
def comparison(images):
    rng = np.random.default_rng(0)
    gallery = rng.normal(size=(8, 4))
    spaces = {"network": (gallery, gallery[[0, 5]] + 0.01), "pixels": pixels_of(images)}
    names = np.array(list("abcdefgh"))
    return compare(
        spaces,
        "network",
        (names, np.array(["x", "f"])),
        SearchOptions.of({**default_block("search"), "neighbors": 3}),
        seed=0,
    )


def test_every_method_answers_the_same_queries(comparison):
    assert list(comparison.methods) == ["network", RECOMMENDED, "pixels", RANDOM]
    assert {found.place.shape for found in comparison.methods.values()} == {(2, 3)}
    assert comparison.methods["network"].place[0, 0] == 0
    for found in comparison.methods.values():
        assert 5 not in found.place[1]
    inside = comparison.methods[RECOMMENDED].place
    labels = comparison.clusters.labels
    assert (labels[inside] == comparison.query_cluster[:, None])[inside >= 0].all()


def test_chance_is_drawn_without_kin_and_without_repetition():
    names = np.array(["a", "a", "b", "c", "d"])
    found = drawn((names, np.array(["a", "z"])), 4, seed=1)
    assert sorted(found.place[0].tolist()) == [-1, 2, 3, 4]
    assert len(set(found.place[1].tolist())) == 4
    assert np.isnan(found.distance).all()


def test_chance_is_as_likely_to_draw_one_galaxy_as_another():
    names = np.array(list("aaabcdefg"))
    found = drawn((names, np.array(["a"] * 6000)), 2, seed=0)
    shares = np.bincount(found.place.ravel(), minlength=9) / 6000
    np.testing.assert_allclose(shares, [0, 0, 0, *[1 / 3] * 6], atol=0.03)


def test_scores_are_means_over_queries_and_the_similarity_is_of_their_images(comparison, images):
    rows, ssim = similarities(comparison, images, most=5, seed=0)
    assert rows.tolist() == [0, 1]
    place = comparison.methods["network"].place
    expected = pair_similarity(images.of_queries([0, 0, 0]), images.of_gallery(place[0].tolist()))
    np.testing.assert_allclose(ssim["network"][0], expected, atol=1e-6)
    known = [Property("metallicity", "dex", np.arange(8.0), np.array([0.0, 5.0]))]
    told = scores(comparison, known, ssim, independent=True)["network"]
    assert told["ssim"] == pytest.approx(ssim["network"].mean())
    assert told["properties"]["metallicity"]["mean_difference"] == pytest.approx(
        np.abs(place - np.array([[0], [5]])).mean()
    )


def test_images_below_the_window_have_no_similarity(comparison, data):
    small = GalaxyDataModule(data, ROLES, [], image_size=8, batch_size=4)
    rows, ssim = similarities(comparison, SearchImages(small, np.arange(8), Queries(("x",), np.array([8]))), 64, 0)
    assert len(rows) == 0
    assert np.isnan(scores(comparison, [], ssim, True)["network"]["ssim"])


def test_shown_queries_are_spread_over_all():
    assert shown_queries(6).tolist() == [0, 1, 2, 3, 4, 5]
    assert shown_queries(11).tolist() == [0, 2, 4, 6, 8, 10]


def test_a_gallery_of_one_has_no_graph():
    one = (np.zeros((1, 2)), np.ones((1, 2)))
    with pytest.raises(ValueError, match="the gallery has one galaxy, of which no graph can be made"):
        compare(
            {"network": one},
            "network",
            (np.array(["a"]), np.array(["b"])),
            SearchOptions.of({**default_block("search"), "neighbors": 1}),
            0,
        )


def test_what_is_known_are_targets_and_of_mergers_times_and_ratios(build_data, tmp_path):
    frames = Table({"id": ["f0", "f1", "f2"], "simulation_time": [0.0, 5.0, 10.0], "mass_ratio": [1.0, 0.5, 0.5]})
    frames["odd"], frames["size_ratio"] = [0, 1, 1], 1.0
    data = build_data(tmp_path / "frames", frames)
    settings = {"task": {"targets": ["odd"], "classes": ["other", "odd"]}, "dataset": {"targets": ["simulation_time"]}}
    found = properties_of(settings, data, np.array([0, 1]), np.array([2]), files=1)
    assert [known.name for known in found] == ["odd", "simulation_time", "mass_ratio"]
    assert found[0].classes == ("other", "odd")
    assert found[1].gallery.tolist() == [0.0, 5.0]
    np.testing.assert_array_equal(found[1].queries, [10.0, np.nan])
    settings["task"]["classes"] = ["0", "1"]
    assert properties_of(settings, data, np.array([0, 1]), np.array([2]), 0)[0].classes == ()


def test_tables_hold_every_galaxy_once_a_side_and_every_neighbor_by_rank(comparison):
    names = (list("abcdefgh"), ["x", "f"])
    rows = embedding_table(names, (np.zeros((8, 2)), np.ones((2, 2))), (np.zeros((8, 2)), np.ones((2, 2))), comparison)
    assert rows["id"].tolist() == [*names[0], *names[1]]
    assert rows["side"].tolist() == ["gallery"] * 8 + ["query"] * 2
    assert rows.colnames[-2:] == ["feature_000", "feature_001"]
    known = [Property("time", "Myr", np.arange(8.0), np.array([0.0, np.nan]))]
    ssim = (np.array([1]), {name: np.full((1, 3), 0.5) for name in comparison.methods})
    table = neighbor_table(names, comparison, known, ssim)
    mine = table[(table["method"] == "network") & (table["query"] == "x")]
    assert mine["rank"].tolist() == [1, 2, 3]
    assert mine["id"][0] == "a"
    assert mine["true_time"].tolist() == comparison.methods["network"].place[0].tolist()
    assert str(mine["true_time"].unit) == "Myr"
    assert np.isnan(mine["ssim"]).all()
    assert np.isfinite(table["ssim"][table["query"] == "f"]).all()


@torch.inference_mode()
def test_a_network_that_decodes_draws_what_lies_between_the_latent_means_of_four_galaxies(data):
    torch.manual_seed(0)
    small = ("model.widths=[4,4,4,4,4]", "model.channels=2", "model.latent_dim=3", "model.hidden=8")
    words = ("task=representation", "model=representation", *small, "datamodule.image_size=32", "transform=none")
    task = build_task(compose(["size=tiny", *words]), 3).eval()
    task.model.mark_learned([FCAE, VAE])
    datamodule = GalaxyDataModule(data, ROLES, [], image_size=32, batch_size=4)
    images = SearchImages(datamodule, np.arange(8), queries_of_rows(np.array([8, 9]), data.catalog))
    features = np.random.default_rng(0).normal(size=(8, 6))
    found = interpolation(task, (features, features[:2]), (list("abcdefgh"), ["x", "f"]), images, torch.device("cpu"))
    assert found.is_decoded
    place = "abcdefgh".index(found.corners[3])
    corner = task.decode(task.features(images.of_gallery([place]).float() / 255))[0]
    np.testing.assert_allclose(found.images[-1, -1], as_shown((corner * 255).round().byte()), atol=1)


def test_between_four_galaxies_stand_themselves_and_the_nearest(images):
    features = np.random.default_rng(0).normal(size=(8, 3))
    names = (list("abcdefgh"), ["x", "f"])
    found = interpolation(None, (features, features[:2]), names, images, torch.device("cpu"))
    assert not found.is_decoded
    assert found.title == "Galaxies nearest to points between four galaxies"
    assert found.images.shape == (7, 7, 12, 12, 3)
    first = names[0].index(found.corners[0])
    np.testing.assert_array_equal(found.images[0, 0], as_shown(images.of_gallery([first])[0]))
    assert interpolation(None, (features[:3], features[:2]), names, images, torch.device("cpu")) is None


def test_pieces_are_the_clusters_where_no_eigengap_was_looked_for():
    graph = {"pieces": 60, "clusters": 60, "edges": 1234, "eigenvalues": []}
    assert _clusters(graph) == "60 pieces, which are the clusters, 1,234 edges"
    gap = {"pieces": 1, "clusters": 2, "edges": 12, "eigenvalues": [1.0, 0.9, 0.1]}
    assert _clusters(gap) == "2 clusters by the eigengap, 12 edges, in one piece"


def test_a_gap_in_a_sheet_says_what_is_not_there(comparison, images, monkeypatch):
    said = []
    monkeypatch.setattr("galexp.job.search.pictures.contact_sheet", lambda *facts, origin: said.append(facts[1]))
    for found in comparison.methods.values():
        found.place[:, -1] = -1
    for method in ("network", RECOMMENDED):
        names, ssim = (list("abcdefgh"), ["x", "f"]), (np.array([], int), np.empty((0, 3)))
        neighbor_sheet(comparison, method, names, images, [], ssim, origin=Origin.OBSERVED)
    assert [captions[3] for captions in said] == ["no other that is not its kin", "no other in its cluster"]
