"""Claims about the benchmark of mergers: what it counts, predicts and refuses; never how fast anything is."""

from __future__ import annotations

import dataclasses
import types

import numpy as np
import pytest
import torch

from galexp.nbody.quality import GRID, Quality
from galexp.nbody.steps import steps
from galexp.shard.origin import Origin
from galexp.timing import mergers
from galexp.timing.base import Request
from galexp.timing.mergers import Mergers, one_thread, predicted, step_seconds

SMALL = {"disk_particles": 50, "bulge_particles": 20, "halo_particles": 100, "tracer_particles": 0}
SMALL |= {"steps_per_orbit": 30, "simulations": [[1, 1]], "_target_": "galexp.nbody.quality.Quality"}
QUALITY = Quality(50, 20, 100, 0, 30, [(1, 1)])
DEMANDS = {
    "most_seconds": 1e9,
    "most_seconds_of_all": 1e9,
    "most_milliseconds": 1e9,
    "most_drift": {"demo": 0.5, "good": 1e-4},
}
DEMANDS |= {"most_halo_change": 2, "most_disk_change": 15}
BENCHMARK = Mergers(repeats=2, warm_up=0, device="cpu", grid=False, paper_particles=1000, **DEMANDS)


@pytest.fixture
def few(monkeypatch, tmp_path):
    """Stand in for the simulations: each drifts by a thousandth, and is as fast as nothing."""
    stand_in = types.SimpleNamespace(diagnostics=types.SimpleNamespace(energy_drift=1e-3))
    monkeypatch.setattr(mergers, "simulate", lambda *arguments: stand_in)
    radius, height = np.full((71, 1), 5.0), np.linspace(0.3, 1.0, 71)[:, None]
    radius[36:] = 5.2
    alone = types.SimpleNamespace(halo_half_mass_radius=radius, disk_half_mass_radius=radius, disk_height=height)
    monkeypatch.setattr(mergers, "isolate", lambda *arguments: alone)
    monkeypatch.setattr(mergers, "prepare_frames", lambda path: 0.003)
    monkeypatch.setattr(mergers, "look", lambda merger: 0.001)
    monkeypatch.setattr(mergers, "read_snapshots", lambda path: stand_in)
    monkeypatch.setattr(
        mergers,
        "simulate_all",
        lambda quality, folder, progress, device: [folder / f"s_{s:g}_m_{m:g}-0.npz" for s, m in quality.simulations],
    )


@pytest.mark.usefixtures("few")
def test_it_measures_one_all_and_a_frame_and_predicts_the_grid():
    found = BENCHMARK.measure(Request({"quality": SMALL}))
    rows = {row.name: row for row in found.rows}
    assert found.origin is Origin.SIMULATION
    assert [row.name for row in found.missed] == ["an isolated galaxy: change of its halo's half-mass radius"]
    assert rows["one simulation, s_1_m_1"].repeats == 2
    assert rows["a frame of 128 px"].median == 1.0
    assert rows["a frame of 128 px as PNG, as prepare makes it"].median == 3.0
    assert rows["  of its disk's"].median == pytest.approx(4.0)
    assert rows["  height of its disk at the start"].median == pytest.approx(0.3)
    assert rows["  at the end"].median == pytest.approx(1.0)
    assert rows["  energy drift, 1 simulations, largest"].median == 1e-3
    assert rows["a step of 1,000 particles"].median > 0
    assert sum("predicted" in name for name in rows) == 36 + 2


@pytest.mark.usefixtures("few")
def test_the_whole_grid_gives_a_drift_of_each():
    found = dataclasses.replace(BENCHMARK, grid=True, most_drift={"demo": 1e-4}).measure(Request({"quality": SMALL}))
    drifts = [row for row in found.rows if row.name.startswith("  energy drift, s_")]
    assert len(drifts) == 36
    assert all(row.verdict == "missed" for row in drifts)
    assert any(row.name.startswith("36 simulations, side by side on") for row in found.rows)


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize(("quality", "verdicts"), [("demo", ("missed", "met")), ("good", ("", "missed"))])
def test_seconds_are_judged_for_the_demo_alone_and_the_drift_as_its_quality_demands(quality, verdicts):
    settings = {"quality": SMALL, "choices": {"quality": quality}}
    found = dataclasses.replace(BENCHMARK, most_seconds=0.0).measure(Request(settings))
    rows = {row.name: row for row in found.rows}
    assert tuple((rows[name].verdict or "") for name in ("one simulation, s_1_m_1", "  its energy drift")) == verdicts


@pytest.mark.parametrize("device", ["graphics", "mps", "cpu:x"])
def test_a_device_that_is_none_is_refused(device):
    with pytest.raises(ValueError, match=rf"what\.device is '{device}'; expected cpu, cuda or cuda:NUMBER"):
        dataclasses.replace(BENCHMARK, device=device)


def test_what_a_point_of_the_grid_costs_goes_as_its_steps():
    rows = {row.name: row for row in predicted([10.0, 20.0], QUALITY)}
    assert rows["s_1_m_1, 350 steps, predicted"].values == [10.0, 20.0]
    count = steps(0.25, 1.5, QUALITY)
    assert rows[f"s_0.25_m_1.5, {count:,} steps, predicted"].median == pytest.approx(15 * count / 350)
    total = sum(steps(*pair, QUALITY) for pair in GRID)
    assert rows[f"all 36 simulations, {total:,} steps, predicted"].median == pytest.approx(15 * total / 350 / 3600)


def test_the_gravity_of_so_many_particles_takes_time():
    assert 0 < step_seconds(1000, QUALITY, "cpu") < 10


def test_one_thread_is_given_back():
    before = torch.get_num_threads()
    with one_thread():
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == before


@pytest.mark.parametrize(
    ("changes", "settings", "sentence"),
    [
        ({"paper_particles": 10}, None, "what.paper_particles is 10; expected a whole number of at least 1000"),
        ({"most_drift": 1e-3}, None, r"what.most_drift is 0.001; expected a number for each quality: \{demo: 3e-3\}"),
        ({"most_drift": {}}, None, r"what.most_drift is \{\}; expected"),
        ({}, {}, "what=mergers measures simulations; give dataset=mergers with its own catalog"),
        ({}, {"quality": {}}, "what=mergers measures simulations"),
    ],
)
def test_what_cannot_be_measured_is_refused(changes, settings, sentence):
    with pytest.raises(ValueError, match=sentence):
        dataclasses.replace(BENCHMARK, **changes).measure(Request(settings or {}))


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_device_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match=r"what\.device is 'cuda' and there is no GPU; give what.device=cpu"):
        dataclasses.replace(BENCHMARK, device="cuda").measure(Request({"quality": SMALL}))


@pytest.mark.slow
def test_small_simulations_are_really_measured():
    found = dataclasses.replace(BENCHMARK, repeats=1).measure(Request({"quality": SMALL}))
    assert all(row.lowest > 0 for row in found.rows)
