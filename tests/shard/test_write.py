from __future__ import annotations

import hashlib
import json

import numpy as np
import pytest
import webdataset

from galexp.shard.write import file_sha256, write_shard


def samples(image_bytes):
    row = {"id": "a_1-B", "mass": np.float64("nan"), "count": np.int64(1237649770260463687), "flag": np.bool_(True)}
    yield "a_1-B", image_bytes("a"), row
    yield "c" * 120, image_bytes("c", side=9, kind="JPEG"), {"id": "c", "name": np.str_("M 31")}


@pytest.mark.filterwarnings("ignore:.*s.tar:pytest.PytestUnraisableExceptionWarning")  # webdataset leaves it open
def test_plain_webdataset_reads_the_bytes_as_they_came(tmp_path, image_bytes):
    write_shard(tmp_path / "s.tar", samples(image_bytes))
    found = list(webdataset.WebDataset(str(tmp_path / "s.tar"), shardshuffle=False))
    assert [sample["__key__"] for sample in found] == ["a_1-B", "c" * 120]
    assert found[0]["png"] == image_bytes("a")
    assert found[1]["jpg"] == image_bytes("c", side=9, kind="JPEG")


@pytest.mark.filterwarnings("ignore:.*s.tar:pytest.PytestUnraisableExceptionWarning")  # webdataset leaves it open
def test_the_catalog_row_is_beside_the_image_as_strict_json(tmp_path, image_bytes):
    write_shard(tmp_path / "s.tar", samples(image_bytes))
    first, second = webdataset.WebDataset(str(tmp_path / "s.tar"), shardshuffle=False)
    refuse = pytest.fail
    row = json.loads(first["json"], parse_constant=refuse)
    assert row == {"id": "a_1-B", "mass": None, "count": 1237649770260463687, "flag": True}
    assert json.loads(second["json"])["name"] == "M 31"


def test_offsets_point_at_the_bytes_of_the_image(tmp_path, image_bytes):
    entries = write_shard(tmp_path / "s.tar", samples(image_bytes))
    tar = (tmp_path / "s.tar").read_bytes()
    for entry, (identifier, image, _) in zip(entries, samples(image_bytes), strict=True):
        assert entry.id == identifier
        assert tar[entry.offset : entry.offset + entry.size] == image
        assert entry.sha256 == hashlib.sha256(image).hexdigest()
    assert [entry.shape for entry in entries] == ["16x16x3", "9x9x3"]


def test_the_tar_is_a_function_of_its_samples(tmp_path, image_bytes):
    write_shard(tmp_path / "one.tar", samples(image_bytes))
    write_shard(tmp_path / "two.tar", samples(image_bytes))
    assert file_sha256(tmp_path / "one.tar") == file_sha256(tmp_path / "two.tar")


def test_an_identifier_with_a_dot_is_refused(tmp_path, image_bytes):
    with pytest.raises(ValueError, match=r"id 's_0\.25' is not made of letters.*ends at its first dot"):
        write_shard(tmp_path / "s.tar", [("s_0.25", image_bytes("a"), {})])


def test_an_image_that_cannot_be_decoded_is_refused_by_name(tmp_path):
    with pytest.raises(ValueError, match="galaxy7 is not a whole 8-bit image"):
        write_shard(tmp_path / "s.tar", [("galaxy7", b"<html>", {})])
