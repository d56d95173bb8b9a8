"""What holding out a window of overdensity promises."""

from __future__ import annotations

import numpy as np
import pytest
from astropy.table import Table
from hypothesis import given, settings
from hypothesis import strategies as st

from galexp.split.base import TEST, TRAIN, UNUSED
from galexp.split.density import DensitySplit
from galexp.split.window import DensityWindowSplit

DENSITIES = st.lists(st.integers(-50, 50) | st.just(None), min_size=20, max_size=80)


def catalog(density) -> Table:
    return Table({"id": [f"{row:04d}" for row in range(len(density))], "density": density})


def numbers(values) -> np.ndarray:
    density = np.array([np.nan if value is None else value for value in values], dtype=float)
    density[:10] = np.linspace(-60, 60, 10)
    return density


def held_out(density, center, **options) -> np.ndarray:
    return DensityWindowSplit("density", center, val_fraction=0, **options).assign(catalog(density)) == TEST


@pytest.mark.parametrize("center", [0.2, 0.5, 0.7, 0.8])
@given(values=DENSITIES)
@settings(max_examples=25, deadline=None)
def test_the_window_is_half_open_between_numpys_quantiles(center, values):
    density = numbers(values)
    finite = density[np.isfinite(density)]
    low, high = np.quantile(finite, round(center - 0.1, 6)), np.quantile(finite, round(center + 0.1, 6))
    inside = (density >= low) & (density < high)
    if inside.any():
        np.testing.assert_array_equal(held_out(density, center), inside)


@given(values=DENSITIES)
@settings(max_examples=25, deadline=None)
def test_five_windows_that_touch_hold_out_every_galaxy_with_a_density_once(values):
    density = numbers(values) + 1e-3 * np.arange(len(values))
    times = sum(held_out(density, center).astype(int) for center in (0.1, 0.3, 0.5, 0.7, 0.9))
    np.testing.assert_array_equal(times, np.isfinite(density).astype(int))


def test_the_highest_window_of_the_code_loses_the_maximum_and_trains_on_it():
    density = np.random.default_rng(0).permutation(50).astype(float)
    top = int(np.argmax(density))
    fixed, code = held_out(density, 0.9), held_out(density, 0.9, keep_maximum=False)
    assert np.flatnonzero(fixed & ~code).tolist() == [top]
    assert not np.any(code & ~fixed)
    split = DensityWindowSplit("density", 0.9, keep_maximum=False, val_fraction=0)
    assert split.assign(catalog(density))[top] == TRAIN


@pytest.mark.parametrize("center", [0.1, 0.5, 0.8])
def test_other_windows_are_the_same_in_either_variant(center):
    density = np.arange(50.0)
    np.testing.assert_array_equal(held_out(density, center), held_out(density, center, keep_maximum=False))


def test_the_lowest_and_the_highest_window_are_the_extreme_splits():
    density = np.random.default_rng(1).normal(size=999)
    for center, quantile, side in ((0.1, 0.2, "below"), (0.9, 0.8, "above")):
        extreme = DensitySplit("density", quantile, side, val_fraction=0).assign(catalog(density)) == TEST
        np.testing.assert_array_equal(held_out(density, center), extreme)


@pytest.mark.parametrize("missing", [UNUSED, TRAIN])
def test_rows_without_density_are_what_was_asked_for(missing):
    density = np.r_[np.arange(20.0), np.nan]
    roles = DensityWindowSplit("density", 0.5, missing=missing, val_fraction=0).assign(catalog(density))
    assert roles[-1] == missing


@pytest.mark.parametrize(("center", "half_width"), [(0.05, 0.1), (0.95, 0.1), (0.5, 0.0), (0.5, -0.1)])
def test_a_window_beyond_the_ends_or_without_width_is_refused(center, half_width):
    with pytest.raises(ValueError, match=rf"split\.center is {center} and split\.half_width {half_width}; expected"):
        DensityWindowSplit("density", center, half_width)


def test_other_mistakes_are_refused():
    with pytest.raises(ValueError, match=r"split\.missing is 'test'; choose unused or train"):
        DensityWindowSplit("density", 0.5, missing="test")
    with pytest.raises(ValueError, match="no row has a finite density; choose another environment or split"):
        DensityWindowSplit("density", 0.5).assign(catalog([np.nan] * 3))
    with pytest.raises(ValueError, match="this split needs the column 'other'; the catalog has id, density"):
        DensityWindowSplit("other", 0.5).assign(catalog([0.0, 1.0]))
