from __future__ import annotations

import gc
import os
import pathlib
import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader, Dataset

from galexp.image.codec import decode
from galexp.shard.origin import Origin
from galexp.shard.read import PreparedData


class Sums(Dataset):
    """The sum of each image, computed wherever a worker runs."""

    def __init__(self, data: PreparedData) -> None:
        self.data = data

    def __len__(self) -> int:
        return len(self.data)

    def __getitem__(self, row: int) -> int:
        return int(self.data.pixels(row).sum())


def test_every_image_comes_back_byte_by_byte(data, image_bytes):
    for row, identifier in enumerate(data.catalog["id"]):
        assert data.image(row) == image_bytes(identifier)
        np.testing.assert_array_equal(data.pixels(row), decode(image_bytes(identifier), identifier))


def test_it_is_a_mock_where_a_part_was_drawn(data):
    assert data.origin is Origin.OBSERVED
    data.manifest.mock.append("images")
    assert data.origin is Origin.MOCK


def test_a_pickled_copy_reads_what_the_original_reads(data):
    expected = data.image(3)
    copy = pickle.loads(pickle.dumps(data))
    assert copy.image(3) == expected


def test_threads_read_what_one_thread_reads(data):
    rows = list(range(len(data))) * 20
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(data.image, rows)) == [data.image(row) for row in rows]


@pytest.mark.parametrize("start", ["fork", pytest.param("spawn", marks=pytest.mark.slow)])
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_workers_read_what_the_process_reads(data, start):
    sums = Sums(data)
    expected = [sums[row] for row in range(len(data))]
    loader = DataLoader(sums, batch_size=None, num_workers=2, multiprocessing_context=start)
    assert [int(value) for value in loader] == expected
    assert torch.is_tensor(torch.tensor(expected))


def test_open_files_are_closed_with_the_data(data):
    folder = data.folder
    reader = PreparedData(folder)
    reader.image(0)
    opened = list(reader._open_shards.values())
    del reader
    gc.collect()
    for descriptor in opened:
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(descriptor)


def flip(path: pathlib.Path, offset: int) -> None:
    content = bytearray(path.read_bytes())
    content[offset] ^= 1
    path.write_bytes(content)


def test_nothing_is_wrong_with_fresh_data(data):
    assert data.problems() == []


def test_one_flipped_byte_of_an_image_is_found_with_its_identifier(data):
    row = data.catalog[4]
    flip(data.folder / "shards" / row["shard"], row["offset"] + row["size"] // 2)
    shard, image = PreparedData(data.folder).problems()
    assert f"{row['shard']} does not have the hash of the manifest" in shard
    assert image == f"image {row['id']} does not have the hash of the catalog"


def test_one_flipped_byte_outside_the_images_is_found(data):
    flip(data.folder / "shards" / data.catalog["shard"][0], 0)
    [problem] = PreparedData(data.folder).problems()
    assert "does not have the hash of the manifest" in problem


def test_a_changed_target_is_found(data):
    data.catalog["metallicity"][0] += 0.1
    [problem] = data.problems()
    assert problem.endswith("catalog.parquet does not have the hash of the manifest")


def test_a_shard_cut_in_half_is_refused_with_both_lengths(data):
    [path] = (data.folder / "shards").iterdir()
    size = path.stat().st_size
    path.write_bytes(path.read_bytes()[: size // 2])
    with pytest.raises(
        ValueError, match=rf"{path.name} has {size // 2} bytes, the manifest says {size}: .*run prepare"
    ):
        PreparedData(data.folder)


def test_a_missing_shard_is_refused(data):
    [path] = (data.folder / "shards").iterdir()
    path.unlink()
    with pytest.raises(FileNotFoundError, match=rf"{path.name} is missing; run prepare again"):
        PreparedData(data.folder)


def test_a_missing_or_cut_catalog_is_refused(data):
    path = data.folder / "catalog.parquet"
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(ValueError, match=r"catalog\.parquet cannot be read \(.*run prepare again"):
        PreparedData(data.folder)
    path.unlink()
    with pytest.raises(FileNotFoundError, match=r"catalog\.parquet is missing; run prepare again"):
        PreparedData(data.folder)


def test_bytes_that_are_no_longer_an_image_are_named_with_their_shard(data):
    row = data.catalog[2]
    flip(data.folder / "shards" / row["shard"], row["offset"])
    with pytest.raises(ValueError, match=rf"{row['id']} in .*{row['shard']} is not a whole"):
        PreparedData(data.folder).pixels(2)
