"""One small simulation, for every test that needs one."""

from __future__ import annotations

import pytest
import torch

from galexp.nbody.quality import Quality
from galexp.nbody.simulate import simulate
from galexp.nbody.snapshots import write_snapshots

SMALL = Quality(60, 20, 120, 60, 30, [(1, 0.5), (0.75, 0.5)], seed=3, image_size=16)


@pytest.fixture(scope="session")
def small():
    return SMALL


@pytest.fixture(scope="session")
def merger():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield simulate(1, 0.5, SMALL)
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def merger_file(merger, tmp_path_factory):
    path = tmp_path_factory.mktemp("simulations") / "s_1_m_0.5-small.npz"
    write_snapshots(path, merger)
    return path
