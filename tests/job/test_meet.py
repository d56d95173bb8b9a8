"""Claims about the options with which a trained network is asked."""

import pytest

from galexp.command import parse
from galexp.config import UsageError, compose
from galexp.job.meet import asked_block, default_block
from galexp.run.directory import RunDirectory


@pytest.fixture
def run(tmp_path):
    run = RunDirectory(tmp_path / "run")
    run.start(compose(["size=tiny", "model=small_cnn", "search.neighbors=20", "explain.count=7"]), anew=True)
    return run


def test_options_are_the_packaged_ones_with_the_words_of_the_command_and_not_those_of_the_training(run):
    found = asked_block("search", run, parse(["search", "run", "search.views=none"]))
    assert found == {**default_block("search"), "views": "none"}
    assert asked_block("explain", run, parse(["explain", "run"])) == default_block("explain")


def test_a_block_in_one_word_is_refused(run):
    with pytest.raises(UsageError, match=r"explain=\{\.\.\.\} names a whole block; write explain\.KEY=value"):
        asked_block("explain", run, parse(["explain", "run", "explain={count: 1}"]))
