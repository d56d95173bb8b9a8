"""Claims about the frames as data: a catalog like DeepGalaxy's, pictures, and the file in its layout."""

from __future__ import annotations

import dataclasses
import resource

import h5py
import numpy as np
import pytest

from galexp import __version__
from galexp.catalog.read import VALID_ID
from galexp.image.codec import decode
from galexp.image.hdf5 import MergerFrames, frames_origin, read_series
from galexp.image.hdf5_write import write_series
from galexp.nbody import frames
from galexp.nbody.export import export_hdf5
from galexp.nbody.frames import SimulationImaging, middle, pictures_of, simulated_catalog, simulation_facts
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


def test_a_picture_is_centered_between_the_medians_of_the_two_galaxies(merger):
    stars = np.zeros((1, 5, 3), np.float32)
    stars[0, :3] = [[-10, 2, 0], [-11, 3, 1], [-90, 4, 2]]
    stars[0, 3:] = [[20, -6, 5], [22, -8, 5]]
    one = dataclasses.replace(merger, position=stars, galaxy=np.array([0, 0, 0, 1, 1], np.uint8))
    np.testing.assert_allclose(middle(one, 0), [(-11 + 21) / 2, (3 - 7) / 2, (1 + 5) / 2])


def test_the_interval_of_a_catalog_is_that_of_the_file(merger, tmp_path):
    write_snapshots(tmp_path / "slow.npz", dataclasses.replace(merger, times=7.0 * np.arange(71)))
    assert set(simulated_catalog([tmp_path / "slow.npz"])["snapshot_interval"]) == {7.0}


def test_the_center_of_a_snapshot_is_looked_for_once(catalog, merger_file, monkeypatch):
    looked = []
    monkeypatch.setattr(frames, "middle", lambda *arguments: looked.append(1) or np.zeros(3))
    rows = catalog[(catalog["size_ratio"] == 1) & (catalog["snapshot_class"] < 2)]
    assert len(list(SimulationImaging([merger_file], 16).images(rows))) == 28
    assert len(looked) == 2


def test_a_simulation_tells_its_facts(merger, merger_file, other_file):
    found = simulation_facts([merger_file, other_file])
    assert list(found) == ["s_1_m_0.5", "s_0.25_m_0.5"]
    measured = merger.diagnostics
    assert found["s_1_m_0.5"] == {
        "energy_drift": measured.energy_drift,
        "momentum_drift": measured.momentum_drift,
        "has_merged": measured.has_merged,
        "separation": np.median(measured.separation[-5:]),
        "disk_height_0_start": measured.disk_height[0, 0],
        "disk_height_0_end": measured.disk_height[-1, 0],
        "disk_height_1_start": measured.disk_height[0, 1],
        "disk_height_1_end": measured.disk_height[-1, 1],
        "steps": 350,
    }
    assert (found["s_0.25_m_0.5"]["separation"], found["s_0.25_m_0.5"]["has_merged"]) == (9.0, False)


def test_rows_of_another_simulation_are_refused(catalog, merger_file):
    alone = SimulationImaging([merger_file], 16)
    with pytest.raises(ValueError, match=r"frame s025_m050_c00_t000 is of s_0\.25_m_0\.5; there are s_1_m_0\.5"):
        next(iter(alone.images(catalog[[994]])))


def test_an_exported_file_holds_the_same_frames_in_the_layout_of_deepgalaxy(
    catalog, imaging, merger, merger_file, other_file, tmp_path
):
    file = tmp_path / "new" / "mergers.hdf5"
    export_hdf5([merger_file, other_file], file, 16)
    series, others = read_series(file)
    assert (len(series), others) == (28, ())
    assert series[0].shape == (71, 16, 16, 1)
    assert {one.interval for one in series} == {13.0}
    assert {one.has_merged for one in series if one.size_ratio == 0.25} == {False}
    assert {one.has_merged for one in series if one.size_ratio == 1} == {merger.diagnostics.has_merged}
    assert frames_origin(file) == "simulation"
    with h5py.File(file) as opened:
        assert dict(opened.attrs) == {
            "origin": "simulation", "made_by": f"galexp {__version__}", "disk_particles": 60, "bulge_particles": 20,
            "halo_particles": 120, "tracer_particles": 60, "steps_per_orbit": 30, "seed": 3, "snapshot_interval": 13.0,
        }  # fmt: skip
        assert opened["s_1_m_0.5"].attrs["energy_drift"] == merger.diagnostics.energy_drift
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
