"""Claims about making classes of a column."""

from __future__ import annotations

import numpy as np
import pytest
from astropy.table import Table
from hypothesis import given
from hypothesis import strategies as st

from galexp.split.base import TEST, TRAIN
from galexp.task.label import (
    add_labels,
    check_classes,
    class_names,
    interval_classes,
    labeled,
    refuse_empty_classes,
    settled_classes,
    truth_columns,
    width_fault,
)

GAS = {"poor": [None, -0.5], "rich": [0.5, None]}


def task(classes=None, target="gas"):
    return {"targets": [target], "classes": classes}


def test_the_bounds_of_an_interval_are_not_in_it():
    found = interval_classes(np.array([-0.6, -0.5, 0.0, 0.5, 0.6, np.nan]), GAS)
    np.testing.assert_array_equal(found, [0, np.nan, np.nan, np.nan, 1, np.nan])


@given(st.lists(st.floats(-5, 5), min_size=1), st.floats(-3, 3))
def test_two_classes_that_share_a_bound_hold_everything_but_it(values, bound):
    values = np.array(values)
    found = interval_classes(values, {"below": [None, bound], "above": [bound, None]})
    np.testing.assert_array_equal(np.isnan(found), values == bound)
    np.testing.assert_array_equal(found[values != bound], (values > bound)[values != bound])


@pytest.mark.parametrize(
    ("classes", "sentence"),
    [
        ({"all": [None, 1.0]}, "task.classes names all; a classification needs two or more"),
        ({"a": [None, 0.1], "b": [0.0, None]}, r"the classes a \[-inf, 0.1\] and b \[0.0, inf\] overlap"),
        ({"a": [1.0, 0.0], "b": [2.0, None]}, r"task.classes.a is \[1.0, 0.0\], which holds no number"),
        ({"a": 3.0, "b": [2.0, None]}, r"task.classes.a is 3.0; expected \[low, high\]"),
        ({"a": [1.0], "b": [2.0, None]}, r"task.classes.a is \[1.0\]; expected \[low, high\]"),
        ({"a": ["x", -1], "b": [2.0, None]}, r"task.classes.a is \['x', -1\]; expected \[low, high\], two numbers"),
        ({"a": [True, 2], "b": [2.0, None]}, r"task.classes.a is \[True, 2\]; expected \[low, high\], two numbers"),
        ({}, "task.classes names none; a classification needs two or more"),
    ],
)
def test_intervals_that_make_no_classes_are_refused(classes, sentence):
    with pytest.raises(ValueError, match=sentence):
        interval_classes(np.zeros(2), classes)
    with pytest.raises(ValueError, match=sentence):
        check_classes(task(classes))


@pytest.mark.parametrize("classes", [3, "ab", ["a"], [], ["a", "a"], [1, "1"]])
def test_what_neither_names_two_classes_nor_bounds_them_is_refused_without_and_with_a_catalog(classes):
    kept = {**task(classes), "width_column": "step"}
    with pytest.raises(ValueError, match=r"task.classes is .*; expected (names, such as|two or more names, each)"):
        check_classes(kept)
    with pytest.raises(ValueError, match=r"task.classes is "):
        labeled({"task": kept}, Table({"gas": [0.0, 1.0]}))


def test_two_columns_make_no_classification():
    both = {"targets": ["gas", "mass"], "classes": None}
    with pytest.raises(ValueError, match=r"one target, task.targets has \['gas', 'mass'\]; name the one"):
        labeled({"task": both}, Table({"gas": [0.0, 1.0], "mass": [0.0, 1.0]}))
    check_classes({"targets": ["gas", "mass"]})
    check_classes(task())


def test_the_width_of_a_class_is_a_column_with_a_number_above_zero():
    catalog = Table({"gas": [0.0, 1.0], "step": [np.nan, 5.0], "name": ["a", "b"], "none": [np.nan, 0.0]})
    for column, fault in {
        None: None,
        "step": None,
        "stp": "'stp', which the catalog lacks",
        "name": "'name', which holds no number above 0",
        "none": "'none', which holds no number above 0",
    }.items():
        asked = {**task(["no", "yes"]), "width_column": column}
        if fault is None:
            assert width_fault(asked, catalog) is None
            assert labeled({"task": asked}, catalog) == {"task": asked}
        else:
            with pytest.raises(ValueError, match=f"task.width_column is {fault}; name a column with the width of"):
                labeled({"task": asked}, catalog)


def test_classes_that_are_not_named_are_the_numbers_that_the_column_holds():
    found = settled_classes(task(), Table({"gas": [0.0, 3.0, np.nan, 1.0]}))
    assert found["classes"] == ["0", "1", "2", "3"]
    assert truth_columns(found) == ["gas"]
    assert class_names(task(["no", "yes"])) == ["no", "yes"]


def test_a_truth_value_is_a_class():
    catalog = Table({"gas": [True, False]})
    assert settled_classes(task(), catalog)["classes"] == ["0", "1"]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ([0.0, 0.5], "gas is no class: it does not hold whole numbers from 0, such as 0.5; name intervals"),
        ([-1.0, 1.0], "gas is no class: it does not hold whole numbers from 0, such as -1"),
        ([0.0, 0.0], "gas goes up to 0, which makes 1 classes; expected 2 to 1000"),
        ([np.nan, np.nan], "gas is no class: it does not hold whole numbers from 0; name intervals"),
    ],
)
def test_a_column_that_holds_no_classes_is_refused(values, sentence):
    with pytest.raises(ValueError, match=sentence):
        settled_classes(task(), Table({"gas": values}))


def test_intervals_become_a_column_of_the_catalog_and_the_truth():
    catalog = Table({"gas": [-1.0, 0.0, 1.0]})
    settings = labeled({"task": task(GAS), "seed": 1}, catalog)
    assert settings == {"task": task(GAS), "seed": 1}
    assert truth_columns(settings["task"]) == ["gas_class"]
    np.testing.assert_array_equal(catalog["gas_class"], [0, np.nan, 1])


def test_a_class_without_a_name_is_refused():
    with pytest.raises(ValueError, match=r"gas goes up to 2 and task.classes names 2: 0 to 1"):
        add_labels(Table({"gas": [0.0, 2.0]}), task(["no", "yes"]))


def test_other_tasks_and_catalogs_without_the_target_are_left_alone():
    catalog = Table({"mass": [1.0]})
    assert labeled({"task": {"targets": ["mass"]}}, catalog) == {"task": {"targets": ["mass"]}}
    labeled({"task": task(GAS)}, catalog)
    assert catalog.colnames == ["mass"]


def test_a_class_without_a_member_among_the_training_rows_is_refused():
    catalog = Table({"gas": [-1.0, -2.0, 1.0]})
    add_labels(catalog, task(GAS))
    refuse_empty_classes(task(GAS), catalog, np.array([TRAIN, TEST, TRAIN]))
    with pytest.raises(ValueError, match=r"no training row is in class rich \(there are: poor 2\)"):
        refuse_empty_classes(task(GAS), catalog, np.array([TRAIN, TRAIN, TEST]))
