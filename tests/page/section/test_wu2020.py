"""What the sections about surroundings say of runs, on networks whose errors are known."""

from __future__ import annotations

import math
import pathlib
import shutil

import numpy as np
import pytest
from report_runs import column, kinds

from galexp.evaluation.nested_variance import nested_variance
from galexp.page.content import PUBLISHED, DataTable, Gallery, Link, Measured, Notice, Picture
from galexp.page.material import ReportRun
from galexp.page.number_groups import typical_groups
from galexp.page.section.count_maps import CountMaps
from galexp.page.section.density_windows import DensityWindows, windows
from galexp.page.section.environment_histograms import EnvironmentHistograms
from galexp.page.section.excess import HIExcess
from galexp.page.section.transfer import Transfer
from galexp.page.section.trends import Trends
from galexp.page.section.wu2020_table1 import Wu2020Table1
from galexp.run.directory import RunDirectory

TARGET = "log_hi_fraction"
COLUMNS = ["redshift", "log_stellar_mass", "log_sfr", "log_ssfr"]
_MADE: dict[object, ReportRun] = {}


@pytest.fixture(name="make_run")
def make_run_once(make_run):
    """Return what makes a run, each once for all tests of this file."""

    def make(*words, **options):
        key = (words, *sorted((name, repr(option)) for name, option in options.items()))
        if key not in _MADE:
            _MADE[key] = make_run(*words, **options)
        return _MADE[key]

    return make


@pytest.fixture
def as_mock(tmp_path):
    """Return what makes of a run a copy that was trained on a mock of the same survey."""

    def make(run):
        folder = shutil.copytree(run.directory.folder, tmp_path / "mock" / "study" / f"mock-{run.name}")
        copy, data = ReportRun(RunDirectory(folder)), {"data_sha256": "1" * 64}
        copy.directory.write_json("metrics.json", {**copy.metrics, **data, "data": "mock"})
        copy.directory.write_json("audit.json", {**copy.audit, **data, "data_name": "xgass-mock-mock"})
        return ReportRun(copy.directory)

    return make


def table_of(part, name=""):
    return next(block for block in part.blocks if isinstance(block, DataTable) and block.name.startswith(name))


def without_data(run: ReportRun) -> ReportRun:
    """Return a run whose prepared data is no longer what it was trained on."""
    lost = ReportRun(run.directory)
    lost.metrics["data_sha256"] = "0" * 64
    return lost


def test_table_1_is_mean_and_sample_deviation_of_the_trainings_beside_the_published_values(make_run, material):
    runs = [make_run("split=delta5_q80"), make_run("split=delta5_q80", "seed=1", error=0.3)]
    part = Wu2020Table1().part(material(*runs))
    table = table_of(part)
    errors = [run.metrics["test"][TARGET]["all"]["network_tta"]["rmse"] for run in runs]
    ours, theirs = column(table, "RMSE")
    assert ours == pytest.approx((np.mean(errors), np.std(errors, ddof=1)))
    assert (theirs.value, theirs.error) == (0.3574, 0.0061)
    assert [row.mark for row in table.rows] == ["", PUBLISHED]
    assert column(table, "RMSE / scatter")[1] == Measured(0.7245, 0.0124)
    assert kinds(part) == ["Prose", "DataTable", "Picture"]


def test_table_1_needs_a_run_that_held_out_an_environment(make_run, material):
    assert Wu2020Table1().part(material(make_run("split=random"))) is None
    assert Wu2020Table1().part(material()) is None


def test_ways_to_measure_overdensities_are_told_by_their_names(make_run, material):
    runs = [make_run("split=delta5_q80", f"environment={name}") for name in ("paper", "fixed")]
    table = table_of(Wu2020Table1().part(material(*runs)))
    ours = [row.values for row in table.rows if row.mark != PUBLISHED]
    assert [values[3] for values in ours] == ["fixed", "paper"]
    assert "differs in" not in [column.heading for column in table.columns]


def test_several_trainings_on_each_of_several_splits_are_told_apart(make_run, material):
    errors = {(5, 0): 0.20, (5, 1): 0.22, (6, 0): 0.30}
    runs = [make_run(f"split.seed={split}", f"seed={seed}", error=error) for (split, seed), error in errors.items()]
    found = table_of(Wu2020Table1().part(material(*runs)), "split-variance")
    scores = [run.metrics["test"][TARGET]["all"]["network_tta"]["rmse"] for run in runs]
    expected = nested_variance([scores[:2], scores[2:]])
    assert column(found, "F") == [expected.f]
    assert column(found, "sd of splits") == [math.sqrt(expected.split_variance)]
    assert (column(found, "splits"), column(found, "runs")) == ([2], [3])


def test_random_runs_belong_together_however_overdensities_were_measured(make_run, material):
    words = [("split.seed=5",), ("split.seed=5", "seed=1"), ("split.seed=6", "environment=paper")]
    table = table_of(Wu2020Table1().part(material(*(make_run("split=random", *one) for one in words))), "split-errors")
    runs = [column.heading for column in table.columns].index("runs")
    assert [row.values[runs] for row in table.rows if row.mark != PUBLISHED] == [3]


def test_observed_galaxies_and_a_mock_of_them_keep_their_own_rows_and_marks(make_run, material, as_mock):
    seeds = [("split.seed=5",), ("split.seed=5", "seed=1"), ("split.seed=6",)]
    observed = [make_run("split=random", *words) for words in seeds]
    part = Wu2020Table1().part(material(*observed, *map(as_mock, observed)))
    for name in ("split-errors", "split-variance"):
        assert sorted(row.mark for row in table_of(part, name).rows if row.mark != PUBLISHED) == ["", "MOCK"]


def test_the_band_is_of_the_same_data_and_training_and_the_curve_of_the_same_target(make_run, material):
    other = [make_run("split=random", f"seed={seed}", "optimizer.lr=0.5") for seed in (0, 1)]
    masses = "task.targets=[log_stellar_mass]"
    held_out = make_run("split=delta5_window", "split.center=0.5", masses)
    part = DensityWindows().part(material(held_out, *other))
    assert {row.mark for row in table_of(part).rows} == {""}
    (figure,) = (block.figure for block in part.blocks if isinstance(block, Picture))
    shown = [text.get_text() for text in figure.legends[0].get_texts()] if figure.legends else []
    assert not {"random split", "published"} & set(shown)


def test_windows_stand_in_the_order_of_their_centers_beside_the_random_band(make_run, material):
    centers = (0.9, 0.1)
    held_out = [make_run("split=delta5_window", f"split.center={center}", error=center) for center in centers]
    random = [make_run("split=random"), make_run("split=random", "seed=1")]
    found = material(*held_out, *random)
    (one,) = windows(found)
    assert (one.survey, one.label) == ("xgass", "fixed")
    part = DensityWindows().part(found)
    table = table_of(part)
    ours = [row for row in table.rows if row.mark == ""]
    assert [row.values[3] for row in ours] == [0.1, 0.9]
    assert ours[0].values[-1].value < ours[1].values[-1].value
    assert sum(row.mark == PUBLISHED for row in table.rows) == 9
    (figure,) = (block.figure for block in part.blocks if isinstance(block, Picture))
    names = [text.get_text() for text in figure.legends[0].get_texts()]
    assert names == ["random split", "fixed", "published"]


def test_windows_without_their_data_say_so(make_run, material):
    run = without_data(make_run("split=delta5_window", "split.center=0.1", error=0.1))
    part = DensityWindows().part(material(run))
    assert kinds(part) == ["Prose", "Notice", "Picture", "DataTable"]
    assert DensityWindows().part(material(make_run("split=random"))) is None


def test_residuals_are_set_against_truth_prediction_and_catalog(make_run, material):
    def best(truth, rng):
        return truth.mean() + 0.5 * (truth - truth.mean()) + rng.normal(0, 0.5 * truth.std(), len(truth))

    part = Trends(COLUMNS, 1).part(material(make_run("seed=3", predict=best)))
    table = table_of(part)
    against = column(table, "against")
    mass = "log stellar mass"
    assert against == [f"{kind} log H I fraction" for kind in ("true", "predicted")] + [
        *("redshift", mass, "log (1 + delta5), fixed"),
    ]
    r, low, high = (column(table, name) for name in ("r", "95 % from", "to"))
    assert all(a < b < c for a, b, c in zip(low, r, high, strict=True))
    assert column(table, "expected r")[1] == 0
    assert r[0] == pytest.approx(column(table, "expected r")[0], abs=0.25)
    assert high[0] < 0 < low[against.index(mass)]
    assert kinds(part) == ["Prose", "DataTable", "Picture"]


def test_trends_without_the_catalog_keep_truth_and_prediction(make_run, material):
    part = Trends(COLUMNS, 0).part(material(without_data(make_run("split=random"))))
    assert isinstance(part.blocks[1], Notice)
    assert len(table_of(part).rows) == 2


def test_runs_of_classes_have_no_residuals(make_run, material):
    classes = ReportRun(make_run("split=random").directory)
    classes.metrics["test"] = {"log_hi_fraction_class": {"all": {"network_tta": {"accuracy": 0.9}}}}
    for section in (Trends(COLUMNS, 0), HIExcess(TARGET, 3), CountMaps(TARGET), Wu2020Table1(), Transfer()):
        assert section.part(material(classes)) is None


def test_candidates_are_detections_with_a_link_by_position(make_run, material):
    def low(truth, rng):
        return truth + rng.normal(0, 0.1, len(truth)) - 2 * (np.arange(len(truth)) % 10 == 0)

    run = make_run("seed=4", predict=low)
    part = HIExcess(TARGET, 5).part(material(run, stamps=2))
    table = table_of(part)
    catalog = {row["id"]: row for row in run.data.catalog}
    links = column(table, "galaxy")
    assert all(isinstance(link, Link) and f"ra={catalog[link.text]['ra']:.6f}" in link.address for link in links)
    assert not any(catalog[link.text]["hi_is_limit"] for link in links)
    assert column(table, "residual") == sorted(column(table, "residual"))
    (gallery,) = (block for block in part.blocks if isinstance(block, Gallery))
    assert [stamp.lines[0] for stamp in gallery.stamps] == [link.text for link in links[:2]]
    assert gallery.stamps[0].image.shape == (16, 16, 3)


def test_a_list_without_its_images_is_a_list_still(make_run, material):
    part = HIExcess(TARGET, 5).part(material(without_data(make_run("split=random"))))
    assert kinds(part) == ["Prose", "DataTable", "Notice"]
    assert all(isinstance(name, str) for name in column(table_of(part), "galaxy"))


def test_a_mock_of_a_survey_does_not_stand_for_what_was_observed(make_run, material, as_mock):
    runs = [make_run("split=random"), make_run("split=delta5_q80")]
    observed, mock = typical_groups(material(*runs, as_mock(runs[0])), TARGET)
    assert (observed.name, mock.name) == ("xgass-file-files", "xgass-mock-mock")
    assert observed.group.runs[0] is runs[0]
    assert len(observed.passed_over) == 1
    assert "passed over: xgass-delta5_q80-xresnet34" in observed.whose
    assert mock.passed_over == []


def test_counts_are_drawn_of_the_galaxies_that_were_held_out_at_random(make_run, material):
    runs = [make_run("split=delta5_q80"), make_run("split=random")]
    part = CountMaps(TARGET).part(material(*runs))
    (picture,) = (block for block in part.blocks if isinstance(block, Picture))
    assert "xgass-random-xresnet34, one network" in picture.caption
    assert CountMaps("metallicity").part(material(*runs)) is None


def test_surroundings_are_shown_once_for_each_way_to_measure_them(make_run, material, sky):
    runs = [make_run("split=delta5_q80", f"environment={name}") for name in ("fixed", "paper")]
    part = EnvironmentHistograms().part(material(*runs))
    table = table_of(part)
    assert column(table, "prepared data") == [f"xgass-file-files, {variant}" for variant in ("fixed", "paper")]
    assert column(table, "80 %")[0] == pytest.approx(np.quantile(sky.catalog["log_one_plus_delta5_fixed"], 0.8))
    assert EnvironmentHistograms().part(material(make_run("split=random"))) is None


def test_surroundings_without_the_catalog_say_so(make_run, material):
    part = EnvironmentHistograms().part(material(without_data(make_run("split=delta5_q80"))))
    assert kinds(part) == ["Notice"]


def evaluated(run: ReportRun, other: ReportRun, folder: pathlib.Path) -> None:
    """Write into a run's folder an evaluation on the galaxies of another survey, with the predictions of other."""
    target = RunDirectory(folder)
    target.start(other.settings, anew=True)
    for name in ("predictions.parquet", "provenance.json", "metrics.json"):
        (target.folder / name).write_bytes((other.directory.folder / name).read_bytes())
    assert folder.parent.parent == run.directory.folder


def test_a_transferred_network_is_compared_on_the_galaxies_that_both_held_out(make_run, material):
    scratch = make_run("split=random", "seed=1")
    folder = make_run("dataset=alfalfa").directory.folder
    start = {"weights": str(folder), "data": "mock"}
    moved = make_run("split=random", f"model.weights={folder}", "seed=1", error=0.4, started_from=start)
    table = table_of(Transfer().part(material(scratch, moved)))
    (row,) = table.rows
    assert row.mark == "MOCK"
    shared, mine, theirs = row.values[-4:-1]
    assert shared == len(scratch.held_out)
    assert (mine, theirs) == pytest.approx([_tta_error(run) for run in (moved, scratch)])
    assert row.values[-1].value == pytest.approx(mine - theirs)
    assert row.values[-1].error > 0


def _tta_error(run):
    return run.metrics["test"][TARGET]["all"]["network_tta"]["rmse"]


def test_an_evaluation_on_another_survey_is_a_transfer_and_one_on_its_own_is_not(make_run, material):
    run, other = make_run("dataset=alfalfa"), make_run("split=random", "seed=1")
    evaluated(run, other, run.directory.folder / "evaluations" / "xgass-all")
    evaluated(run, run, run.directory.folder / "evaluations" / "alfalfa-all")
    table = table_of(Transfer().part(material(run)))
    assert column(table, "tested on") == ["xgass"]
    assert column(table, "from scratch") == [None]
    assert column(table, "RMSE") == pytest.approx([_tta_error(other)])


def test_without_another_survey_there_is_no_transfer(make_run, material):
    start = make_run("split=random")
    same = make_run("split=random", f"model.weights={start.directory.folder}", "seed=1")
    file = make_run("split=random", "model.weights=somewhere/weights.pt", "seed=2")
    assert Transfer().part(material(start, same, file)) is None


def test_frames_of_a_simulation_have_correlations_and_no_intervals(make_run, material):
    run = make_run("split=random", "seed=5", data="simulation")
    table = table_of(Trends(COLUMNS, 0).part(material(run)))
    assert None not in column(table, "r")
    assert set(column(table, "95 % from")) == set(column(table, "to")) == {None}
    assert {row.mark for row in table.rows} == {"SIMULATION"}
