"""Mock surveys that several tests read and none changes."""

import functools

import pytest

from galexp.mock.survey import mock_xgass


@pytest.fixture(scope="session")
def draw_xgass():
    """Return `mock_xgass`, which draws each catalog once in all."""
    return functools.cache(mock_xgass)
