"""Claims about mergers that galexp simulates itself: prepared, exported, trained on, and called a simulation."""

from __future__ import annotations

import json
import pathlib

import numpy as np
import pytest

from galexp.catalog.parquet import read_parquet
from galexp.dataset.mergers import Mergers
from galexp.nbody import fleet
from galexp.shard.origin import Origin
from galexp.shard.read import PreparedData

PARTICLES = {"disk": 50, "bulge": 20, "halo": 100, "tracer": 0}
FEW = ["quality=tiny", "quality.image_size=16", *(f"quality.{kind}_particles={n}" for kind, n in PARTICLES.items())]
WORDS = ["dataset=mergers", *FEW]
FOLDER = "mergers-simulation-tiny"


@pytest.fixture(scope="module")
def simulated(tmp_path_factory, request):
    """Return a folder with two prepared simulations, and their frames exported; tests change nothing in it."""
    folder = tmp_path_factory.mktemp("mergers")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr(fleet, "_side_by_side", fleet._one_after_another)
        from galexp.__main__ import main

        assert main(["prepare", *WORDS, "export=frames.hdf5"]) == 0
    return folder


@pytest.fixture
def beside(shell, simulated):
    """Return a command line in a folder with the session's simulations in it."""
    (shell.folder / "data").symlink_to(simulated / "data")
    return shell


def test_every_frame_of_every_camera_is_written_and_called_a_simulation(simulated):
    data = PreparedData(simulated / "data" / FOLDER)
    assert len(data) == 2 * 14 * 71
    assert (data.origin, data.manifest.mock, data.manifest.drawn_columns) == (Origin.SIMULATION, [], [])
    assert data.manifest.catalog == "simulation"
    assert set(data.manifest.image_shapes) == {"16x16x1"}
    assert np.array_equal(np.unique(data.catalog["snapshot_class"]), np.arange(71))
    assert data.manifest.sources


def test_the_manifest_gives_units_and_tells_how_each_simulation_went(simulated):
    manifest = PreparedData(simulated / "data" / FOLDER).manifest
    assert (manifest.targets, manifest.units["snapshot_interval"]) == ({"simulation_time": "Myr"}, "Myr")
    assert set(manifest.simulations) == {"s_1_m_1", "s_1_m_0.5"}
    for facts in manifest.simulations.values():
        assert facts["energy_drift"] < 0.05
        assert facts["momentum_drift"] < 1e-6
        assert facts["disk_height_0_end"] > facts["disk_height_0_start"] > 0


def test_the_last_frame_of_a_pair_that_has_not_merged_is_called_the_end_of_the_run(simulated):
    catalog = PreparedData(simulated / "data" / FOLDER).catalog
    dataset = Mergers("simulation", ["simulation_time"])
    for merged, ends in ((True, 0), (False, 2)):
        catalog["has_merged"] = merged
        rows, captions, _ = dataset.shown(catalog)
        assert sum("end of run" in caption for caption in captions) == ends
        assert [caption for row, caption in zip(rows, captions, strict=True) if "end" in caption] == [
            f"{name}\n910 Myr, end of run" for name in ("s_1_m_0.5", "s_1_m_1")[:ends]
        ]


def test_a_contact_sheet_lies_beside_the_shards(simulated):
    assert (simulated / "data" / FOLDER / "preview.png").stat().st_size > 10_000


def test_a_second_time_nothing_is_simulated_or_written(beside, monkeypatch):
    monkeypatch.setattr("galexp.preparation.made.simulate_all", None)
    before = (beside.folder / "data" / FOLDER / "manifest.json").stat().st_mtime_ns
    status, out, _ = beside("prepare", *WORDS)
    assert (status, (beside.folder / "data" / FOLDER / "manifest.json").stat().st_mtime_ns) == (0, before)
    assert f"SIMULATION: the galaxies of data/{FOLDER} are simulated, not observed" in out


def test_exported_frames_are_read_back_as_deepgalaxys_own_with_equal_pixels(beside, simulated):
    words = ["dataset=mergers", f"dataset.catalog={simulated / 'frames.hdf5'}", "imaging=hdf5", "paths.data=read"]
    assert beside("prepare", *words)[0] == 0
    ours = PreparedData(simulated / "data" / FOLDER)
    back = PreparedData(beside.folder / "read" / "mergers-file-hdf5")
    assert back.origin is Origin.SIMULATION
    assert back.manifest.sources["frames"] == "simulation"
    theirs, mine = np.argsort(back.catalog["id"]), np.argsort(ours.catalog["id"])
    assert back.catalog["id"][theirs].tolist() == ours.catalog["id"][mine].tolist()
    for name in ("snapshot_class", "camera", "size_ratio", "mass_ratio", "simulation_time", "snapshot_interval"):
        np.testing.assert_allclose(back.catalog[name][theirs], ours.catalog[name][mine])
    pairs = zip(theirs[::97], mine[::97], strict=True)
    assert all(np.array_equal(back.pixels(one), ours.pixels(other)) for one, other in pairs)


@pytest.mark.filterwarnings("ignore:the random forest is left out:UserWarning")
def test_a_run_on_simulations_says_so_in_name_banner_table_metrics_and_to_its_logger(beside, monkeypatch):
    monkeypatch.setattr("galexp.job.train.run_figures", lambda *facts: {})
    told = []
    monkeypatch.setattr("galexp.job.train.instantiate", _spy(told))
    words = ["split=simulation", "size=tiny", "model=small_cnn", "evaluation.bootstrap=20", "datamodule.image_size=16"]
    words.append("split.val_fraction=0")
    status, out, _ = beside("train", *WORDS, *words, "logger=none")
    assert status == 0
    assert f"SIMULATION: the galaxies of data/{FOLDER} are simulated, not observed" in out
    assert "held-out galaxies of a SIMULATION" in out
    (run,) = (beside.folder / "multirun" / "adhoc").iterdir()
    assert run.name.startswith("mergers_simulation-simulation-small_cnn-s0-")
    assert json.loads((run / "metrics.json").read_text())["data"] == "simulation"
    assert told == [Origin.SIMULATION]
    split = read_parquet(run / "split.parquet")
    held = {name.split("_c")[0] for name, role in zip(split["id"], split["role"], strict=True) if role == "test"}
    assert len(held) == 1


def _spy(told):
    from galexp.target import instantiate

    def make(node, **facts):
        told.extend([facts["origin"]] if "origin" in facts else [])
        return instantiate(node, **facts)

    return make


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["dataset=mergers", "dataset.catalog=mock"], "dataset.catalog=mock of mergers: galexp makes a simulation"),
        (["dataset=xgass", "dataset.catalog=simulation"], "dataset.catalog=simulation of xgass: galexp makes a mock"),
        (["dataset=mergers", "imaging=files"], "a simulation catalog has simulation images only"),
        (["dataset=xgass", "export=frames.hdf5"], "frames of simulated mergers alone can be exported"),
        ([*WORDS, "quality.simulations=[[1,0.6]]"], "mass ratio 0.6, which is outside the grid"),
        ([*WORDS, "quality.disk_particles=3"], "quality.disk_particles is 3; expected a whole number of at least"),
        ([*WORDS, "quality.image_size=0"], "quality.image_size is 0"),
    ],
)
def test_what_cannot_be_made_is_refused_and_nothing_is_left(shell, words, sentence):
    found, _, err = shell("prepare", *words)
    assert found in (1, 2)
    assert sentence in err
    assert not [path for path in pathlib.Path("data").rglob("*") if path.is_file() and path.suffix != ".lock"]


def test_an_export_replaces_no_file_unless_forced(beside):
    (beside.folder / "frames.hdf5").write_text("mine")
    assert "export=frames.hdf5 is there already" in beside.refuses("prepare", *WORDS, "export=frames.hdf5")
    assert (beside.folder / "frames.hdf5").read_text() == "mine"


def test_a_quality_is_refused_for_a_survey_that_is_drawn(shell):
    assert "quality" in shell.refuses("prepare", "dataset=xgass", "quality=tiny", status=2)
