"""Claims about frames in the HDF5 layout of DeepGalaxy."""

from __future__ import annotations

import h5py
import numpy as np
import pytest
from astropy.table import Table

from galexp.image.codec import decode
from galexp.image.hdf5 import MergerFrames, frames_origin, read_series


def ids(*names):
    return Table({"id": list(names)})


def change(path, change_group):
    with h5py.File(path, "r+") as file:
        change_group(file)
    return path


def put(group, name, values):
    del group[name]
    group[name] = values


def test_identifiers_hold_simulation_camera_and_frame_and_no_dot(tmp_path, write_deepgalaxy):
    ratios = (("1.5", "0.75"), ("0.25", "0.5"), ("1", "1.25"), ("0.333", "1"))
    series, others = read_series(write_deepgalaxy(tmp_path / "a.hdf5", ratios, cameras=1, snapshots=3))
    found = [identifier for one in series for identifier in one.identifiers]
    assert found[::3] == ["s025_m050_c00_t000", "s0333_m100_c00_t000", "s100_m125_c00_t000", "s150_m075_c00_t000"]
    assert found == sorted(found)
    assert found[2] == "s025_m050_c00_t002"
    assert others == ()
    assert {one.has_merged for one in series} == {None}
    assert frames_origin(tmp_path / "a.hdf5") == ""


def test_classes_count_from_the_first_snapshot_by_the_interval_of_the_times_themselves(tmp_path, write_deepgalaxy):
    path = write_deepgalaxy(tmp_path / "a.hdf5", cameras=1)
    change(path, lambda file: put(file["s_1_m_1"], "t_myr_camera_00", [3.0, 10.0, 17.0, 31.0, 38.0]))
    first, second = read_series(path)[0]
    assert (first.interval, first.classes.tolist()) == (5.0, [0, 1, 2, 3, 4])
    assert (second.interval, second.classes.tolist()) == (7.0, [0, 1, 2, 4, 5])


def test_classes_are_those_of_the_published_code_on_its_own_times(tmp_path, write_deepgalaxy):
    (series, _) = read_series(write_deepgalaxy(tmp_path / "a.hdf5", (("1", "1"),), cameras=1, snapshots=71))[0], 0
    labels = (series[0].times / 5).astype(int)
    assert series[0].classes.tolist() == (labels - labels.min()).tolist() == list(range(71))


@pytest.mark.parametrize("jitter", [1e-9, 0.05])
def test_times_that_tremble_put_no_two_snapshots_into_one_class(tmp_path, write_deepgalaxy, jitter):
    path = write_deepgalaxy(tmp_path / "a.hdf5", (("1", "1"),), cameras=1, snapshots=71)
    times = 5 * np.arange(71) + np.random.default_rng(0).uniform(-jitter, jitter, 71)
    change(path, lambda file: put(file["s_1_m_1"], "t_myr_camera_00", times))
    assert read_series(path)[0][0].classes.tolist() == list(range(71))


def test_frames_of_eight_bits_are_kept_exactly_in_the_order_of_the_rows(tmp_path, write_deepgalaxy):
    path = write_deepgalaxy(tmp_path / "a.hdf5", dtype="uint8")
    found = list(MergerFrames(str(path)).images(ids("s100_m100_c01_t004", "s025_m050_c00_t002")))
    assert [name for name, _ in found] == ["s100_m100_c01_t004", "s025_m050_c00_t002"]
    with h5py.File(path) as file:
        np.testing.assert_array_equal(decode(found[0][1], ""), file["s_1_m_1/images_camera_01"][4])
        np.testing.assert_array_equal(decode(found[1][1], ""), file["s_0.25_m_0.5/images_camera_00"][2])


@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_frames_of_floating_point_are_rounded_by_at_most_half_a_gray_level(tmp_path, write_deepgalaxy, dtype):
    path = write_deepgalaxy(tmp_path / "a.hdf5", dtype=dtype)
    ((_, image),) = MergerFrames(str(path)).images(ids("s100_m100_c00_t000"))
    with h5py.File(path) as file:
        values = file["s_1_m_1/images_camera_00"][0].astype(np.float64)
    assert np.abs(decode(image, "") / 255 - values).max() <= 1 / 510 + 1e-7


def test_values_that_are_gray_levels_survive_half_precision_exactly(tmp_path, write_deepgalaxy):
    path = write_deepgalaxy(tmp_path / "a.hdf5")
    levels = np.broadcast_to((np.arange(256) / 255).reshape(1, 16, 16, 1), (5, 16, 16, 1)).astype(np.float16)
    change(path, lambda file: put(file["s_1_m_1"], "images_camera_00", levels))
    ((_, image),) = MergerFrames(str(path)).images(ids("s100_m100_c00_t000"))
    assert decode(image, "").ravel().tolist() == list(range(256))


def test_compressed_frames_read_alike(tmp_path, write_deepgalaxy):
    path = write_deepgalaxy(tmp_path / "a.hdf5")
    rows = ids("s100_m100_c00_t000", "s100_m100_c00_t003")
    before = list(MergerFrames(str(path)).images(rows))

    def compress(file):
        group = file["s_1_m_1"]
        frames = group["images_camera_00"][()]
        del group["images_camera_00"]
        group.create_dataset("images_camera_00", data=frames, chunks=frames.shape, compression="gzip")

    change(path, compress)
    assert list(MergerFrames(str(path)).images(rows)) == before


def test_rows_without_a_frame_are_not_available_and_none_at_all_names_both_sides(tmp_path, write_deepgalaxy):
    frames = MergerFrames(str(write_deepgalaxy(tmp_path / "a.hdf5")))
    assert frames.available(ids("s100_m100_c01_t004", "s100_m100_c01_t005")).tolist() == [True, False]
    message = (
        r"none of 1 catalog ids \(such as x\) is a frame of .*a\.hdf5, whose 20 frames have ids such as s025_m050_"
    )
    with pytest.raises(ValueError, match=message):
        frames.available(ids("x"))


def test_the_fingerprint_follows_rows_and_shapes(tmp_path, write_deepgalaxy):
    paths = [write_deepgalaxy(tmp_path / f"{side}.hdf5", side=side) for side in (8, 16)]
    rows = ids("s100_m100_c01_t004"), ids("s100_m100_c01_t003")
    found = {MergerFrames(str(path)).fingerprint(row) for path in paths for row in rows}
    assert len(found) == 4
    assert MergerFrames(str(paths[0])).fingerprint(rows[0]) in found


TIMES, FRAMES = "t_myr_camera_00", "images_camera_00"
BROKEN = [
    (
        lambda file: [file.move(name, f"run_{name}") for name in list(file)],
        "holds no simulation: found run_s_0.25_m_0.5",
    ),
    (
        lambda file: [file["s_1_m_1"].pop(name) for name in list(file["s_1_m_1"])],
        "s_1_m_1 has no images_camera_CC, only",
    ),
    (lambda file: file["s_1_m_1"].pop(TIMES), "s_1_m_1 has images_camera_00 without t_myr_camera_00"),
    (lambda file: put(file["s_1_m_1"], TIMES, [1.0, 2.0]), "has 5 frames and times of the shape (2,)"),
    (lambda file: put(file["s_1_m_1"], TIMES, [1.0, 2, 2, 3, 4]), "has the times [1. 2. 2. 3. 4.] Myr; expected"),
    (lambda file: put(file["s_1_m_1"], TIMES, [1.0, 2, np.nan, 3, 4]), "Myr; expected two or more, rising"),
    (lambda file: put(file["s_1_m_1"], TIMES, [0.0, 5, 10, 12.5, 17.5]), "2.5 to 5 Myr apart, which are no multiples"),
    (lambda file: put(file["s_1_m_1"], FRAMES, np.zeros((5, 8, 8, 3), "u1")), "has the shape (5, 8, 8, 3); expected ("),
    (lambda file: put(file["s_1_m_1"], FRAMES, np.zeros((5, 8, 9, 1), "u1")), "has the shape (5, 8, 9, 1); expected ("),
    (lambda file: put(file["s_1_m_1"], FRAMES, np.zeros((5, 8, 8), "u1")), "has the shape (5, 8, 8); expected ("),
    (lambda file: put(file["s_1_m_1"], FRAMES, np.zeros((5, 8, 8, 1), "i4")), "holds int32; expected uint8, or"),
    (lambda file: file.copy("s_1_m_1", "s_1.0_m_1.00"), "s_1_m_1 are one simulation; keep one of them"),
]


@pytest.mark.parametrize(("breaking", "message"), BROKEN, ids=[message[:40] for _, message in BROKEN])
def test_a_file_of_another_layout_is_refused_with_the_place_and_what_was_expected(
    tmp_path, write_deepgalaxy, breaking, message
):
    path = change(write_deepgalaxy(tmp_path / "a.hdf5"), breaking)
    with pytest.raises(ValueError, match=r"a\.hdf5: |a\.hdf5 holds") as caught:
        read_series(path)
    assert message in str(caught.value)


@pytest.mark.parametrize("value", [np.nan, -0.5, 1.5])
def test_values_outside_0_to_1_are_refused_with_the_frame(tmp_path, write_deepgalaxy, value):
    path = write_deepgalaxy(tmp_path / "a.hdf5")

    def spoil(file):
        file["s_1_m_1/images_camera_00"][3, 2, 2, 0] = value

    change(path, spoil)
    with pytest.raises(
        ValueError, match=r"a\.hdf5: frame 3 of s_1_m_1/images_camera_00 has values from .*expected 0 to 1"
    ):
        list(MergerFrames(str(path)).images(ids("s100_m100_c00_t003")))


def test_a_frame_whose_bytes_are_damaged_is_named(tmp_path, write_deepgalaxy):
    path = write_deepgalaxy(tmp_path / "a.hdf5")

    def protect(file):
        frames = file["s_1_m_1/images_camera_00"][()]
        del file["s_1_m_1/images_camera_00"]
        protected = file["s_1_m_1"].create_dataset(
            "images_camera_00", data=frames, chunks=(1, 16, 16, 1), fletcher32=True
        )
        return protected.id.get_chunk_info(2).byte_offset

    with h5py.File(path, "r+") as file:
        offset = protect(file)
    content = bytearray(path.read_bytes())
    content[offset + 200] ^= 1
    path.write_bytes(content)
    with pytest.raises(
        ValueError, match=r"frame 2 of s_1_m_1/images_camera_00 cannot be read .*; fetch the file again"
    ):
        list(MergerFrames(str(path)).images(ids("s100_m100_c00_t000", "s100_m100_c00_t002")))


@pytest.mark.parametrize(
    ("cut", "message"),
    [
        (lambda content: b"id,t\n", r"a\.hdf5 is no whole HDF5 file"),
        (lambda content: content[:4000], r"is no whole HDF5"),
    ],
)
def test_what_is_no_whole_file_is_refused(tmp_path, write_deepgalaxy, cut, message):
    path = write_deepgalaxy(tmp_path / "a.hdf5")
    path.write_bytes(cut(path.read_bytes()))
    with pytest.raises(ValueError, match=message):
        read_series(path)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"there is no file .*none\.hdf5; give dataset\.catalog=FILE\.hdf5"):
        MergerFrames(str(tmp_path / "none.hdf5"))
