import dataclasses
import json

import numpy as np
import pytest

from galexp.attribution.explanation import METRICS, load
from galexp.attribution.heat import enlarged
from galexp.catalog.parquet import read_parquet


def saved(explanation, folder):
    explanation.save(folder)
    (folder / METRICS).write_text(json.dumps(explanation.facts))
    return folder


@pytest.mark.parametrize("are_classes", [True, False])
def test_what_is_read_back_is_what_was_saved(make_explanation, tmp_path, are_classes):
    before = make_explanation(are_classes)
    after = load(saved(before, tmp_path))
    assert (after.gallery.ids, after.gallery.kinds, after.gallery.targets) == (
        before.gallery.ids,
        before.gallery.kinds,
        before.gallery.targets,
    )
    np.testing.assert_array_equal(after.gallery.images, before.gallery.images)
    np.testing.assert_array_equal(after.gallery.truth, before.gallery.truth)
    for method in before.methods:
        np.testing.assert_array_equal(after.gallery.maps[method], before.gallery.maps[method])
    for name in ("attribution", "profile", "deletion", "cascade"):
        assert getattr(after, name).colnames == getattr(before, name).colnames
        assert len(getattr(after, name)) == len(getattr(before, name))
    np.testing.assert_array_equal(after.examples, before.examples)


def test_maps_are_saved_as_large_as_the_layers_and_as_large_as_the_image(make_explanation, tmp_path):
    explanation = make_explanation()
    saved(explanation, tmp_path)
    with np.load(tmp_path / "maps.npz") as stored:
        assert stored["grad_cam"].shape == (4, 2, 6, 6)
        np.testing.assert_allclose(stored["grad_cam_full"], enlarged(stored["grad_cam"], 24, 24))
        assert stored["saliency"].shape == (4, 2, 24, 24)
        assert "saliency_full" not in stored
        assert {stored[name].dtype for name in ("grad_cam", "grad_cam_full", "saliency")} == {np.dtype("float32")}
        assert stored["id"].tolist() == explanation.gallery.ids


def test_an_explanation_without_profile_and_checks_is_whole(make_explanation, tmp_path):
    bare = {"profile": None, "deletion": None, "cascade": None, "examples": None, "example_images": None}
    after = load(saved(dataclasses.replace(make_explanation(), **bare), tmp_path))
    assert (after.profile, after.deletion, after.cascade, after.examples) == (None, None, None, None)


def test_the_table_tells_each_map_in_numbers(make_explanation):
    explanation = make_explanation()
    table, gallery = explanation.attribution, explanation.gallery
    assert len(table) == 2 * 2 * 3
    row = table[(table["id"] == "G1") & (table["method"] == "saliency") & (table["target"] == "gas_rich")][0]
    assert (row["kind"], row["truth"], row["raising_share"]) == ("surest gas_poor", 1.0, 1.0)
    offset = np.arange(24) - 11.5
    inside = np.hypot(offset[:, None], offset[None, :]) <= 3.0
    maps = gallery.maps["saliency"][1, 1]
    assert row["inside_share"] == pytest.approx(maps[inside].sum() / maps.sum(), rel=1e-5)
    assert row["inside_by_chance"] == pytest.approx(inside.mean())


def test_a_galaxy_without_a_radius_has_no_share_within_it(make_explanation):
    table = make_explanation(are_classes=False).attribution
    unknown = np.asarray(table["id"]) == "G2"
    for name in ("inside_share", "inside_by_chance"):
        assert np.isnan(table[name][unknown]).all()
        assert np.isfinite(table[name][~unknown]).all()


@pytest.mark.parametrize("lost", ["maps.npz", "attribution.parquet", METRICS])
def test_an_explanation_that_lost_a_file_is_refused(make_explanation, tmp_path, lost):
    saved(make_explanation(), tmp_path)
    (tmp_path / lost).unlink()
    with pytest.raises(ValueError, match=r"holds no whole explanation \(.*\); run explain again"):
        load(tmp_path)


def test_a_file_that_was_cut_is_refused(make_explanation, tmp_path):
    saved(make_explanation(), tmp_path)
    whole = (tmp_path / "maps.npz").read_bytes()
    (tmp_path / "maps.npz").write_bytes(whole[:1000])
    with pytest.raises(ValueError, match="holds no whole explanation"):
        load(tmp_path)
    assert len(read_parquet(tmp_path / "profile.parquet")) == 8
