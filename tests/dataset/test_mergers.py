"""Claims about simulated mergers, from an HDF5 file to a trained network, made in part through the command line."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pytest
from astropy.table import Table

from galexp.config import UsageError
from galexp.dataset import mergers
from galexp.dataset.mergers import Mergers
from galexp.image.codec import decode
from galexp.image.hdf5 import MergerFrames
from galexp.shard.read import PreparedData


def read(path, targets=("simulation_time",)):
    return Mergers(str(path), targets).read(path)


def test_a_row_says_all_that_the_layout_says_of_a_frame(tmp_path, write_deepgalaxy):
    selection = read(write_deepgalaxy(tmp_path / "a.hdf5", cameras=2, snapshots=5))
    catalog = selection.catalog
    assert (len(catalog), selection.counts, selection.ignored) == (20, {"read": 20}, ())
    row = dict(zip(catalog.colnames, catalog[8], strict=True))
    assert row == {
        "id": "s025_m050_c01_t003", "simulation": "s_0.25_m_0.5", "simulation_time": 27.5, "snapshot_class": 3,
        "snapshot_interval": 5.0, "camera": 1, "size_ratio": 0.25, "mass_ratio": 0.5,
    }  # fmt: skip
    assert str(catalog["simulation_time"].unit) == str(catalog["snapshot_interval"].unit) == "Myr"
    assert catalog["camera"].dtype.kind == catalog["snapshot_class"].dtype.kind == "i"
    assert all(catalog[name].description for name in catalog.colnames[1:])


def test_identifiers_are_unique_sorted_and_those_of_the_frames(tmp_path, write_deepgalaxy):
    path = write_deepgalaxy(tmp_path / "a.hdf5", tuple(itertools.product(("1.5", "0.25"), ("1.25", "1"))))
    catalog = read(path).catalog
    assert catalog["id"].tolist() == sorted(set(catalog["id"].tolist()))
    assert MergerFrames(str(path)).available(catalog).all()


def test_the_published_grid_has_35784_frames_and_504_of_each_class(tmp_path, write_deepgalaxy):
    values = ("0.25", "0.5", "0.75", "1", "1.25", "1.5")
    grid = tuple(itertools.product(values, values))
    path = write_deepgalaxy(tmp_path / "output_bw_4.hdf5", grid, cameras=14, snapshots=71, side=4, dtype="uint8")
    catalog = read(path).catalog
    assert len(catalog) == 35784
    assert np.bincount(catalog["snapshot_class"]).tolist() == [504] * 71
    assert len(set(catalog["simulation"].tolist())) == 36


def test_a_file_of_a_published_name_is_compared_with_the_published_number(shell, write_deepgalaxy):
    write_deepgalaxy(shell.folder / "output_bw_512.hdf5")
    status, out, _ = shell("prepare", "dataset=mergers", "dataset.catalog=output_bw_512.hdf5", "imaging=hdf5")
    assert status == 0
    assert "20  read  (published: 35,784)" in out


@pytest.mark.parametrize(("folder", "catalog"), [("mine", "mine"), ("data/.downloads/mergers", "survey")])
def test_a_folder_and_the_downloads_give_catalog_and_frames_of_the_file_that_they_hold(
    shell, write_deepgalaxy, folder, catalog
):
    (shell.folder / folder).mkdir(parents=True)
    write_deepgalaxy(shell.folder / folder / "output_bw_1024.hdf5")
    status, out, _ = shell("prepare", "dataset=mergers", f"dataset.catalog={catalog}", "imaging=hdf5")
    assert (status, "20  read  (published: 35,784)" in out, "20  written" in out) == (0, True, True)


def test_a_folder_of_images_without_frames_asks_for_the_file_of_frames(shell, image_bytes):
    (shell.folder / "hst").mkdir()
    (shell.folder / "hst" / "arp188.jpg").write_bytes(image_bytes("arp188", kind="JPEG"))
    words = ["dataset=mergers", "dataset.catalog=hst", "dataset.targets=[]", "imaging=hdf5"]
    assert re.search(
        r"^hst holds no output_bw_512\.hdf5 or .* to take frames from; give imaging\.path=FILE\.hdf5",
        shell.refuses("prepare", *words),
    )


@pytest.mark.parametrize(
    ("dtype", "said"),
    [
        ("uint8", "uint8 frames, kept as they are"),
        ("float16", "float16 frames, kept as round(255 v) in 8 bits, with an error of at most 1/510"),
    ],
)
def test_the_manifest_says_how_the_frames_were_stored(shell, write_deepgalaxy, dtype, said):
    write_deepgalaxy(shell.folder / "a.hdf5", dtype=dtype)
    assert shell("prepare", "dataset=mergers", "dataset.catalog=a.hdf5", "imaging=hdf5")[0] == 0
    assert PreparedData(shell.folder / "data" / "mergers-file-hdf5").manifest.sources == {"images": said}


def test_groups_that_are_no_simulation_are_passed_over_and_named(tmp_path, write_deepgalaxy):
    import h5py

    path = write_deepgalaxy(tmp_path / "a.hdf5")
    with h5py.File(path, "a") as file:
        file["readme"] = "hello"
    assert read(path).ignored == ("readme",)


def test_an_unknown_target_is_refused_with_the_nearest(tmp_path, write_deepgalaxy):
    path = write_deepgalaxy(tmp_path / "a.hdf5")
    with pytest.raises(UsageError, match=r"mergers knows no target 'simulation_tim'; did you mean 'simulation_time'"):
        read(path, ["simulation_tim"])


def test_where_the_file_is_absent_a_sentence_says_whence_under_which_name_and_how(shell):
    message = r"there is no output_bw_512\.hdf5; fetch one file by hand: .*edu\.nl/guvv4.* imaging=hdf5"
    with pytest.raises(FileNotFoundError, match=message):
        read("output_bw_512.hdf5")
    sentence = shell.refuses("prepare", "dataset=mergers", "dataset.catalog=survey", "imaging=hdf5")
    assert sentence.startswith("data/.downloads/mergers holds no output_bw_512.hdf5; fetch one file by hand")


@pytest.fixture
def quick(shell, monkeypatch):
    """Return a command line that draws no figures."""
    for verb in ("train", "evaluate"):
        monkeypatch.setattr(f"galexp.job.{verb}.run_figures", lambda *facts: {})
    return shell


@pytest.mark.filterwarnings("ignore:the random forest is left out:UserWarning")
def test_one_file_is_named_once_prepared_frame_by_frame_and_trained_on(quick, write_deepgalaxy):
    path = write_deepgalaxy(quick.folder / "a.hdf5", cameras=3, snapshots=8, side=32)
    status, out, _ = quick("prepare", "dataset=mergers", "dataset.catalog=a.hdf5", "imaging=hdf5")
    assert (status, "MOCK" in out) == (0, False)
    data = PreparedData(quick.folder / "data" / "mergers-file-hdf5")
    assert (data.manifest.bands, data.manifest.image_shapes) == (["gray"], {"32x32x1": 48})
    assert data.manifest.targets == {"simulation_time": "Myr"}
    frames = dict(MergerFrames(str(path)).images(Table({"id": data.catalog["id"]})))
    for row, name in enumerate(data.catalog["id"]):
        np.testing.assert_array_equal(data.pixels(row), decode(frames[name], name))
    own = ["size=tiny", "model=small_cnn", "logger=none", "evaluation.bootstrap=0"]
    assert quick("train", "dataset=mergers", *own)[0] == 0
    (run,) = (quick.folder / "multirun" / "adhoc").iterdir()
    assert run.name.startswith("mergers_simulation-random-small_cnn")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:the random forest is left out:UserWarning")
def test_a_network_that_learned_from_simulations_predicts_real_mergers(quick, write_deepgalaxy, real_data):
    write_deepgalaxy(quick.folder / "a.hdf5", cameras=3, snapshots=8, side=64)
    assert quick("prepare", "dataset=mergers", "dataset.catalog=a.hdf5", "imaging=hdf5")[0] == 0
    own = ["size=tiny", "model=small_cnn", "logger=none", "evaluation.bootstrap=0"]
    assert quick("train", "dataset=mergers", *own)[0] == 0
    (run,) = (quick.folder / "multirun" / "adhoc").iterdir()
    words = ["dataset=mergers", f"dataset.catalog={real_data / 'nbody' / 'hst'}", "imaging=gray"]
    assert quick("prepare", *words, "verify=false", "dataset.targets=[]")[0] == 0
    status, out, _ = quick("evaluate", str(run.relative_to(quick.folder)), *words)
    assert (status, "no row has a measured simulation_time: predictions only" in out) == (0, True)


def test_an_hdf5_of_another_layout_is_refused_through_the_command_line(shell):
    import h5py

    with h5py.File(shell.folder / "a.hdf5", "w") as file:
        file["images"] = np.zeros((3, 8, 8), dtype=np.uint8)
    sentence = shell.refuses("prepare", "dataset=mergers", "dataset.catalog=a.hdf5", "imaging=hdf5")
    assert sentence.startswith("a.hdf5 holds no simulation: found images; expected groups s_SIZE_m_MASS with images_ca")


def test_a_table_with_images_of_ones_own_serves_as_well(tmp_path):
    table = Table({"id": ["a", "b"], "simulation": ["1", "s_1_m_1"], "simulation_time": [0.0, 5.0], "camera": [0, 1]})
    table.write(tmp_path / "t.csv")
    catalog = read(tmp_path / "t.csv").catalog
    assert catalog["simulation_time"].tolist() == [0.0, 5.0]
    assert catalog["simulation"].tolist() == ["1", "s_1_m_1"]


def test_no_target_is_asked_of_images_alone(tmp_path, image_bytes):
    (tmp_path / "arp188.jpg").write_bytes(image_bytes("arp188", kind="JPEG"))
    assert Mergers(str(tmp_path), ["simulation_time"]).targets == []
    with pytest.warns(
        UserWarning, match=r"images alone, so dataset\.targets \(simulation_time\) are ignored; dataset\."
    ):
        assert read(tmp_path).catalog["id"].tolist() == ["arp188"]
    assert mergers.Mergers.photometry == ()
