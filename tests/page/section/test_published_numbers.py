"""Claims about published numbers beside ours."""

from __future__ import annotations

import numpy as np
import pytest
from report_runs import column, scores, table_of

from galexp.page.content import PUBLISHED, Notice
from galexp.page.published import PublishedNumber, Study
from galexp.page.section.overview import Overview
from galexp.page.section.published import PublishedNumbers


@pytest.fixture
def published(monkeypatch):
    def publish(*numbers):
        made = Study("mine_2020", "Mine (2020)", ("wu2020",), numbers)
        monkeypatch.setattr("galexp.page.section.published.studies", lambda: (made,))

    return publish


def number(**changed):
    facts = {
        "name": "a",
        "quantity": "rmse",
        "value": 0.1,
        "where": "Table 1",
        "evidence": "P",
        "method": "network_tta",
    }
    return PublishedNumber(**{**facts, "match": {"split": "random"}, **changed})


def test_a_difference_is_in_units_of_galaxies_trainings_and_the_published_error_together(run_of, material, published):
    published(
        number(error=0.02, error_kind="sd"), number(name="b", match={}), number(name="c", quantity="nmad", value=0.0)
    )
    runs = [run_of("split=random"), run_of("split=random", seed=1, error=0.3)]
    part = PublishedNumbers().part(material(*runs))
    table = table_of(part, "published-mine_2020")
    assert [row.mark for row in table.rows] == [PUBLISHED, "", PUBLISHED, ""]
    each = [scores(run)["rmse"] for run in runs]
    boot, spread = np.mean([scores(run)["rmse_error"] for run in runs]), np.std(each, ddof=1)
    assert column(table, "difference")[1] == pytest.approx(np.mean(each) - 0.1)
    assert column(table, "its error")[1] == pytest.approx(np.sqrt(boot**2 + spread**2 + 0.02**2))
    assert column(table, "the error holds")[1::2] == ["galaxies + trainings + published", "galaxies + trainings"]
    assert column(table, "bootstrap error")[3] > 0, "drawn here, since metrics.json has none of the NMAD"
    assert column(table_of(part, "published-mine_2020-others"), "number") == ["b"]


def test_a_mock_is_never_a_test_of_a_paper(run_of, material, published):
    published(number())
    part = PublishedNumbers().part(material(run_of("split=random", data="mock")))
    table = table_of(part, "published-mine_2020")
    assert [row.mark for row in table.rows] == [PUBLISHED, "MOCK"]
    assert column(table, "difference")[1] is not None
    assert column(table, "in its errors") == column(table, "its error") == [None, None]
    assert any(isinstance(block, Notice) and "No row of a MOCK" in block.text for block in part.blocks)


def test_a_network_that_started_from_a_mock_judges_no_paper(make_run, material, published):
    published(number(match={"dataset": "xgass"}))
    run = make_run("dataset=xgass", started_from={"weights": "a", "data": "mock"})
    table = table_of(PublishedNumbers().part(material(run)), "published-mine_2020")
    assert [row.mark for row in table.rows] == [PUBLISHED, "MOCK"]
    assert column(table, "in its errors") == [None, None]
    (notice,) = (block for block in Overview().part(material(run)).blocks if isinstance(block, Notice))
    assert notice.text.startswith("MOCK WEIGHTS: 1 network of xgass-file-files started from what was learned on a mock")


def test_an_error_over_galaxies_that_is_not_known_judges_nothing(run_of, material, published):
    published(number(method="mean", quantity="nmad"))
    runs = [run_of("split=random"), run_of("split=random", seed=1)]
    table = table_of(PublishedNumbers().part(material(*runs)), "published-mine_2020")
    assert column(table, "bootstrap error") == column(table, "in its errors") == [None, None]


def test_a_number_stands_beside_no_run_that_it_is_not_of(run_of, material, published):
    published(number(match={"split": "kfold"}), number(name="b", quantity="critical_density"))
    assert PublishedNumbers().part(material(run_of("split=random"))) is None
