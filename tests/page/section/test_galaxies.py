"""What the sections about galaxies, splits and training say of runs whose predictions are known."""

from __future__ import annotations

import numpy as np
import pytest
from astropy.table import Table
from report_runs import column

from galexp.page.cite import bibliography
from galexp.page.content import Code, DataTable, Gallery, Link, Notice, Picture
from galexp.page.galaxies import Predicted
from galexp.page.material import ReportRun
from galexp.page.members import members, names_network, together
from galexp.page.section.citations import Citations
from galexp.page.section.galaxies import Galaxies
from galexp.page.section.learning_curves import LearningCurves
from galexp.page.section.predictions import PredictionTables
from galexp.page.section.provenance import Provenance
from galexp.page.section.sky_map import SkyMap
from galexp.page.section.split import SplitAudit

TARGET = "log_hi_fraction"
_MADE: dict[object, ReportRun] = {}
SECTIONS = (LearningCurves(), PredictionTables(), Galaxies(8), SkyMap(6), SplitAudit(), Provenance(), Citations())


@pytest.fixture
def run(make_run):
    """Return what gives a run, each made once for this file; its tests change no file of one."""

    def once(*words):
        if words not in _MADE:
            _MADE[words] = make_run(*words)
        return ReportRun(_MADE[words].directory)

    return once


def of_kind(part, kind):
    return [block for block in part.blocks if isinstance(block, kind)]


def without_data(run):
    run.metrics["data_sha256"] = "0" * 64
    return run


def test_sections_have_nothing_to_say_of_no_runs(material):
    assert [section.part(material()) for section in SECTIONS] == [None] * len(SECTIONS)


def test_every_held_out_galaxy_is_listed_once_and_leads_to_its_place_on_the_sky(run, material, sky):
    one = run("split=random")
    part = PredictionTables().part(material(one))
    (table,) = of_kind(part, DataTable)
    assert [link.text for link in column(table, "galaxy")] == one.held_out["id"].tolist()
    row = sky.catalog["id"].tolist().index(one.held_out["id"][0])
    ra, dec = sky.catalog["ra"][row], sky.catalog["dec"][row]
    expected = f"https://skyserver.sdss.org/dr18/VisualTools/navi?ra={ra:.6f}&dec={dec:.6f}&scale=0.2"
    assert column(table, "galaxy")[0] == Link(one.held_out["id"][0], expected)
    residual = np.asarray(one.held_out[f"pred_tta_{TARGET}"]) - np.asarray(one.held_out[f"true_{TARGET}"])
    np.testing.assert_allclose(column(table, "residual"), residual)
    limits = np.asarray(one.held_out["hi_is_limit"])
    assert [flag == "limit" for flag in column(table, "flags")] == limits.tolist()
    assert len(of_kind(part, Picture)) == 1


def test_seeds_that_held_out_other_galaxies_are_not_averaged(run, material):
    first, second = run("split=random"), run("split=random", "seed=1")
    assert len(members([first, second])) == 2
    assert together([first, second])["id"].tolist() == first.held_out["id"].tolist()
    assert names_network([first, second]) == "seed 0"
    assert names_network([first]) == "one network"


def test_networks_of_the_same_galaxies_are_averaged_and_their_spread_is_an_uncertainty(run):
    first, second = run("split=random"), run("split=random", "seed=1")
    table = first.held_out.copy()
    table[f"pred_tta_{TARGET}"] += 0.2
    vars(second)["predictions"] = table
    found = Predicted.of([first, second])
    expected = np.asarray(first.held_out[f"pred_tta_{TARGET}"]) + 0.1
    np.testing.assert_allclose(found.prediction(TARGET), expected)
    name, spread = found.uncertainty(TARGET)
    assert name == "sd of networks"
    np.testing.assert_allclose(spread, 0.2 / np.sqrt(2))


def test_a_run_of_two_studies_counts_once(run):
    one = run("split=random")
    assert len(members([one, ReportRun(one.directory)])) == 1


def test_galleries_hold_the_best_and_the_worst_with_what_was_predicted(run, material):
    one = run("split=random")
    galleries = of_kind(Galaxies(most=8).part(material(one, stamps=2)), Gallery)
    kinds = ["most over-predicted", "most under-predicted", "best"]
    assert [gallery.caption for gallery in galleries] == [f"log H I fraction: {kind}, one network" for kind in kinds]
    residual = np.asarray(one.held_out[f"pred_tta_{TARGET}"]) - np.asarray(one.held_out[f"true_{TARGET}"])
    worst = one.held_out["id"][np.argmax(residual)]
    assert galleries[0].stamps[0].lines[0] == worst
    assert galleries[0].stamps[0].address.startswith("https://skyserver.sdss.org/")
    assert galleries[0].stamps[0].image.dtype == np.uint8


def test_configurations_beyond_the_most_are_named_and_not_shown(run, material):
    part = Galaxies(most=1).part(material(run("split=random"), run("split=sky"), stamps=1))
    assert (
        "xgass-sky-xresnet34" in of_kind(part, Notice)[0].text
        or "xgass-random-xresnet34" in of_kind(part, Notice)[0].text
    )
    assert len(of_kind(part, Gallery)) == 3


def test_without_its_data_a_run_has_no_images_and_no_map_and_says_what_to_do(run, material):
    for section in (Galaxies(most=8), SkyMap(most=6)):
        (notice,) = of_kind(section.part(material(without_data(run("split=random")))), Notice)
        assert "on this disk as" in notice.text
        assert "or make the report where" in notice.text
    (table,) = of_kind(PredictionTables().part(material(without_data(run("split=random")))), DataTable)
    assert all(isinstance(name, str) for name in column(table, "galaxy"))


def test_positions_that_were_drawn_lead_nowhere(run):
    one = run("split=random")
    one.data.manifest.drawn_columns.extend(["ra", "dec"])
    try:
        assert set(Predicted.of([one]).addresses) == {""}
    finally:
        one.data.manifest.drawn_columns.clear()


def test_equal_splits_are_one_map(run, material):
    part = SkyMap(most=6).part(material(run("split=random"), run("split=sky")))
    assert len(of_kind(part, Picture)) == 1, "both have the roles of seed 0"


def test_learning_curves_end_where_the_history_does(run, material):
    part = LearningCurves().part(material(run("split=random"), run("split=random", "seed=1")))
    (table,) = of_kind(part, DataTable)
    (row,) = table.rows
    assert row.values[:3] == ("xgass-random-xresnet34", "RMSE", 2)
    assert row.values[3].value == pytest.approx(0.65 / 3)
    assert (row.values[4], row.values[6].error) == (3.0, 0.0)


def test_the_audit_of_every_run_is_listed_in_the_order_of_seeds(run, material):
    part = SplitAudit().part(material(run("split=random", "seed=1"), run("split=random")))
    table = of_kind(part, DataTable)[0]
    assert column(table, "seed") == [0, 1]
    assert column(table, "hash") == ["0" * 12, "0" * 12]
    assert column(table, "neighbors") == [0, 0]


def test_provenance_gives_each_command_once_and_says_where_revisions_differ(run, material):
    runs = [run("split=random"), run("split=random", "seed=1")]
    runs[1].provenance["versions"] = {"torch": "3"}
    part = Provenance().part(material(*runs, runs[0]))
    (code,) = of_kind(part, Code)
    assert code.text == "python -m galexp train split=random\npython -m galexp train split=random seed=1\n"
    assert code.name == "commands.sh"
    assert column(of_kind(part, DataTable)[1], "version") == ["2, 3"]


def test_a_run_cites_its_survey_its_methods_and_its_tools(run, material):
    (code,) = of_kind(Citations().part(material(run("split=delta5_q80"))), Code)
    for key in ("catinella2018", "wu2020", "he2016", "liu2020", "paszke2019"):
        assert bibliography()[key] in code.text
    assert bibliography()["willett2013"] not in code.text


def test_classes_are_listed_by_name_with_their_probabilities(run, material):
    one = run("split=random")
    label = f"{TARGET}_class"
    truth = np.asarray(one.held_out[f"true_{TARGET}"]) > -0.7
    table = Table({"id": one.held_out["id"], "role": one.held_out["role"], f"true_{label}": truth.astype(float)})
    chance = np.where(truth, 0.8, 0.3)
    for infix in ("", "tta_"):
        table[f"pred_{infix}{label}"] = (chance > 0.5).astype(float)
        table[f"prob_{infix}poor"], table[f"prob_{infix}rich"] = 1 - chance, chance
    vars(one)["predictions"] = table
    one.settings["task"] |= {"classes": {"poor": [None, -0.7], "rich": [-0.7, None]}}
    one.metrics["test"] = {label: one.metrics["test"][TARGET]}
    (listed,) = of_kind(PredictionTables().part(material(one)), DataTable)
    assert column(listed, "true") == column(listed, "predicted") == np.where(truth, "rich", "poor").tolist()
    assert set(column(listed, "its probability")) == {0.8, 0.7}
    galleries = of_kind(Galaxies(most=8).part(material(one, stamps=1)), Gallery)
    assert [gallery.name.split("-")[-1] for gallery in galleries] == [
        "most_surely_wrong",
        "most_surely_right",
        "most_uncertain_by_entropy",
    ]
    assert galleries[2].stamps[0].lines[1:] == ("true poor", "predicted poor (0.70)", "entropy 0.61")
