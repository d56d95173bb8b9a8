"""Claims about the trials of a search in a report."""

from __future__ import annotations

import pytest

from galexp.page.content import DataTable, Picture, Prose
from galexp.page.section.search_trials import SearchTrials
from galexp.shard.origin import Origin
from galexp.summary.search import Trial, write_trials

TRIALS = [
    Trial(0, {"optimizer.lr": "0.1"}, 0.9, "multirun/demo/a", ""),
    Trial(1, {"optimizer.lr": "10"}, None, "", "ValueError: the network gives no numbers"),
    Trial(2, {"optimizer.lr": "8"}, 0.5, "multirun/demo/b", ""),
]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Return one folder for all tests, so that the configuration is composed once."""
    return tmp_path_factory.mktemp("search")


@pytest.fixture
def run(make_run, home, sky):
    """Return a run in a study without searches."""
    run = type(make_run)(home, sky)("split=random")
    for path in run.directory.folder.parent.glob("search-*.csv"):
        path.unlink()
    return run


def test_the_trials_beside_a_run_are_shown_best_first(run, material):
    write_trials(TRIALS, run.directory.folder.parent / "search-0123abcd.csv", Origin.MOCK)
    prose, table, picture = SearchTrials().part(material(run)).blocks
    assert isinstance(prose, Prose)
    assert (
        "2 of 3 trials came to their end. The lowest RMSE/scatter on validation rows, 0.5000, is that of" in prose.text
    )
    assert isinstance(table, DataTable)
    assert [column.heading for column in table.columns][:3] == ["trial", "RMSE/scatter", "optimizer.lr"]
    assert [row.values[:4] for row in table.rows] == [(2, 0.5, 8, "b"), (0, 0.9, 0.1, "a"), (1, None, 10, None)]
    assert {row.mark for row in table.rows} == {"MOCK"}
    assert isinstance(picture, Picture)


def test_a_search_whose_trials_all_failed_has_a_table_and_no_figure(run, material):
    write_trials(TRIALS[1:2], run.directory.folder.parent / "search-0.csv", Origin.OBSERVED)
    prose, table = SearchTrials().part(material(run)).blocks
    assert prose.text == "search-0.csv: none of 1 trials came to its end."
    assert table.rows[0].values[-1] == "ValueError: the network gives no numbers"


def test_searches_of_one_name_in_two_folders_have_names_of_their_own(run, make_run, material):
    other = make_run("split=random", "experiment=wu2020_xgass")
    for one in (run, other):
        write_trials(TRIALS[1:2], one.directory.folder.parent / "search-0.csv", Origin.OBSERVED)
    blocks = SearchTrials().part(material(run, other)).blocks
    assert [block.name for block in blocks if isinstance(block, DataTable)] == ["search-0", "search-0-2"]


def test_without_a_search_there_is_nothing_to_say(run, material):
    assert SearchTrials().part(material(run)) is None
