"""What the sections of the metallicity study say of runs whose errors are known."""

from __future__ import annotations

import numpy as np
import pytest
from astropy.table import Table

from galexp.catalog.mass_metallicity import metallicity_of_mass
from galexp.page.content import PUBLISHED, DataTable, Notice, Picture, Prose
from galexp.page.material import ReportRun
from galexp.page.published import study
from galexp.page.section.binned_scatter import BinnedScatterSection
from galexp.page.section.mass_metallicity import FEWEST, MassMetallicity
from galexp.page.section.resolution import Resolution
from galexp.page.section.saturation import SaturationSection
from galexp.page.section.stamp_rows import StampRows

SDSS = ("dataset=sdss_metallicity", "model=small_cnn")
MASS = "task.targets=[log_stellar_mass]"
JOINT = ("task.targets=[metallicity,log_stellar_mass]", "datamodule.image_size=16")
_MADE: dict[object, ReportRun] = {}


def sdss_catalog(rows: int = 240) -> Table:
    """Return galaxies on the mass-metallicity relation, 0.1 dex about it."""
    rng = np.random.default_rng(0)
    table = Table({"id": [f"S{row:05d}" for row in range(rows)]})
    table["log_stellar_mass"] = rng.uniform(9.0, 11.0, rows)
    table["metallicity"] = metallicity_of_mass(table["log_stellar_mass"]) + rng.normal(0, 0.1, rows)
    table["metallicity"].unit = "dex"
    return table


@pytest.fixture(scope="session")
def sdss(tmp_path_factory, build_data, fake_imaging):
    """Return prepared data of galaxies with masses and metallicities."""
    return build_data(tmp_path_factory.mktemp("sdss") / "sdss_metallicity-file-files", sdss_catalog(), fake_imaging())


@pytest.fixture(name="make_run")
def make_run_once(make_run, sdss):
    """Return what makes a run on those galaxies, each once for all tests of this file."""
    make_run.data = sdss

    def make(*words, **options):
        key = (words, *sorted(options.items()))
        if key not in _MADE:
            _MADE[key] = make_run(*words, **options)
        return ReportRun(_MADE[key].directory)

    return make


def predicting(run: ReportRun, rule) -> ReportRun:
    """Return a run that predicts what a rule makes of the truth."""
    truth = np.asarray(run.predictions["true_metallicity"])
    run.predictions["pred_tta_metallicity"] = rule(truth)
    return run


def tables(part):
    return {block.name: block for block in part.blocks if isinstance(block, DataTable)}


def column(table, heading, mark=None):
    place = [one.heading for one in table.columns].index(heading)
    return [row.values[place] for row in table.rows if mark is None or row.mark == mark]


def test_a_bin_of_the_truth_has_the_error_that_its_galaxies_have(make_run, material):
    run = predicting(make_run(*SDSS, "seed=0"), lambda truth: truth + np.where(truth > 9.0, 0.1, -0.1))
    part = BinnedScatterSection(figures=1).part(material(run))
    table = tables(part)["binned-scatter-metallicity"]
    known = [value for value in column(table, "RMSE") if value is not None]
    np.testing.assert_allclose(known, 0.1, rtol=1e-6)
    assert sum(column(table, "galaxies")) == len(run.held_out)
    assert [block.name for block in part.blocks if isinstance(block, Picture)] == ["binned-scatter-1"]


def test_a_truth_that_is_mostly_one_number_is_binned_over_its_whole_range(make_run, material):
    run = make_run(*SDSS, "seed=0")
    truth = np.where(np.arange(len(run.predictions)) % 10, 0.0, 1.0)
    run.predictions["true_metallicity"] = run.predictions["pred_tta_metallicity"] = truth
    table = tables(BinnedScatterSection(figures=0).part(material(run)))["binned-scatter-metallicity"]
    assert sum(column(table, "galaxies")) == len(run.held_out)


def test_the_shortage_of_rich_galaxies_stands_beside_what_shrinking_leaves_and_what_was_published(make_run, material):
    run = predicting(make_run(*SDSS, "seed=0"), lambda truth: 9.0 + 0.5 * (truth - 9.0))
    table = tables(SaturationSection({"metallicity": 9.1}, figures=0).part(material(run)))["saturation"]
    truth, found = run.held_out["true_metallicity"], run.held_out["pred_tta_metallicity"]
    ours, theirs = table.rows
    assert ours.values[2:6] == (9.1, len(truth), int(np.sum(truth > 9.1)), int(np.sum(found > 9.1)))
    assert ours.values[6] == ours.values[4]  # The correlation is 1, so that nothing had to shrink.
    assert (theirs.mark, theirs.values[2:6]) == (PUBLISHED, (9.1, 20466, 2573, 1174))
    assert theirs.values[7:9] == (pytest.approx(12.57, abs=0.01), pytest.approx(5.74, abs=0.01))


def test_a_target_without_a_threshold_is_counted_above_its_ninetieth_percentile(make_run, material):
    table = tables(SaturationSection({}, figures=0).part(material(make_run(*SDSS, MASS, "seed=1", error=0.0))))[
        "saturation"
    ]
    (row,) = table.rows
    assert row.values[4] == pytest.approx(0.1 * row.values[3], abs=1)


def test_extremes_are_shown_with_their_images_and_without_them_it_is_said(make_run, material):
    run = make_run(*SDSS, "seed=0")
    (_, picture) = StampRows(["metallicity"]).part(material(run)).blocks
    assert len([axes for axes in picture.figure.axes if axes.images]) == 35
    run.metrics["data_sha256"] = "0" * 64
    (_, notice) = StampRows(["metallicity"]).part(material(run)).blocks
    assert isinstance(notice, Notice)
    assert "prepare them again" in notice.text
    assert StampRows(["redshift"]).part(material(run)) is None


def test_networks_that_differ_in_their_images_alone_stand_beside_baselines_and_published_numbers(make_run, material):
    runs = [make_run(*SDSS, *words) for words in (["seed=0"], ["seed=1"], ["seed=0", "datamodule.image_size=16"])]
    part = Resolution().part(material(*runs))
    (table,) = tables(part).values()
    ours = [row for row in table.rows if row.mark != PUBLISHED]
    assert [row.values[:3] for row in ours] == [
        (side, method, number)
        for side, number in ((16, 1), (128, 2))
        for method in ("network", "network + TTA", "predict the mean")
    ]
    scores = [run.metrics["test"]["metallicity"]["all"]["network_tta"] for run in runs]
    errors = [one["rmse"] for one in scores]
    assert ours[1].values[4] == (errors[2], scores[2]["rmse_error"])
    assert ours[4].values[4] == pytest.approx((np.mean(errors[:2]), np.std(errors[:2], ddof=1)))
    theirs = {row.values[0]: row.values[4].value for row in table.rows if row.mark == PUBLISHED}
    assert theirs == {side: study("wu2019_metallicity").number(f"rmse_{side}px").value for side in 2 ** np.arange(8)}
    (notice,) = (block for block in part.blocks if isinstance(block, Notice))
    assert "stored with 16 pixels" in notice.text
    assert "those of 128 pixels are enlarged" in notice.text


def test_a_baseline_of_one_size_alone_has_its_row_there(make_run, material):
    runs = [make_run(*SDSS, *words) for words in (["seed=0"], ["seed=0", "datamodule.image_size=16"])]
    del runs[1].metrics["test"]["metallicity"]["all"]["mean"]
    (table,) = tables(Resolution().part(material(*runs))).values()
    assert [row.values[0] for row in table.rows if row.values[1] == "predict the mean"] == [128]


def test_runs_of_one_size_or_that_differ_in_more_than_their_images_say_nothing_of_resolution(make_run, material):
    runs = [make_run(*SDSS, "seed=0"), make_run(*SDSS, *JOINT)]
    assert Resolution().part(material(runs[0])) is None
    assert Resolution().part(material(*runs)) is None


def test_metallicities_by_way_of_mass_are_of_galaxies_that_both_networks_held_out(make_run, material):
    one, other = make_run(*SDSS, "seed=0"), make_run(*SDSS, MASS, "seed=1", error=0.0)
    part = MassMetallicity().part(material(one, other))
    both = np.intersect1d(one.held_out["id"], other.held_out["id"])
    errors = tables(part)["metallicity-by-mass-1"]
    assert 0 < len(both) < len(one.held_out)
    assert column(errors, "galaxies", mark="") == [len(both)] * 3
    image, by_mass, by_catalog = (value.value for value in column(errors, "RMSE", mark=""))
    assert by_mass == by_catalog  # The masses are predicted without an error.
    assert (image, by_mass) == (pytest.approx(0.18, rel=0.3), pytest.approx(0.1, rel=0.3))
    text = "\n".join(block.text for block in part.blocks if isinstance(block, Prose))
    assert f"{len(both)} galaxies that were held out by both" in text
    assert f"{len(one.held_out) - len(both)} that the network of metallicities alone held out are left out" in text
    assert column(errors, "RMSE", mark=PUBLISHED) == [0.1208]


def test_one_network_of_both_loses_no_galaxy(make_run, material):
    run = make_run(*SDSS, *JOINT)
    part = MassMetallicity().part(material(run))
    text = "\n".join(block.text for block in part.blocks if isinstance(block, Prose))
    assert f"{len(run.held_out)} galaxies that were held out by both; the masses are another output" in text
    assert "left out" not in text


def test_scatter_about_the_median_and_about_the_relation_stand_beside_that_of_the_galaxies(make_run, material):
    run = predicting(make_run(*SDSS, "seed=0"), lambda truth: truth + 0.3)
    part = MassMetallicity().part(material(run))
    assert "no run predicts masses" in "\n".join(block.text for block in part.blocks if isinstance(block, Prose))
    table = tables(part)["mass-metallicity-scatter-1"]
    errors = dict(zip(column(table, "metallicities"), column(table, "RMSE"), strict=True))
    assert errors["predicted, about the running median"] == pytest.approx(errors["true, about the running median"])
    expected = np.hypot(errors["true, about the polynomial"], 0.3)
    assert errors["predicted, about the polynomial"] == pytest.approx(expected, rel=0.1)
    width = column(table, "NMAD", mark=PUBLISHED)[-1]
    assert width == pytest.approx(0.105, abs=0.02)


def test_where_nothing_is_to_be_said_there_is_no_section(make_run, material):
    few = make_run(*SDSS, "seed=0")
    few.predictions.remove_rows(slice(FEWEST - 1, None))
    assert MassMetallicity().part(material(few)) is None
    masses = material(make_run(*SDSS, MASS, "seed=1", error=0.0))
    assert MassMetallicity().part(masses) is None
    assert BinnedScatterSection(figures=1).part(material()) is None
    assert SaturationSection({}, figures=1).part(material()) is None
