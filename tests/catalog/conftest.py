"""A table service on this machine."""

from __future__ import annotations

import contextlib
import importlib.util
import pathlib
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from galexp.catalog.services import Services

_SPEC = importlib.util.spec_from_file_location("table_server", pathlib.Path(__file__).with_name("table_server.py"))
server = importlib.util.module_from_spec(_SPEC)
sys.modules["table_server"] = server
_SPEC.loader.exec_module(server)


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Any]]:
    """Return a function that starts a service with what it is given."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with contextlib.ExitStack() as running:
        yield lambda **given: running.enter_context(server.TableServer(**given).running())


@pytest.fixture
def impatient() -> Callable[..., Services]:
    """Return a function that makes settings which wait for a server only for moments."""

    def settings(server: Any, **changes: Any) -> Services:
        hosts = dict.fromkeys(("cornell", "icrar", "skyserver", "vizier"), server.address)
        return Services(
            **{**hosts, "release": 14, "timeout": 0.4, "retries": 2, "pause": 0.01, "page_rows": 4} | changes
        )

    return settings
