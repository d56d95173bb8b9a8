"""Claims about the frames as data: a catalog like DeepGalaxy's, pictures, and the file in its layout."""

from __future__ import annotations

import dataclasses
import resource

import numpy as np
import pytest

from galexp.catalog.read import VALID_ID
from galexp.image.codec import decode
from galexp.image.hdf5 import MergerFrames, read_series, write_series
from galexp.nbody.export import export_hdf5
from galexp.nbody.frames import SimulationImaging, pictures_of, simulated_catalog
from galexp.nbody.snapshots import write_snapshots


@pytest.fixture(scope="module")
def other_file(merger, tmp_path_factory):
    apart = dataclasses.replace(merger.diagnostics, separation=np.full(71, 9.0))
    other = dataclasses.replace(merger, size_ratio=0.25, position=merger.position[:, ::-1], diagnostics=apart)
    path = tmp_path_factory.mktemp("other") / "s_0.25_m_0.5-other.npz"
    write_snapshots(path, other)
    return path


@pytest.fixture(scope="module")
def catalog(merger_file, other_file):
    return simulated_catalog([merger_file, other_file])


@pytest.fixture(scope="module")
def imaging(merger_file, other_file):
    return SimulationImaging([merger_file, other_file], 16)


def test_there_is_a_row_for_every_camera_of_every_snapshot(catalog):
    assert len(catalog) == 2 * 14 * 71
    assert len(set(catalog["id"])) == len(catalog)
    assert all(VALID_ID.fullmatch(str(identifier)) for identifier in catalog["id"])
    row = catalog[list(catalog["id"]).index("s025_m050_c03_t012")]
    assert (row["simulation"], row["camera"], row["snapshot_class"]) == ("s_0.25_m_0.5", 3, 12)
    assert (row["simulation_time"], row["snapshot_interval"]) == (156.0, 13.0)
    assert (row["size_ratio"], row["mass_ratio"]) == (0.25, 0.5)


def test_a_class_is_the_time_over_the_interval(catalog):
    np.testing.assert_array_equal(catalog["snapshot_class"], catalog["simulation_time"] / catalog["snapshot_interval"])


def test_a_simulation_whose_galaxies_are_still_apart_says_so(catalog, merger):
    unmerged = catalog["size_ratio"] == 0.25
    assert not catalog["has_merged"][unmerged].any()
    assert (catalog["has_merged"][~unmerged] == merger.diagnostics.has_merged).all()


def test_the_catalog_says_that_it_is_a_simulation(catalog):
    assert catalog.meta["simulation"] is True
    assert "not a sky" in catalog.meta["sources"]["simulation"]


def test_the_same_simulation_twice_is_refused(merger_file):
    with pytest.raises(ValueError, match=r"frame s100_m050_c00_t000 comes from two files; give each simulation once"):
        simulated_catalog([merger_file, merger_file])


def test_pictures_come_in_the_order_of_the_catalog_and_depend_on_no_other_row(catalog, imaging, merger):
    rows = [1500, 3, 80, 2]
    files = list(imaging.images(catalog[rows]))
    assert [identifier for identifier, _ in files] == list(catalog["id"][rows])
    picture = decode(files[2][1], "frame")[:, :, 0]
    np.testing.assert_array_equal(picture, pictures_of(merger, 9, range(14), 16)[1])
    assert picture.any()
    assert (imaging.name, imaging.bands, imaging.pixel_scale) == ("simulation", ("stellar mass",), None)


def test_the_two_galaxies_lie_at_equal_distances_from_the_center(merger):
    seen = pictures_of(merger, 0, [13], 64)[0].astype(float)
    axis = np.arange(64) - 31.5
    assert abs((seen.sum(0) @ axis) / seen.sum()) < 6
    assert abs((seen.sum(1) @ axis) / seen.sum()) < 6


def test_rows_of_another_simulation_are_not_there_and_refused(catalog, imaging, merger_file):
    alone = SimulationImaging([merger_file], 16)
    assert imaging.available(catalog).all()
    np.testing.assert_array_equal(alone.available(catalog), catalog["size_ratio"] == 1)
    with pytest.raises(ValueError, match=r"frame s025_m050_c00_t000 is of s_0\.25_m_0\.5; there are s_1_m_0\.5"):
        next(iter(alone.images(catalog[[994]])))


def test_a_fingerprint_tells_files_sizes_and_rows_apart(catalog, imaging, merger_file, other_file):
    first = imaging.fingerprint(catalog)
    assert SimulationImaging([merger_file, other_file], 16).fingerprint(catalog) == first
    others = {SimulationImaging([merger_file, other_file], 17).fingerprint(catalog), imaging.fingerprint(catalog[:-1])}
    assert len({first, SimulationImaging([merger_file], 16).fingerprint(catalog), *others}) == 4


def test_an_exported_file_holds_the_same_frames_in_the_layout_of_deepgalaxy(
    catalog, imaging, merger_file, other_file, tmp_path
):
    file = tmp_path / "new" / "mergers.hdf5"
    export_hdf5([merger_file, other_file], file, 16)
    series, others = read_series(file)
    assert (len(series), others) == (28, ())
    assert series[0].shape == (71, 16, 16, 1)
    assert {one.interval for one in series} == {13.0}
    assert sorted(name for one in series for name in one.identifiers) == sorted(catalog["id"])
    rows = catalog[::97]
    assert dict(MergerFrames(str(file)).images(rows)) == dict(imaging.images(rows))
    assert [path.name for path in file.parent.iterdir()] == ["mergers.hdf5"]


def test_an_export_that_fails_leaves_nothing_behind(merger_file, tmp_path):
    with pytest.raises(ValueError, match=r"camera 0 of s_1_m_0\.5 comes twice; give each simulation once"):
        export_hdf5([merger_file, merger_file], tmp_path / "twice.hdf5", 16)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    noise = np.random.default_rng(0).integers(0, 256, (71, 64, 64, 1), dtype=np.uint8)
    try:
        with pytest.raises(OSError, match=r"cannot write .*full\.hdf5 .*free space, or name another place"):
            write_series(tmp_path / "full.hdf5", [("s_1_m_1", 0, np.arange(71.0), noise)])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list(tmp_path.iterdir()) == []
