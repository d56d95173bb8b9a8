"""Claims about the leak through a random split."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

from galexp.page.content import DataTable, Picture, Prose
from galexp.page.material import ReportRun
from galexp.page.section.leak import LeakSection
from galexp.run.directory import RunDirectory


def off_by(amount):
    return lambda truth, rng: truth + amount * np.where(np.arange(len(truth)) % 2, 1, -1)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Return one folder for all tests, so that a configuration is composed once."""
    return tmp_path_factory.mktemp("leak")


@pytest.fixture
def train(make_run, home, sky):
    return type(make_run)(home, sky)


@pytest.fixture
def runs(train):
    """Return two runs of a random split, off by 0.1 and 0.3, and two of a split by the sky, off by 0.6 and 0.8."""
    errors = {("random", 0): 0.1, ("random", 1): 0.3, ("sky", 0): 0.6, ("sky", 1): 0.8}
    return [train(f"split={split}", f"seed={seed}", predict=off_by(error)) for (split, seed), error in errors.items()]


def test_the_leak_is_the_ratio_and_the_difference_of_the_mean_errors(runs, material):
    prose, table, picture = LeakSection().part(material(*runs)).blocks
    assert isinstance(prose, Prose)
    assert isinstance(table, DataTable)
    assert isinstance(picture, Picture)
    network = next(row for row in table.rows if row.values[1] == "network")
    held_out, _, at_random, whole, ratio, difference, counts, *_ = network.values
    assert (held_out, counts) == ("blocks of the sky", "2 and 2")
    assert at_random == pytest.approx((0.2, 0.1))
    assert whole == pytest.approx((0.7, 0.1))
    assert ratio.value == pytest.approx(3.5)
    assert difference == pytest.approx((0.5, np.hypot(0.1, 0.1)))
    assert "With split=sky the RMSE is 3.5 times (network)" in prose.text
    assert {row.values[1] for row in table.rows} == {"network", "network + TTA"}


def test_the_folds_of_a_seed_are_one_run_and_one_trained_twice_counts_once(train, runs, material, tmp_path):
    folds = [train("split=kfold", f"split.fold={fold}", predict=off_by(error)) for fold, error in ((0, 0.3), (1, 0.4))]
    again = tmp_path / "another" / runs[2].name
    shutil.copytree(runs[2].directory.folder, again)
    _, table, _ = LeakSection().part(material(*folds, *runs[2:], ReportRun(RunDirectory(again)))).blocks
    network = next(row for row in table.rows if row.values[1] == "network")
    rows = [len(fold.held_out) for fold in folds]
    pooled = np.sqrt(np.average([0.3**2, 0.4**2], weights=rows))
    assert network.values[2].value == pytest.approx(pooled)
    assert np.isnan(network.values[2].error)
    assert network.values[6] == "1 and 2"


def test_an_error_that_is_no_number_is_left_out_and_what_is_not_shown_is_said(train, runs, material):
    fold = train("split=kfold", "split.fold=0")
    lost = ReportRun(runs[1].directory)
    lost.metrics["test"]["log_hi_fraction"]["all"]["network"]["rmse"] = float("nan")
    prose, table, _ = LeakSection().part(material(runs[0], lost, *runs[2:], fold)).blocks
    counts = {row.values[1]: row.values[6] for row in table.rows}
    assert counts == {"network": "1 and 2", "network + TTA": "2 and 2"}
    assert "Runs of split=kfold are left out" in prose.text


def test_runs_that_differ_in_more_than_the_split_are_not_compared(runs, train, material):
    other = train("split=sky", "seed=0", "optimizer.lr=0.5")
    assert LeakSection().part(material(*runs[:2], other)) is None


def test_there_is_no_leak_without_both_sides(runs, material):
    assert LeakSection().part(material(*runs[:2])) is None
    assert LeakSection().part(material(*runs[2:])) is None
    assert LeakSection().part(material()) is None
