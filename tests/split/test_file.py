"""What taking the roles from a table promises."""

from __future__ import annotations

import numpy as np
import pytest
from astropy.table import Table
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from galexp.catalog.parquet import write_parquet
from galexp.split.assign import assign_roles
from galexp.split.base import ROLES, TEST, TRAIN, UNUSED, VAL
from galexp.split.file import FileSplit
from galexp.split.random import RandomSplit

IDS = [str(1237649770260463687 + row) for row in range(30)]


@pytest.fixture
def catalog() -> Table:
    return Table({"id": IDS, "group_id": np.arange(30) // 3})


@pytest.fixture
def listed(tmp_path):
    def listed(text: str) -> str:
        (tmp_path / "split.csv").write_text(text)
        return str(tmp_path / "split.csv")

    return listed


def lines(*rows: str) -> str:
    return "\n".join(rows) + "\n"


def test_ids_alone_are_tested_and_all_others_trained_on(catalog, listed):
    roles = FileSplit(listed(lines("id", *IDS[5:9])), val_fraction=0).assign(catalog)
    assert np.flatnonzero(roles == TEST).tolist() == [5, 6, 7, 8]
    assert np.sum(roles == TRAIN) == 26


def test_validation_is_carved_out_of_train_by_whole_groups(catalog, listed):
    roles = FileSplit(listed(lines("id", *IDS[:6])), val_fraction=0.25).assign(catalog)
    groups = {role: set(catalog["group_id"][roles == role].tolist()) for role in (TRAIN, VAL)}
    assert len(groups[VAL]) == 2
    assert not groups[TRAIN] & groups[VAL]


def test_validation_is_carved_out_of_train_by_whole_simulations_where_there_are_no_groups(catalog, listed):
    catalog["simulation"] = [f"s{row // 6}" for row in range(30)]
    catalog.remove_column("group_id")
    roles = FileSplit(listed(lines("id", *IDS[:6])), val_fraction=0.1).assign(catalog)
    assert [len({*catalog["simulation"][roles == role]}) for role in (TRAIN, VAL, TEST)] == [3, 1, 1]


def test_a_table_of_roles_without_val_is_taken_as_it_is(catalog, listed):
    path = listed(lines("id,role", *(f"{name},train" for name in IDS[:20]), *(f"{name},test" for name in IDS[20:])))
    assert FileSplit(path, val_fraction=0.5).assign(catalog).tolist() == [TRAIN] * 20 + [TEST] * 10


@pytest.mark.parametrize("val_fraction", [0.0, 0.3])
def test_the_roles_that_a_run_kept_come_back_although_rows_of_it_had_no_target(catalog, tmp_path, val_fraction):
    catalog["y"], catalog["image_is_blank"] = np.where(np.arange(30) == 4, np.nan, 1.0), np.arange(30) == 7
    roles, aside = assign_roles(RandomSplit(val_fraction=val_fraction, seed=1), catalog, ["y"])
    assert aside == {"without a target": 1, "blank image": 1}
    write_parquet(Table({"id": IDS, "sha256": IDS, "role": roles}), tmp_path / "split.parquet")
    again, _ = assign_roles(FileSplit(str(tmp_path / "split.parquet"), seed=2), catalog, ["y"])
    assert again.tolist() == roles.tolist()


def test_an_unused_id_is_never_strange(catalog, listed):
    path = listed(lines("id,role", "8,unused", f"{IDS[0]},train", f"{IDS[1]},test"))
    assert FileSplit(path).assign(catalog).tolist() == [TRAIN, TEST] + [UNUSED] * 28


@given(roles=st.lists(st.sampled_from(ROLES), min_size=30, max_size=30), seed=st.integers(0, 9))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_roles_of_the_table_come_back_whatever_the_order(catalog, tmp_path, roles, seed):
    roles = np.array([TRAIN, TEST, VAL, *roles[3:]])
    order = np.random.default_rng(seed).permutation(30)
    write_parquet(Table({"id": np.array(IDS)[order], "role": roles[order]}), tmp_path / "split.parquet")
    np.testing.assert_array_equal(FileSplit(str(tmp_path / "split.parquet"), seed=seed).assign(catalog), roles)


def test_galaxies_that_a_table_of_roles_does_not_name_are_unused(catalog, listed):
    path = listed(lines("id,role", f"{IDS[0]},train", f"{IDS[1]},test", f"{IDS[2]},unused"))
    roles = FileSplit(path, val_fraction=0).assign(catalog)
    assert roles.tolist() == [TRAIN, TEST] + [UNUSED] * 28


def test_a_table_may_call_its_ids_otherwise(catalog, listed):
    roles = FileSplit(listed(lines("objID,ra", f"{IDS[4]},0.5")), id_column="objID").assign(catalog)
    assert np.flatnonzero(roles == TEST).tolist() == [4]


def test_ids_that_the_catalog_lacks_are_counted_and_the_first_three_named(catalog, listed):
    path = listed(lines("id", IDS[0], "9", "8", "7", "6"))
    expected = (
        r"4 of 5 ids in .*split\.csv are not among the 30 galaxies with a target and a picture, such as 6, 7, 8; "
        r"remove them, or set split\.unknown=skip"
    )
    with pytest.raises(ValueError, match=expected):
        FileSplit(path).assign(catalog)
    assert np.flatnonzero(FileSplit(path, unknown="skip").assign(catalog) == TEST).tolist() == [0]


@pytest.mark.parametrize("unknown", ["raise", "skip"])
def test_a_table_of_another_survey_is_refused(catalog, listed, unknown):
    with pytest.raises(ValueError, match=r"2 of 2 ids in .* are not among the 30 galaxies"):
        FileSplit(listed(lines("id", "8", "9")), unknown=unknown).assign(catalog)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (lines("name", IDS[0]), r"split\.csv has no column 'id'; it has name; name the column .*split\.id_column=NAME"),
        (lines("id", IDS[0], IDS[0]), r"split\.csv: 1 identifiers in column 'id' occur more than once, such as"),
        (lines("id,role", f"{IDS[0]},tests"), r"split\.csv has the role 'tests'; did you mean 'test'\?"),
        (lines("id,role", f"{IDS[0]},val"), r"FileSplit leaves train empty \(0 train, 1 val, 0 test, 29 unused\)"),
    ],
)
def test_mistakes_in_the_table_are_refused(catalog, listed, text, sentence):
    with pytest.raises(ValueError, match=sentence):
        FileSplit(listed(text)).assign(catalog)


@pytest.mark.parametrize("path", [None, "nowhere.csv"])
def test_a_file_that_is_not_there_is_refused(path):
    with pytest.raises(ValueError, match=r"split\.path is .*, which is no file; give split\.path=FILE"):
        FileSplit(path)


def test_an_unknown_word_is_refused(listed):
    with pytest.raises(ValueError, match=r"split\.unknown is 'drop'; choose raise or skip"):
        FileSplit(listed("id\n1\n"), unknown="drop")
