"""An image service on this machine, and a catalog and settings to ask it with."""

from __future__ import annotations

import contextlib
import importlib.util
import pathlib
import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from astropy.table import Table

_SPEC = importlib.util.spec_from_file_location("image_server", pathlib.Path(__file__).with_name("server.py"))
server = importlib.util.module_from_spec(_SPEC)
sys.modules["image_server"] = server
_SPEC.loader.exec_module(server)


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Any]]:
    """Return a function that starts an image service with the faults that it is given."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with contextlib.ExitStack() as running:
        yield lambda *args, **kwargs: running.enter_context(server.ImageServer(*args, **kwargs).running())


@pytest.fixture
def sky() -> Callable[..., Table]:
    """Return a function that draws a catalog with identifiers of 64 bits and positions."""

    def draw(rows: int, seed: int = 0) -> Table:
        rng = np.random.default_rng(seed)
        catalog = Table({"id": [str(1237649770260463687 + row) for row in range(rows)]})
        catalog["ra"], catalog["dec"] = rng.uniform(0, 360, rows), rng.uniform(-60, 60, rows)
        return catalog

    return draw
