from __future__ import annotations

import json

import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from astropy.table import Table
from scipy.stats import ks_2samp

from galexp.split.audit import LeakageError, audit, describe
from galexp.split.base import TEST, TRAIN, UNUSED, VAL, split_hash

ROLES = np.array([TRAIN, VAL, TEST, TEST, UNUSED])
ARCSEC = 1 / 3600


def catalog(**columns) -> Table:
    return Table({"id": list("abcde"), "y": [1.0, 2.0, 3.0, 4.0, 5.0], **columns})


def images(*hashes: str, blank: tuple[int, ...] = ()) -> dict:
    return {"sha256": list(hashes), "image_is_blank": [row in blank for row in range(5)]}


def test_a_clean_split_has_nothing_to_say_against_it():
    found = audit(catalog(**images(*"vwxyz")), ROLES, ["y"])
    assert (found.same_id, found.same_image, found.shared_groups, found.sky_neighbors) == (0, 0, {}, None)
    assert found.counts == {"test": 2, "train": 1, "unused": 1, "val": 1}
    assert found.hash == split_hash(np.array(list("abcde")), ROLES)
    found.raise_on_leakage()


@pytest.mark.parametrize("other", [0, 1])
def test_an_identifier_on_both_sides_is_found_in_train_and_in_val_and_stops(other):
    table = catalog()
    table["id"][2] = table["id"][other]
    found = audit(table, ROLES, [])
    assert found.same_id == 1
    with pytest.raises(LeakageError, match=r"the split leaks: 1 ids and 0 identical images .*run prepare again"):
        found.raise_on_leakage()


def test_an_image_on_both_sides_is_found_and_stops():
    found = audit(catalog(**images(*"vwvyz")), ROLES, [])
    assert found.same_image == 1
    with pytest.raises(LeakageError, match="0 ids and 1 identical images"):
        found.raise_on_leakage()


def test_blank_images_and_unused_rows_are_no_leak():
    assert audit(catalog(**images(*"vwvyz", blank=(0, 2))), ROLES, []).same_image == 0
    assert audit(catalog(**images(*"vwxyv")), ROLES, []).same_image == 0


@pytest.mark.parametrize(
    ("groups", "shared"),
    [([7, 8, 7, 9, 9], 1), ([-1, -1, -1, -1, -1], 0), (["A", "B", "B", "A", ""], 2), (["", "A", "", "B", ""], 0)],
)
def test_groups_with_members_on_both_sides_are_counted(groups, shared):
    found = audit(catalog(group_id=groups, simulation=[0, 1, 2, 3, 0]), ROLES, [])
    assert found.shared_groups == {"group_id": shared, "simulation": 0}
    found.raise_on_leakage()


@pytest.mark.parametrize(("separation", "neighbors"), [(9.9, 1), (10.1, 0)])
@pytest.mark.parametrize("ra", [180.0, 360 - 2 * ARCSEC])
@pytest.mark.parametrize("dec", [0.0, 60.0, -89.99])
def test_a_sky_neighbor_counts_below_ten_arcsec_also_across_the_meridian(separation, neighbors, ra, dec):
    start = SkyCoord(ra, dec, unit="deg")
    near = start.directional_offset_by(90 * start.ra.unit, separation * ARCSEC * start.ra.unit)
    table = catalog(ra=[ra, 90.0, near.ra.deg, 100.0, ra], dec=[dec, 0.0, near.dec.deg, 10.0, dec])
    assert audit(table, ROLES, []).sky_neighbors == neighbors


def test_rows_without_a_position_have_no_neighbors():
    table = catalog(ra=[np.nan, 1.0, np.nan, 2.0, 3.0], dec=[0.0] * 5)
    assert audit(table, ROLES, []).sky_neighbors == 0
    table["ra"] = np.nan
    assert audit(table, ROLES, []).sky_neighbors == 0


def test_the_label_shift_is_scipys_between_learned_and_tested_rows():
    rng = np.random.default_rng(0)
    values = rng.normal(size=300)
    roles = rng.choice([TRAIN, VAL, TEST, UNUSED], 300)
    values[:20] = np.nan
    table = Table({"id": np.arange(300).astype(str), "y": values})
    learned = values[np.isin(roles, [TRAIN, VAL]) & np.isfinite(values)]
    expected = ks_2samp(learned, values[(roles == TEST) & np.isfinite(values)])
    shift = audit(table, roles, ["y"]).label_shift["y"]
    assert shift == {"statistic": pytest.approx(expected.statistic), "p_value": pytest.approx(expected.pvalue)}


def test_disjoint_labels_shift_by_one_and_no_labels_by_nan():
    assert audit(catalog(), ROLES, ["y"]).label_shift["y"]["statistic"] == 1.0
    table = catalog()
    table["y"][2:4] = np.nan
    assert np.isnan(audit(table, ROLES, ["y"]).label_shift["y"]["statistic"])


def test_a_target_that_is_not_there_is_named():
    with pytest.raises(ValueError, match="the audit needs the column 'metallicity'; the catalog has id, y"):
        audit(catalog(), ROLES, ["metallicity"])


def test_the_audit_is_plain_and_one_line():
    found = audit(catalog(group_id=[7, 8, 7, 9, 9], ra=[0.0] * 5, dec=[0.0] * 5), ROLES, ["y"])
    assert json.loads(json.dumps(found.as_dict())) == found.as_dict()
    assert describe(found, ROLES) == (
        "1 train, 1 val, 2 test, 1 unused (50.0% of those used are tested); 1 groups on both sides; "
        "2 test galaxies within 10 arcsec of a learned one; y differs by KS 1.00"
    )


def test_of_many_labels_the_line_names_the_one_that_differs_most():
    rng = np.random.default_rng(0)
    names = [f"Class1.{number}" for number in range(37)]
    table = Table({"id": np.arange(100).astype(str), **{name: rng.normal(size=100) for name in names}})
    roles = np.repeat([TRAIN, TEST], 50)
    table[names[5]] = np.arange(100.0)
    table[names[6]] = np.nan
    line = describe(audit(table, roles, names), roles)
    assert line.endswith("; 37 labels differ by KS 1.00 at most (Class1.5)")


def test_a_split_without_any_used_row_has_a_share_of_zero():
    roles = np.full(5, UNUSED)
    assert "(0.0% of those used are tested)" in describe(audit(catalog(), roles, []), roles)
