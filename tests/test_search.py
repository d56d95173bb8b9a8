"""Claims about `search`: whose likes are found, among whom, and what is left of it on disk."""

from __future__ import annotations

import json
import re
import shutil

import numpy as np
import pytest
from PIL import Image
from scipy.spatial.distance import cdist

from galexp.catalog.parquet import read_parquet
from galexp.shard.origin import Origin
from galexp.shard.read import PreparedData

PRODUCTS = {
    "embeddings.parquet", "neighbors.parquet", "metrics.json", "provenance.json", "resolved.yaml", "map.html",
    "interpolation.npy", "figures",
}  # fmt: skip


def copied(desk, trained):
    copy = desk.folder / "multirun" / "adhoc" / trained.name
    shutil.copytree(trained, copy, ignore=shutil.ignore_patterns("wandb", "figures"))
    return copy.relative_to(desk.folder)


@pytest.fixture
def run(desk, trained, monkeypatch):
    """Return a copy of the session's run, by which searches draw nothing."""
    monkeypatch.setattr("galexp.job.search.run._draw", lambda *facts: {})
    monkeypatch.setattr("galexp.job.search.run.search_map", lambda *facts: "")
    return copied(desk, trained)


def found_by(run):
    (folder,) = (run / "search").iterdir()
    return folder


def roles(run):
    table = read_parquet(run / "split.parquet")
    return dict(zip(table["id"].tolist(), table["role"].tolist(), strict=True))


def test_held_out_galaxies_find_those_that_were_learned_from_and_everything_is_written(desk, trained):
    run = copied(desk, trained)
    status, out, _ = desk("search", str(run))
    assert status == 0
    assert "galaxies of a MOCK survey" in out
    assert "graph: " in out
    folder, role = found_by(run), roles(run)
    assert {path.name for path in folder.iterdir()} == PRODUCTS
    assert {path.name for path in (folder / "figures").iterdir()} >= {"neighbors.png", "recommended.png"}
    metrics = json.loads((folder / "metrics.json").read_text())
    assert metrics["data"] == "mock"
    assert list(metrics["methods"]) == ["network", "recommended", "pca", "pixels", "random"]
    table = read_parquet(folder / "neighbors.parquet")
    assert {role[name] for name in table["query"].tolist()} == {"test"}
    assert {role[name] for name in table["id"].tolist()} <= {"train", "val"}
    rows = read_parquet(folder / "embeddings.parquet")
    features = np.stack([rows[name] for name in rows.colnames if name.startswith("feature_")], 1).astype(np.float64)
    is_query = np.asarray(rows["side"]) == "query"
    nearest = np.sort(cdist(features[is_query], features[~is_query]), axis=1)[:, :10]
    mine = table[table["method"] == "network"]
    np.testing.assert_allclose(mine["distance"], nearest.ravel(), rtol=1e-6)
    assert folder.name.startswith("xgass-mock-mock-tiny-network-")


@pytest.mark.slow
def test_a_search_is_whole_and_takes_the_place_of_the_same_before(desk, run, monkeypatch):
    assert desk("search", str(run), "search.neighbors=4")[0] == 0
    before = (found_by(run) / "neighbors.parquet").read_bytes()

    def broken(*facts):
        raise OSError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr("galexp.job.search.run._facts", broken)
        with pytest.raises(OSError, match="the disk is full"):
            desk("search", str(run), "search.neighbors=4")
    assert (found_by(run) / "neighbors.parquet").read_bytes() == before
    (found_by(run) / "stale.png").touch()
    assert desk("search", str(run), "search.neighbors=4")[0] == 0
    assert (found_by(run) / "neighbors.parquet").read_bytes() == before
    assert not (found_by(run) / "stale.png").exists()


def test_a_galaxy_finds_others_and_the_same_bytes_as_a_file_too(desk, run):
    data = PreparedData(desk.folder / "data" / "xgass-mock-mock-tiny")
    name = next(name for name, role in roles(run).items() if role == "train")
    row = data.catalog["id"].tolist().index(name)
    (desk.folder / "copy.png").write_bytes(data.image(row))
    Image.open(desk.folder / "copy.png").resize((50, 40)).save(desk.folder / "smaller.png")
    assert desk("search", str(run), f"search.query=[{name},copy.png,smaller.png]", "search.neighbors=3")[0] == 0
    table = read_parquet(found_by(run) / "neighbors.parquet")
    table = table[table["method"] == "network"]
    by = {query: table["id"][table["query"] == query].tolist() for query in (name, "copy.png", "smaller.png")}
    assert name not in by[name]
    assert by["copy.png"] == by[name]
    assert len(by["smaller.png"]) == 3
    assert json.loads((found_by(run) / "metrics.json").read_text())["first"] == 3
    assert np.isnan(table["query_log_hi_fraction"][table["query"] == "copy.png"]).all()


@pytest.mark.slow
def test_another_image_in_a_file_of_the_same_name_is_another_search(desk, run):
    for shade in (90, 200):
        Image.new("RGB", (40, 40), (shade, 0, 0)).save(desk.folder / "mine.png")
        assert desk("search", str(run), "search.query=mine.png", "search.neighbors=3")[0] == 0
    assert len(list((run / "search").iterdir())) == 2


def test_observed_galaxies_found_by_the_network_of_a_mock_are_marked(desk, trained, monkeypatch):
    run, origins = copied(desk, trained), []
    monkeypatch.setattr(PreparedData, "origin", property(lambda self: Origin.OBSERVED))
    monkeypatch.setattr("galexp.job.search.run.gap_figure", lambda found, origin: origins.append(origin))
    monkeypatch.setattr("galexp.job.search.run.interpolation", lambda *facts: None)

    def sheet(*facts, origin):
        origins.append(origin)
        return Image.new("L", (8, 8))

    monkeypatch.setattr("galexp.job.search.run.neighbor_sheet", sheet)
    status, out, _ = desk("search", str(run))
    assert status == 0
    assert "galaxies of a MOCK survey" in out
    assert origins == [Origin.MOCK] * 3
    metrics = json.loads((found_by(run) / "metrics.json").read_text())
    assert (metrics["data"], metrics["galaxies"]) == ("mock", "observed")
    page = (found_by(run) / "map.html").read_text()
    assert "MOCK DATA" in page
    assert re.search(r'"addresses": ?\["https://', page)


@pytest.mark.slow
def test_other_galaxies_search_each_other(desk, run):
    words = ["dataset=xgass", "mock.objects=24", "mock.seed=5", f"paths.data={desk.folder / 'other'}"]
    assert desk("search", str(run), *words, "search.neighbors=3", "search.features=pca", "search.index=faiss")[0] == 0
    table = read_parquet(found_by(run) / "neighbors.parquet")
    assert not np.any(table["query"] == table["id"])
    metrics = json.loads((found_by(run) / "metrics.json").read_text())
    assert metrics["gallery"] >= metrics["queries"] > 0
    assert (metrics["features"], metrics["index"]) == ("pca", "faiss")


def test_what_cannot_be_searched_is_refused_in_a_sentence(desk, run):
    assert "none of 64 galaxies has the id 'nobody'" in desk.refuses("search", str(run), "search.query=nobody")
    assert "this run draws no image" in desk.refuses("search", str(run), "search.features=latent")
    sentence = desk.refuses("search", str(run), "search.neighbors=1000")
    assert "1000 neighbors are asked for; set search.neighbors=" in sentence
    assert "belongs to the trained network" in desk.refuses("search", str(run), "model=xresnet18", status=2)
    assert list((run / "search").glob("*")) == []
