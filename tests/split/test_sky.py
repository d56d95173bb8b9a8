"""What holding out patches of the sky promises."""

from __future__ import annotations

import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from astropy.table import Table
from astropy_healpix import HEALPix
from hypothesis import given, settings
from hypothesis import strategies as st

from galexp.split.audit import audit
from galexp.split.base import TEST, TRAIN, UNUSED, VAL
from galexp.split.sky import SkySplit, deal_blocks, sky_blocks


def survey(rows: int = 600, seed: int = 0, side: float = 40.0) -> Table:
    """Return positions all over a square patch around the meridian."""
    rng = np.random.default_rng(seed)
    ra, dec = rng.uniform(-side / 2, side / 2, rows) % 360, rng.uniform(0, side, rows)
    return Table({"id": [f"{row:04d}" for row in range(rows)], "ra": ra, "dec": dec})


def separations(table: Table, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return the separation [deg] of every pair, by astropy."""
    places = SkyCoord(table["ra"], table["dec"], unit="deg")
    return places[first][:, None].separation(places[second][None, :]).deg


@pytest.mark.parametrize("nside", [1, 2, 8, 64])
def test_a_position_lies_in_the_block_whose_center_is_that_of_its_number(nside):
    numbers = np.arange(12 * nside**2)
    ra, dec = HEALPix(nside).healpix_to_lonlat(numbers)
    np.testing.assert_array_equal(sky_blocks(ra.deg, dec.deg, nside), numbers)


def test_blocks_have_equal_areas():
    rng = np.random.default_rng(0)
    ra, dec = rng.uniform(0, 360, 120_000), np.degrees(np.arcsin(rng.uniform(-1, 1, 120_000)))
    counts = np.bincount(sky_blocks(ra, dec, 2), minlength=48)
    assert np.abs(counts - 2500).max() < 5 * np.sqrt(2500)


@pytest.mark.parametrize("nside", [4, 8, 16])
@given(seed=st.integers(0, 99))
@settings(max_examples=15, deadline=None)
def test_no_block_is_shared_and_the_shares_are_met_to_half_a_block(nside, seed):
    table = survey(seed=seed)
    split = SkySplit(nside, test_fraction=0.3, val_fraction=0.2, seed=seed)
    roles = split.assign(table)
    blocks = sky_blocks(table["ra"], table["dec"], nside)
    sides = [set(blocks[roles == role].tolist()) for role in (TRAIN, VAL, TEST)]
    assert sum(map(len, sides)) == len(set.union(*sides)) == len(set(blocks.tolist()))
    largest = np.bincount(blocks).max()
    assert abs(np.sum(roles == TEST) - 0.3 * 600) <= largest / 2
    assert abs(np.sum(roles == VAL) - 0.2 * np.sum(roles != TEST)) <= largest / 2


@given(sizes=st.lists(st.integers(1, 60), min_size=1, max_size=40), share=st.floats(0, 1), seed=st.integers(0, 99))
@settings(max_examples=100, deadline=None)
def test_dealt_blocks_are_whole_and_off_by_at_most_half_of_the_largest(sizes, share, seed):
    block = np.repeat(np.arange(len(sizes)), sizes)
    taken = deal_blocks(block, share * len(block), np.random.default_rng(seed))
    assert all(len(set(taken[block == number])) == 1 for number in range(len(sizes)))
    assert abs(taken.sum() - share * len(block)) <= max(sizes) / 2


@pytest.mark.parametrize("guard", [0.5, 2.0])
@given(seed=st.integers(0, 99))
@settings(max_examples=10, deadline=None)
def test_no_neighbor_across_a_border_is_closer_than_the_guard(guard, seed):
    table = survey(300, seed)
    roles = SkySplit(8, guard=guard, seed=seed).assign(table)
    without = SkySplit(8, seed=seed).assign(table)
    for first, second in ((TEST, TRAIN), (TEST, VAL), (VAL, TRAIN)):
        assert separations(table, roles == first, roles == second).min() >= guard - 1e-9
    np.testing.assert_array_equal(roles == TEST, without == TEST)
    given_up = (roles == UNUSED) & (without != UNUSED)
    assert np.all(separations(table, given_up, np.isin(roles, [TEST, VAL])).min(axis=1) < guard)


def test_without_a_guard_the_audit_finds_neighbors_across_the_border_and_with_one_none():
    grid = np.arange(0, 20, 0.1)
    ra, dec = (axis.ravel() for axis in np.meshgrid(grid, grid))
    ra = np.r_[ra, ra + 5 / 3600]
    table = Table({"id": np.arange(len(ra)).astype(str), "ra": ra, "dec": np.r_[dec, dec]})
    assert audit(table, SkySplit(64).assign(table), []).sky_neighbors > 0
    assert audit(table, SkySplit(64, guard=10 / 3600).assign(table), []).sky_neighbors == 0


def test_rows_without_a_position_are_unused():
    table = survey(100)
    table["ra"][0], table["dec"][1], table["dec"][2] = np.nan, np.nan, 91.0
    assert np.flatnonzero(SkySplit(16).assign(table) == UNUSED).tolist() == [0, 1, 2]


def test_blocks_that_are_too_large_for_a_share_are_refused():
    table = survey(100, side=1.0)
    with pytest.raises(
        ValueError, match=r"no block of nside 1 suits split\.test_fraction=0\.2: the smallest has 100 of"
    ):
        SkySplit(1).assign(table)
    with pytest.raises(ValueError, match=r"no block of nside 8 suits split\.val_fraction=0\.1"):
        SkySplit(8, test_fraction=0.5).assign(two_patches())
    assert set(SkySplit(8, test_fraction=0.5, val_fraction=0).assign(two_patches())) == {TRAIN, TEST}


def two_patches() -> Table:
    ra = np.r_[np.full(20, 10.0), np.full(20, 190.0)]
    return Table({"id": np.arange(40).astype(str), "ra": ra, "dec": np.full(40, 20.0)})


def test_a_guard_that_leaves_a_side_empty_is_refused():
    with pytest.raises(ValueError, match=r"split\.guard=50 deg leaves no row to validate on \(.*0 val.*\); lower it"):
        SkySplit(8, guard=50).assign(survey(200))
    with pytest.raises(ValueError, match=r"SkySplit leaves train empty \(0 train, 0 val"):
        SkySplit(8, guard=50, val_fraction=0).assign(survey(200))


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"nside": 0}, r"split\.nside is 0; expected a power of two, such as 4 or 8"),
        ({"nside": 6}, r"split\.nside is 6; expected a power of two"),
        ({"test_fraction": 0.0}, r"split\.test_fraction is 0\.0; expected 0 < test_fraction < 1"),
        ({"guard": -1.0}, r"split\.guard is -1\.0; expected 0 to 180"),
    ],
)
def test_settings_out_of_range_are_refused(settings, sentence):
    with pytest.raises(ValueError, match=sentence):
        SkySplit(**settings)


@pytest.mark.parametrize("column", ["ra", "dec"])
def test_a_column_that_is_not_there_is_named(column):
    table = survey(10)
    table.remove_column(column)
    with pytest.raises(ValueError, match=f"this split needs the column '{column}'; the catalog has id"):
        SkySplit().assign(table)
