from __future__ import annotations

import errno
import hashlib

import numpy as np
import pytest

from galexp.catalog.parquet import write_parquet
from galexp.shard import build as build_module
from galexp.shard.build import Build, content_hash
from galexp.shard.read import PreparedData


@pytest.fixture(autouse=True)
def small_shards(monkeypatch):
    monkeypatch.setattr(build_module, "IMAGES_PER_SHARD", 4)


def contents(folder) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_build_holds_shards_catalog_and_manifest_and_nothing_else(tmp_path, build_data):
    data = build_data(tmp_path / "made")
    shards = [f"shards/made-00000{number}.tar" for number in range(3)]
    assert sorted(contents(data.folder)) == ["catalog.parquet", "manifest.json", *shards]
    assert [path.name for path in tmp_path.iterdir()] == ["made"]
    assert data.catalog["shard"].tolist() == ["made-000000.tar"] * 4 + ["made-000001.tar"] * 4 + ["made-000002.tar"] * 2


def test_two_builds_of_the_same_input_give_identical_bytes(tmp_path, build_data):
    one, two = build_data(tmp_path / "one" / "made"), build_data(tmp_path / "two" / "made")
    assert contents(one.folder) == contents(two.folder)


def test_rows_whose_image_cannot_be_had_are_left_out_and_counted(tmp_path, build_data, make_catalog, fake_imaging):
    identifiers = make_catalog()["id"].tolist()
    data = build_data(tmp_path / "made", imaging=fake_imaging(left_out=tuple(identifiers[2:7])))
    assert data.catalog["id"].tolist() == identifiers[:2] + identifiers[7:]
    assert data.manifest.counts == {"read": 10, "written": 5}
    assert data.problems() == []


def test_blank_images_are_marked_and_counted(tmp_path, build_data, make_catalog, fake_imaging):
    identifiers = make_catalog()["id"].tolist()
    data = build_data(tmp_path / "made", imaging=fake_imaging(blank=(identifiers[1], identifiers[4])))
    assert np.flatnonzero(data.catalog["image_is_blank"]).tolist() == [1, 4]
    assert data.manifest.counts["of these blank, quarantined"] == 2


def test_an_interrupted_build_goes_on_and_equals_one_that_was_not(tmp_path, build_data, make_catalog, fake_imaging):
    identifiers = make_catalog()["id"].tolist()
    with pytest.raises(ConnectionError, match="the power went out"):
        build_data(tmp_path / "made", imaging=fake_imaging(fails_at=identifiers[6]))
    assert not (tmp_path / "made").exists()
    [first] = tmp_path.glob(".made-*.partial/shards/made-000000.tar")
    written, inode = first.stat().st_mtime_ns, first.stat().st_ino
    resumed = fake_imaging()
    data = build_data(tmp_path / "made", imaging=resumed)
    assert resumed.given == identifiers[4:]
    finished = tmp_path / "made" / "shards" / "made-000000.tar"
    assert (finished.stat().st_mtime_ns, finished.stat().st_ino) == (written, inode)
    assert contents(data.folder) == contents(build_data(tmp_path / "again" / "made").folder)


def test_finished_shards_of_other_rows_are_not_taken_over(tmp_path, build_data, make_catalog, fake_imaging):
    catalog = make_catalog()
    with pytest.raises(ConnectionError, match="the power went out"):
        build_data(tmp_path / "made", imaging=fake_imaging(fails_at=catalog["id"][9]))
    catalog = catalog[1:]
    catalog["metallicity"] += 1.0
    data = build_data(tmp_path / "made", catalog=catalog)
    assert data.catalog["id"].tolist() == catalog["id"].tolist()
    assert contents(data.folder) == contents(build_data(tmp_path / "again" / "made", catalog=catalog).folder)


def test_another_recipe_starts_anew(tmp_path, build_data, make_catalog, fake_imaging):
    with pytest.raises(ConnectionError, match="the power went out"):
        build_data(tmp_path / "made", imaging=fake_imaging(fails_at=make_catalog()["id"][6]), recipe=1)
    imaging = fake_imaging()
    build_data(tmp_path / "made", imaging=imaging, recipe=2)
    assert imaging.given == make_catalog()["id"].tolist()


def test_a_failed_rebuild_leaves_the_old_data_as_it_was(tmp_path, build_data, make_catalog, fake_imaging):
    before = contents(build_data(tmp_path / "made").folder)
    with pytest.raises(ConnectionError, match="the power went out"):
        build_data(tmp_path / "made", imaging=fake_imaging(fails_at=make_catalog()["id"][6]), recipe=1)
    assert contents(tmp_path / "made") == before
    assert PreparedData(tmp_path / "made").problems() == []


def test_a_rebuild_replaces_the_old_data_even_where_an_earlier_one_left_its_copy(tmp_path, build_data, make_catalog):
    build_data(tmp_path / "made")
    (tmp_path / ".made.old").mkdir()
    (tmp_path / ".made.old" / "left").write_text("by a crash")
    data = build_data(tmp_path / "made", catalog=make_catalog(6), recipe=1)
    assert len(data) == 6
    assert [path.name for path in tmp_path.iterdir()] == ["made"]


def test_a_build_without_a_single_image_is_refused_and_replaces_nothing(
    tmp_path, build_data, make_catalog, fake_imaging
):
    build_data(tmp_path / "made")
    nothing = fake_imaging(left_out=tuple(make_catalog()["id"]))
    with pytest.raises(ValueError, match=r"none of 10 rows has a readable image; .*made is left as it was"):
        build_data(tmp_path / "made", imaging=nothing, recipe=1)
    assert len(PreparedData(tmp_path / "made")) == 10


def test_progress_never_goes_back_and_ends_at_the_number_of_rows(tmp_path, make_catalog, fake_imaging, build_data):
    manifest = build_data(tmp_path / "made").manifest
    known = {name: getattr(manifest, name) for name in ("dataset", "catalog", "imaging", "mock", "drawn_columns")}
    known |= {name: getattr(manifest, name) for name in ("counts", "targets", "pixel_scale", "bands", "versions")}
    done: list[int] = []
    Build(tmp_path / "again", {}).run(make_catalog(), fake_imaging(), known, done.append)
    assert done == sorted(done)
    assert done[-1] == 10


def test_content_hash_does_not_know_the_order_of_rows_but_every_target(data):
    expected = content_hash(data.catalog)
    assert content_hash(data.catalog[::-1]) == expected == data.manifest.content_sha256
    data.catalog["metallicity"][3] += 1e-9
    assert content_hash(data.catalog) != expected


def test_manifest_says_what_was_written(data):
    manifest = data.manifest
    assert manifest.image_shapes == {"16x16x3": 10}
    assert manifest.units["metallicity"] == "dex"
    assert manifest.units["offset"] == "byte"
    for shard in manifest.shards:
        assert hashlib.sha256((data.folder / "shards" / shard.name).read_bytes()).hexdigest() == shard.sha256


@pytest.mark.parametrize("bytes_left", [500, 10_000])
def test_a_full_disk_says_what_to_do_and_the_old_data_stays(tmp_path, build_data, files_of_at_most, bytes_left):
    before = contents(build_data(tmp_path / "made").folder)
    message = r"made-000000\.tar \(File too large\); free space or set paths\.data=FOLDER, then run prepare again"
    with files_of_at_most(bytes_left), pytest.raises(OSError, match=message):
        build_data(tmp_path / "made", recipe=1)
    assert contents(tmp_path / "made") == before
    build_data(tmp_path / "made", recipe=1)
    assert not list(tmp_path.glob(".made*"))


def test_a_disk_that_fills_up_at_the_catalog_keeps_the_shards(tmp_path, build_data, fake_imaging, monkeypatch):
    def full(table, path):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(build_module, "write_parquet", full)
        with pytest.raises(
            OSError, match=r"catalog\.parquet \(No space left on device\); free space or set paths\.data"
        ):
            build_data(tmp_path / "made")
    resumed = fake_imaging()
    build_data(tmp_path / "made", imaging=resumed)
    assert resumed.given == []


def test_an_error_of_the_images_is_not_taken_for_a_full_disk(tmp_path, build_data, make_catalog, fake_imaging):
    class Unreadable(fake_imaging):
        def images(self, catalog):
            raise PermissionError(13, "Permission denied", "a.jpg")
            yield

    with pytest.raises(PermissionError, match=r"Permission denied: 'a\.jpg'$"):
        build_data(tmp_path / "made", imaging=Unreadable())


def test_a_finished_shard_that_was_cut_since_is_written_again(tmp_path, build_data, make_catalog, fake_imaging):
    with pytest.raises(ConnectionError, match="the power went out"):
        build_data(tmp_path / "made", imaging=fake_imaging(fails_at=make_catalog()["id"][6]))
    [first] = tmp_path.glob(".made-*.partial/shards/made-000000.tar")
    first.write_bytes(first.read_bytes()[:100])
    assert build_data(tmp_path / "made").problems() == []


def test_verification_sees_a_change_in_any_column(tmp_path, build_data):
    data = build_data(tmp_path / "made")
    data.catalog["dec"][3] += 1.0
    write_parquet(data.catalog, data.folder / "catalog.parquet")
    [problem] = PreparedData(data.folder).problems()
    assert problem == f"{data.folder / 'catalog.parquet'} does not have the hash of the manifest"
