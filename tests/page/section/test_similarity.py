"""Claims about galaxies that are alike in a report: searches below runs, with what is to be beaten beside them."""

from __future__ import annotations

import numpy as np
import pytest
from astropy.table import Table

from galexp.catalog.parquet import write_parquet
from galexp.page.content import Attachment, DataTable, Gallery, Heading, Measured, Notice, Picture, Prose
from galexp.page.section.similarity import Similarity
from galexp.run.directory import RunDirectory

METHODS = ("network", "recommended", "pca", "pixels", "random")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Return one folder for all tests, so that the configuration is composed once."""
    return tmp_path_factory.mktemp("similar")


@pytest.fixture
def run(make_run, home, sky):
    """Return a run without searches."""
    return type(make_run)(home / "one", sky)("split=random")


def method(ssim, precision):
    share = {"queries": 9, "precision": precision, "precision_err": 0.02, "base_rate": 0.25, "lift": precision / 0.25}
    known = {"unit": "", "queries": 40, "same": 0.5, "classes": {"other": share, "odd": share}}
    time = {"unit": "Myr", "queries": 40, "mean_difference": 12.0}
    return {"distance": 1.0, "ssim": ssim, "ssim_first": ssim, "properties": {"odd": known, "time": time}}


def searched(run, sky, name="sky-network-0", origin="observed", sha256=None, **changed):
    """Write a search of a galaxy and of a file, either of which has three neighbors."""
    search = RunDirectory(run.directory.folder / "search" / name)
    search.folder.mkdir(parents=True)
    ids = sky.catalog["id"].tolist()
    table = Table(
        {"method": np.repeat(METHODS, 6), "query": ([ids[0]] * 3 + ["mine.jpg"] * 3) * 5, "rank": [1, 2, 3] * 10}
    )
    table["id"], table["distance"], table["ssim"] = ids[1:4] * 10, 0.1, 0.75
    write_parquet(table, search.folder / "neighbors.parquet")
    graph = {
        "scale": 0.5,
        "edges": 1234,
        "pieces": 1,
        "clusters": 2,
        "cluster_sizes": [7, 5],
        "eigenvalues": [1, 0.9, 0.2],
    }
    facts = {"features": "network", "gallery": 240, "queries": 40, "neighbors": 3, "first": 3, "ssim_queries": 7}
    told = {"corners": list("abcd"), "is_decoded": False}
    methods = {name: method(0.9, 0.5) for name in METHODS}
    metrics = {
        "data": origin,
        "galaxies": origin,
        **facts,
        "shown": [ids[0], "mine.jpg"],
        "graph": graph,
        "methods": methods,
    }
    search.write_json("metrics.json", {**metrics, "interpolation": told, **changed})
    np.save(search.folder / "interpolation.npy", np.zeros((2, 2, 4, 4, 1), dtype=np.uint8))
    (search.folder / "map.html").write_text("<html>a map</html>")
    source = {"data_folder": str(sky.folder), "data_sha256": sha256 or sky.manifest.content_sha256}
    search.write_json("provenance.json", source)


@pytest.fixture
def alone(run):
    """Leave no search of another test behind."""
    yield run
    for path in sorted((run.directory.folder / "search").rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()


def test_every_method_stands_in_one_table_and_a_query_beside_its_nearest(alone, sky, material):
    searched(alone, sky)
    blocks = Similarity(queries=3).part(material(alone)).blocks
    assert [type(block) for block in blocks] == [
        Prose, DataTable, Heading, Prose, Attachment, Gallery, Gallery, Picture, Picture,
    ]  # fmt: skip
    table, gallery, link = blocks[1], blocks[5], blocks[4]
    assert [row.values[1] for row in table.rows] == list(METHODS)
    headings = [column.heading for column in table.columns][2:-4]
    assert headings == ["SSIM", "SSIM of the first 3", "odd: precision", "odd: over base rate", "time: difference"]
    assert table.name == f"similarity-{sky.folder.name}"
    assert table.rows[0].values[-1] == "sky-network-0"
    assert table.rows[0].values[4] == Measured(0.5, 0.02)
    assert table.rows[0].values[5] == Measured(2.0, 0.08)
    assert gallery.stamps[0].lines == ("query", sky.catalog["id"][0])
    assert gallery.stamps[1].lines == (f"1: {sky.catalog['id'][1]}", "SSIM 0.75")
    of_file = blocks[6]
    assert [one.lines for one in of_file.stamps] == [one.lines for one in gallery.stamps[1:]]
    assert of_file.caption.startswith("The nearest of mine.jpg, an image that is not kept, by network features")
    assert blocks[7].caption.startswith("Galaxies nearest to points between four galaxies")
    assert (link.name, link.text) == ("map-sky-network-0.html", "<html>a map</html>")
    assert "1,234 edges" in blocks[3].text
    assert "is in one piece. Clusters: 2, of 7, 5 galaxies." in blocks[3].text


def marks(material, run):
    blocks = Similarity(queries=1).part(material(run)).blocks
    return {row.mark for row in blocks[1].rows}, [block.mark for block in blocks if isinstance(block, Gallery)]


def test_mock_galaxies_are_marked(alone, sky, material):
    searched(alone, sky, origin="mock")
    assert marks(material, alone) == ({"MOCK"}, ["MOCK"])


def test_numbers_of_a_mock_network_are_marked_and_the_observed_galaxies_are_not(alone, sky, material):
    searched(alone, sky, data="mock")
    assert marks(material, alone) == ({"MOCK"}, [""])


def test_images_that_are_no_longer_there_are_not_shown_and_it_is_said(alone, sky, material):
    searched(alone, sky, sha256="0" * 64)
    blocks = Similarity(queries=3).part(material(alone)).blocks
    assert any(
        isinstance(block, Notice) and "are not on this disk as they were searched" in block.text for block in blocks
    )
    assert not any(isinstance(block, Gallery) for block in blocks)


def test_a_graph_in_pieces_is_told_and_two_searches_have_names_of_their_own(alone, make_run, home, sky, material):
    pieces = {"scale": 0.5, "edges": 3, "pieces": 60, "clusters": 60, "cluster_sizes": [5] * 60, "eigenvalues": []}
    other = type(make_run)(home / "two", sky)("split=random")
    for one in (alone, other):
        searched(one, sky, graph=pieces)
    blocks = Similarity(queries=0).part(material(alone, other)).blocks
    assert len([block for block in blocks if isinstance(block, Prose) and "in 60 pieces, which no" in block.text]) == 2
    names = [block.name for block in blocks if isinstance(block, Attachment)]
    assert names == ["map-sky-network-0.html", "map-sky-network-0-2.html"]
    assert len(blocks[1].rows) == 10


def test_without_a_search_there_is_nothing_to_say(run, material):
    assert Similarity(queries=3).part(material(run)) is None
