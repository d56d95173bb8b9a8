"""Claims about what a user says of a search: its options, and the galaxies and files whose likes are looked for."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from galexp.job.meet import default_block
from galexp.job.search.options import SearchOptions
from galexp.job.search.query import queries_of_words
from galexp.similarity.embed import LATENT, NETWORK


def options(**changed):
    return SearchOptions.of({**default_block("search"), **changed})


def test_the_packaged_options_are_read():
    found = SearchOptions.of(default_block("search"))
    assert (found.query, found.features, found.neighbors, found.index) == ((), "auto", 10, "auto")
    assert SearchOptions.of({**default_block("search"), "neighbors": 4, "query": 1237}).query == ("1237",)
    assert options(query=["a", 7]).query == ("a", "7")


def test_auto_takes_what_the_run_has_learned_and_the_other_kind_is_refused():
    assert [options().features_of(kind) for kind in (NETWORK, LATENT)] == [NETWORK, LATENT]
    assert options(features="pca").features_of(LATENT) == "pca"
    with pytest.raises(
        ValueError, match=r"search\.features is 'latent' and this run draws no image .* search\.features=net"
    ):
        options(features="latent").features_of(NETWORK)
    with pytest.raises(ValueError, match=r"this run draws images from its features, which are latent means; take"):
        options(features="network").features_of(LATENT)


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        ("neighbors", 0, r"search\.neighbors is 0; expected a whole number of at least 1"),
        ("neighbors", 2.5, r"search\.neighbors is 2\.5; expected a whole number"),
        ("ssim_queries", True, r"search\.ssim_queries is True; expected"),
        ("features", "vae", r"search\.features is 'vae'; choose auto, network, latent, pca, pixels"),
        ("index", "tree", r"search\.index is 'tree'; choose auto, exact, scikit_learn, faiss"),
        ("views", "d8", r"search\.views is 'd8'; choose d4, none"),
        ("graph", "all", r"search\.graph is 'all'; choose union, mutual"),
        ("foo", 1, r"search\.foo is no option of a search; choose query, features, views, neighbors, index, graph"),
        ("query", ["a", 12e3], r"search\.query has the number 12000\.0; write an id that looks like one in quotes"),
    ],
)
def test_options_out_of_their_range_are_refused(key, value, sentence):
    with pytest.raises(ValueError, match=sentence):
        options(**{key: value})


def test_ids_come_before_files_and_files_are_decoded(data, tmp_path, image_bytes):
    path = tmp_path / "mine.png"
    path.write_bytes(image_bytes("mine", side=30))
    names = data.catalog["id"].tolist()
    found = queries_of_words([str(path), names[4], names[1]], data.catalog, bands=3)
    assert found.names == (names[4], names[1], "mine.png")
    assert found.rows.tolist() == [4, 1]
    assert found.files == (path.read_bytes(),)
    assert found.pixels[0].shape == (30, 30, 3)


def test_files_of_one_name_are_named_as_they_were_typed_and_nothing_is_named_twice(data, tmp_path, image_bytes):
    first = data.catalog["id"][0]
    paths = [
        tmp_path / folder / name for folder, name in (("a", "1.png"), ("b", "1.png"), ("a", "2.png"), ("a", first))
    ]
    for path in paths:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(image_bytes(str(path)))
    words = [str(path) for path in paths]
    assert queries_of_words([*words, first], data.catalog, 3).names == (first, words[0], words[1], "2.png", words[3])
    with pytest.raises(ValueError, match=rf"search\.query names '{words[2]}' twice; name each galaxy once"):
        queries_of_words([words[2], first, words[2]], data.catalog, 3)


def test_color_is_made_gray_for_images_of_one_band_and_it_is_said(data, tmp_path):
    path = tmp_path / "red.png"
    Image.new("RGB", (8, 8), (200, 0, 0)).save(path)
    with pytest.warns(UserWarning, match=r"red\.png is in color and these images have one band: its luma is taken"):
        found = queries_of_words([str(path)], data.catalog, bands=1)
    assert np.unique(found.pixels[0]).tolist() == [round(0.299 * 200)]


def test_queries_that_are_not_there_or_no_images_are_refused(data, tmp_path):
    name = data.catalog["id"][3]
    with pytest.raises(ValueError, match=rf"none of 10 galaxies has the id '{name}9'; did you mean '{name[:-2]}"):
        queries_of_words([f"{name}9"], data.catalog, 3)
    with pytest.raises(ValueError, match=r"has the id 'x'; an id looks like \d+, a file ends with \.jpg or \.png"):
        queries_of_words(["x"], data.catalog, 3)
    with pytest.raises(FileNotFoundError, match=r"there is no image gone\.jpg; give search\.query an image file"):
        queries_of_words(["gone.jpg"], data.catalog, 3)
    text, gray = tmp_path / "text.jpg", tmp_path / "gray.png"
    text.write_text("no image")
    Image.new("L", (8, 8)).save(gray)
    with pytest.raises(ValueError, match=r"text\.jpg is not a whole 8-bit image"):
        queries_of_words([str(text)], data.catalog, 3)
    with pytest.raises(
        ValueError, match=r"gray\.png has 1 band and the images that are searched have 3; give an image in"
    ):
        queries_of_words([str(gray)], data.catalog, 3)
