"""Claims about the figures of an explanation, and the section of a report that shows them."""

from __future__ import annotations

import json

import pytest
from matplotlib.figure import Figure

from galexp.attribution.explanation import METRICS
from galexp.figure.explanation import explanation_figures
from galexp.page.content import DataTable, Notice, Picture
from galexp.page.material import Material, ReportRun
from galexp.page.section.attribution import Attribution
from galexp.run.directory import RunDirectory


@pytest.fixture(scope="module")
def of_classes(make_explanation):
    return explanation_figures(make_explanation())


@pytest.fixture(scope="module")
def of_numbers(make_explanation):
    return explanation_figures(make_explanation(are_classes=False, data="mock"))


def texts(figure):
    return [axes.get_title(loc) for axes in figure.axes for loc in ("left", "center") if axes.get_title(loc)]


def test_there_is_a_figure_of_each_kind_of_galaxy_and_of_what_was_found(of_classes, of_numbers):
    shared = {"methods", "profile", "deletion", "random_layers", "random_maps"}
    assert set(of_classes) == {"maps_surest_gas_poor", "maps_most_surely_wrong"} | shared
    assert set(of_numbers) == {"maps_worst_log_hi_fraction"} | shared


def test_a_triptych_of_classes_has_a_map_each_with_its_probability_and_the_true_class(of_classes):
    found = texts(of_classes["maps_surest_gas_poor"])
    assert len(found) == 2 * 3
    assert [found[0], found[3]] == ["G0\ntrue gas poor", "G1\ntrue gas rich"]
    assert found[1].startswith("gas poor\np = 0.")
    assert found[2].startswith("gas rich\np = 0.")


def test_a_triptych_of_numbers_shows_what_raises_and_what_lowers(of_numbers):
    found = texts(of_numbers["maps_worst_log_hi_fraction"])
    assert found[0].startswith("G2\npred ")
    assert found[1:3] == ["raises log H I fraction", "lowers log H I fraction"]


def test_a_mock_is_never_silent(of_classes, of_numbers):
    def marks(figures):
        return {len([text for text in figure.texts if text.get_text() == "MOCK DATA"]) for figure in figures.values()}

    assert (marks(of_classes), marks(of_numbers)) == ({0}, {1})


def test_the_profile_of_a_number_has_both_groups_and_both_effects(of_numbers):
    (axes,) = of_numbers["profile"].axes
    assert axes.get_xlabel() == "distance from the center [R90]"
    assert len(axes.containers) == 4


def test_the_change_of_a_number_has_its_unit(of_numbers, of_classes):
    assert of_numbers["deletion"].axes[0].get_ylabel() == "|change of log H I fraction| [dex]"
    assert of_classes["deletion"].axes[0].get_ylabel() == "probability of the class"


def material(folder):
    return Material((ReportRun(RunDirectory(folder)),))


def write(explanation, run, name="xgass-all-0"):
    folder = run / "explanations" / name
    folder.mkdir(parents=True)
    explanation.save(folder)
    (folder / METRICS).write_text(json.dumps(explanation.facts))
    return folder


def test_the_section_shows_figures_and_checks_of_every_explanation(make_explanation, tmp_path):
    write(make_explanation(are_classes=False, data="mock"), tmp_path / "a-run")
    (tmp_path / "a-run" / "explanations" / ".half.part").mkdir()
    blocks = Attribution(most=4).part(material(tmp_path / "a-run")).blocks
    assert len([block for block in blocks if isinstance(block, Picture)]) == 6
    (table,) = (block for block in blocks if isinstance(block, DataTable))
    assert [row.values[1] for row in table.rows] == [
        "Grad-CAM of last feature map",
        "saliency",
        "from the center outward",
    ]
    assert table.rows[0].values[3].value == 0.2
    assert {row.mark for row in table.rows} == {"MOCK"}


def test_runs_without_explanations_have_no_such_section(tmp_path):
    assert Attribution(most=4).part(material(tmp_path)) is None


def test_figures_of_many_explanations_are_left_in_their_folders_and_the_page_says_so(make_explanation, tmp_path):
    for name in ("xgass-all-0", "xgass-all-1"):
        write(make_explanation(), tmp_path, name)
    blocks = Attribution(most=0).part(material(tmp_path)).blocks
    assert not [block for block in blocks if isinstance(block, Picture)]
    assert blocks[-1].text == "2 more explanations have no figures here; theirs lie in RUN/explanations/."
    (table,) = (block for block in blocks if isinstance(block, DataTable))
    assert len(table.rows) == 6


def test_an_explanation_that_lost_a_file_is_said_and_hides_no_other(make_explanation, tmp_path, monkeypatch):
    monkeypatch.setattr("galexp.page.section.attribution.explanation_figures", lambda one: {"profile": Figure()})
    for name in ("xgass-all-0", "xgass-all-1"):
        folder = write(make_explanation(), tmp_path, name)
    (folder / "maps.npz").unlink()
    blocks = Attribution(most=4).part(material(tmp_path)).blocks
    assert ["holds no whole explanation" in block.text for block in blocks if isinstance(block, Notice)] == [True]
    assert len([block for block in blocks if isinstance(block, Picture)]) == 1
