from __future__ import annotations

import numpy as np
import pytest
from astropy.table import Table

from galexp.config import UsageError
from galexp.dataset.base import Column, Cut, Dataset
from galexp.dataset.sdss_metallicity import SDSSMetallicity


class Survey(Dataset):
    """Two columns, one cut that can always be made and one that needs another column."""

    name = "survey"
    identifiers = ("objID",)
    columns = (
        Column("metallicity", ("oh_p50",), "dex", "12 + log10(O/H)", missing=-9999.0),
        Column("ra", ("RA",), "deg"),
        Column("log_stellar_mass", ("lgm",), "dex(solMass)"),
        Column("redshift", ("z",)),
    )
    cuts = (
        Cut("z > 0.02", ("redshift",), lambda table: table["redshift"] > 0.02),
        Cut("ra > 0", ("ra",), lambda table: table["ra"] > 0),
    )


@pytest.fixture
def write(tmp_path):
    def write(columns: dict, name: str = "t.ecsv", units: dict | None = None) -> str:
        table = Table({"objID": [11, 12, 13], "oh_p50": [8.5, 9.0, 8.75]} | columns)
        for column, unit in (units or {}).items():
            table[column].unit = unit
        table.write(tmp_path / name, format=f"ascii.{name.rsplit('.', 1)[1]}")
        return str(tmp_path / name)

    return write


def survey(**settings) -> Survey:
    return Survey("auto", settings.pop("targets", ["metallicity"]), settings)


def test_columns_come_under_our_names_with_unit_and_description(write):
    catalog = survey().read(write({"RA": [1.0, 2.0, 3.0], "unrelated": [0, 0, 0]})).catalog
    assert catalog.colnames == ["id", "metallicity", "ra"]
    assert catalog["id"].tolist() == ["11", "12", "13"]
    assert catalog["metallicity"].tolist() == [8.5, 9.0, 8.75]
    assert str(catalog["metallicity"].unit) == "dex"
    assert catalog["metallicity"].description == "12 + log10(O/H)"


def test_our_own_name_comes_before_theirs(write):
    assert survey().read(write({"metallicity": [1.0, 2.0, 3.0]})).catalog["metallicity"].tolist() == [1.0, 2.0, 3.0]


def test_a_name_given_by_the_user_comes_before_both(write):
    path = write({"metallicity": [1.0, 2.0, 3.0], "mine": [4.0, 5.0, 6.0]})
    assert survey(metallicity="mine").read(path).catalog["metallicity"].tolist() == [4.0, 5.0, 6.0]


def test_cuts_are_counted_and_one_without_its_column_says_so(write):
    selection = survey().read(write({"z": [0.01, 0.03, 0.05]}))
    assert selection.catalog["id"].tolist() == ["12", "13"]
    assert selection.counts == {"read": 3, "z > 0.02": 2, "ra > 0 (not applied: no ra)": 2}


def test_the_number_that_stands_for_not_measured_becomes_nan_and_the_row_stays(write):
    catalog = survey().read(write({"metallicity": [8.5, -9999.0, 9.0]})).catalog
    np.testing.assert_array_equal(catalog["metallicity"], [8.5, np.nan, 9.0])


def test_numbers_written_as_texts_with_gaps_are_numbers(write):
    catalog = survey().read(write({"metallicity": ["8.5", "", "9"]})).catalog
    np.testing.assert_array_equal(catalog["metallicity"], [8.5, np.nan, 9.0])


@pytest.mark.parametrize(
    ("column", "unit", "values", "expected"),
    [
        ("RA", "hourangle", [1.0, 2.0, 3.0], [15.0, 30.0, 45.0]),
        ("RA", "deg", [1.0, 2.0, 3.0], [1.0, 2.0, 3.0]),
        ("lgm", "solMass", [1e9, 1e10, 1e11], [9.0, 10.0, 11.0]),
        ("lgm", "dex(solMass)", [9.0, 10.0, 11.0], [9.0, 10.0, 11.0]),
        ("lgm", "dex(g)", [33.298500, 34.298500, 35.298500], [0.0, 1.0, 2.0]),
        ("z", "percent", [3.0, 4.0, 5.0], [0.03, 0.04, 0.05]),
    ],
)
def test_a_unit_that_can_be_converted_is(write, column, unit, values, expected):
    catalog = survey().read(write({column: values}, units={column: unit})).catalog
    ours = {"RA": "ra", "lgm": "log_stellar_mass", "z": "redshift"}[column]
    np.testing.assert_allclose(catalog[ours], expected, atol=1e-5)


@pytest.mark.filterwarnings("ignore::astropy.units.UnitsWarning")
@pytest.mark.parametrize(("column", "ours", "taken"), [("RA", "ra", "in deg"), ("z", "redshift", "without a unit")])
def test_a_unit_that_is_not_known_is_taken_for_ours_with_a_warning(write, column, ours, taken):
    path = write({column: [1.0, 2.0, 3.0]}, units={column: "furlongs_of_mine"})
    message = (
        rf"t\.ecsv: the unit 'furlongs_of_mine' of column '{column}' is not known, .* taken to be {taken}; correct"
    )
    with pytest.warns(UserWarning, match=message):
        assert survey().read(path).catalog[ours].tolist() == [1.0, 2.0, 3.0]


@pytest.mark.parametrize(
    ("column", "unit", "message"),
    [
        (
            "RA",
            "Mpc",
            r"t\.ecsv: column 'RA' has the unit Mpc, where ra is in deg; correct the unit in the table, or name",
        ),
        ("lgm", "km/s", r"column 'lgm' has the unit km / s, where log_stellar_mass is in dex\(solMass\)"),
        ("lgm", "mag", r"column 'lgm' has the unit mag, where log_stellar_mass is in dex\(solMass\)"),
        ("RA", "dex", r"column 'RA' has the unit dex, where ra is in deg"),
        ("lgm", "dex(erg)", r"column 'lgm' has the unit dex\(erg\), where log_stellar_mass is in dex\(solMass\)"),
        ("metallicity", "dex(erg)", r"column 'metallicity' has the unit dex\(erg\), where metallicity is in dex"),
        ("z", "km/s", r"t\.ecsv: column 'z' has the unit km / s, where redshift is without a unit; correct the unit"),
    ],
)
def test_a_unit_that_cannot_be_ours_is_refused(write, column, unit, message):
    with pytest.raises(ValueError, match=message):
        survey().read(write({column: [1.0, 2.0, 3.0]}, units={column: unit}))


@pytest.mark.parametrize("unit", ["dex", "dex(1)"])
def test_a_logarithm_without_its_unit_is_taken_for_ours(write, unit):
    catalog = survey().read(write({"lgm": [9.0, 10.0, 11.0]}, units={"lgm": unit})).catalog
    assert catalog["log_stellar_mass"].tolist() == [9.0, 10.0, 11.0]


def test_a_magnitude_may_name_its_zero_point():
    table = Table({"r": [15.0]}, units={"r": "mag(AB)"})
    assert Column("mag_r", ("r",), "mag").values(table, "r", "t.fits").tolist() == [15.0]


def test_a_column_of_any_unit_keeps_that_of_the_table(write):
    class Any(Survey):
        columns = (*Survey.columns, Column("size", (), None))

    catalog = Any("auto", ["size"]).read(write({"size": [1.0, 2.0, 3.0]}, units={"size": "kpc"})).catalog
    assert (catalog["size"].tolist(), str(catalog["size"].unit)) == ([1.0, 2.0, 3.0], "kpc")


class Computed(Survey):
    """One column that follows from another, one of texts, a tally and identifiers that a spectrum tells apart."""

    columns = (
        *Survey.columns,
        Column("redshift_squared", ("zz",), compute=lambda table: table["redshift"] ** 2, needs=("redshift",)),
        Column("other_id", ("other",), text=True),
        Column("is_near", (), compute=lambda table: np.asarray(table["redshift"]) < 0.04, needs=("redshift",)),
    )
    tallies = ("is_near", "redshift", "ra")


def computed():
    return Computed("auto", ["metallicity"])


def test_a_column_follows_from_others_unless_the_table_has_it(write):
    assert computed().read(write({"z": [1.0, 2.0, 3.0]})).catalog["redshift_squared"].tolist() == [1.0, 4.0, 9.0]
    assert computed().read(write({"zz": [0.0] * 3}, "u.ecsv")).catalog["redshift_squared"].tolist() == [0.0] * 3
    assert "redshift_squared" not in computed().read(write({}, "v.ecsv")).catalog.colnames


def test_tallies_count_what_is_true_or_finite_among_what_the_cuts_leave(write):
    counts = computed().read(write({"z": [0.01, 0.03, 0.05]})).counts
    assert counts["of these is_near"] == 1
    assert counts["of these redshift"] == 2
    assert "of these ra" not in counts


def test_rows_before_the_cuts_are_kept_as_the_parent(write):
    selection = computed().read(write({"z": [0.01, 0.03, 0.05]}))
    assert (len(selection.parent), len(selection.catalog)) == (3, 2)


def test_texts_stay_texts_with_every_digit(write):
    catalog = computed().read(write({"other": [587730775499407375, 587730775499407376, 1]})).catalog
    assert catalog["other_id"].tolist() == ["587730775499407375", "587730775499407376", "1"]


def test_texts_that_were_numbers_with_a_point_are_refused_with_the_file(write):
    with pytest.raises(
        ValueError, match=r"t\.ecsv: identifiers in column 'other' are floating-point.* such as 5\.8773"
    ):
        computed().read(write({"other": [587730775499407375.0, 2.0, 3.0]}))


def test_one_target_may_be_given_as_a_word():
    assert Survey("auto", "metallicity").targets == ["metallicity"]


def test_a_catalog_without_identifiers_is_refused_with_its_columns(tmp_path):
    Table({"name": ["a"], "oh_p50": [8.0]}).write(tmp_path / "t.csv")
    message = r"t\.csv has no column id or objID; it has name, oh_p50; name .* dataset\.columns\.id=NAME"
    with pytest.raises(ValueError, match=message):
        survey().read(tmp_path / "t.csv")


def test_a_missing_target_column_is_refused_with_what_was_looked_for(tmp_path):
    Table({"id": ["a"], "oh": [8.0]}).write(tmp_path / "t.csv")
    message = r"t\.csv has no column for the target metallicity \(looked for metallicity, oh_p50\); it has id, oh; name"
    with pytest.raises(ValueError, match=message):
        survey().read(tmp_path / "t.csv")


def test_an_unknown_target_is_refused_with_the_nearest(write):
    with pytest.raises(UsageError, match=r"survey knows no target 'metalicity'; did you mean 'metallicity'\?"):
        survey(targets=["metalicity"]).read(write({}))


def test_a_target_that_is_nowhere_finite_is_refused(write):
    with pytest.raises(ValueError, match=r"no row of .*t\.ecsv has a finite metallicity; check dataset\.columns"):
        survey().read(write({"metallicity": [np.nan, -9999.0, np.nan]}))


def test_an_unknown_name_in_columns_is_refused_with_the_nearest():
    with pytest.raises(UsageError, match=r"dataset\.columns has no 'redshft'; did you mean 'redshift'\?"):
        survey(redshft="z")


def test_a_column_named_by_the_user_that_is_not_there_is_refused_with_file_and_nearest(write):
    message = r"dataset\.columns\.metallicity is 'oh_p5', which .*t\.ecsv does not have; did you mean 'oh_p50'\?"
    with pytest.raises(ValueError, match=message):
        survey(metallicity="oh_p5").read(write({}))


def test_words_in_a_column_of_numbers_are_refused_with_file_and_word(write):
    message = (
        r"t\.ecsv: the column of metallicity is not made of numbers \(.*'high'.*dataset\.columns\.metallicity=NAME"
    )
    with pytest.raises(ValueError, match=message):
        survey().read(write({"metallicity": ["8.5", "high", "9"]}))


@pytest.mark.parametrize(
    ("identifiers", "message"),
    [(["a", "a", "b"], "occur more than once, such as 'a'"), (["a.1", "b", "c"], "such as 'a.1'; rename")],
)
def test_unusable_identifiers_are_refused_with_the_file(write, identifiers, message):
    with pytest.raises(ValueError, match=rf"t\.ecsv: 1 identifiers in column 'objID' .*{message}"):
        survey().read(write({"objID": identifiers}))


def test_cuts_that_leave_nothing_are_refused_with_their_counts(write):
    message = (
        r"no row of .*t\.ecsv is left by the cuts of survey \(read: 3, z > 0\.02: 0, .*\); check its columns' units"
    )
    with pytest.raises(ValueError, match=message):
        survey().read(write({"z": [0.01, 0.01, 0.01]}))


def test_a_survey_without_a_mock_says_how_to_give_a_table():
    with pytest.raises(
        ValueError, match=r"survey has no mock catalog; give a table: dataset\.catalog=FILE imaging=files"
    ):
        survey().draw(10, 0, 1.0)


def test_identifiers_of_a_csv_keep_their_leading_zeros(tmp_path):
    (tmp_path / "table.csv").write_text("objID,oh_p50,note\n000123,8.9,a\n1237649770260463687,9.0,b\n")
    selection = SDSSMetallicity("auto", ["metallicity"]).read(tmp_path / "table.csv")
    assert selection.catalog["id"].tolist() == ["000123", "1237649770260463687"]
    assert selection.ignored == ("note",)
