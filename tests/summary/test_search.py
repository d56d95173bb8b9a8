"""Claims about the table that ends a search."""

from __future__ import annotations

import csv
import io
import pathlib

import pytest
from rich.console import Console

from galexp.shard.origin import Origin
from galexp.summary.search import Trial, best_first, read_trials, show_trials, trials_table, write_trials


def trial(number, objective=None, **words):
    words = {key.replace("_", "."): value for key, value in words.items()}
    return Trial(number, words, objective, f"multirun/adhoc/{number}" if objective else "", "" if objective else "no")


def text(renderable):
    stream = io.StringIO()
    Console(file=stream, width=120).print(renderable)
    return stream.getvalue()


def test_the_best_comes_first_and_what_failed_comes_last():
    trials = [trial(0, 0.9), trial(1), trial(2, 0.3), trial(3, 0.9)]
    assert [found.number for found in best_first(trials)] == [2, 0, 3, 1]


def test_of_a_hundred_trials_ten_are_shown_and_the_others_are_in_the_file(tmp_path, capsys):
    trials = [trial(number, 1.0 - number / 200, optimizer_lr=f"0.00123456{number}") for number in range(100)]
    path = tmp_path / "search.csv"
    show_trials(trials, path, origin=Origin.MOCK, heading="RMSE/scatter")
    out = capsys.readouterr().out
    assert "100 of 100 MOCK trials, best first" in out
    assert [line.split()[0] for line in out.splitlines()[4:14]] == [str(number) for number in range(99, 89, -1)]
    assert out.splitlines()[4].split() == ["99", "0.5050", "0.001235"]
    assert out.splitlines()[-1] == f"90 more and all digits in {path}"
    with path.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 100
    assert rows[0] == {
        "trial": "99",
        "objective": "0.505",
        "data": "mock",
        "optimizer.lr": "0.0012345699",
        "run": "multirun/adhoc/99",
        "error": "",
    }


@pytest.mark.parametrize(("origin", "word"), [(Origin.MOCK, "MOCK "), (Origin.SIMULATION, "SIMULATION ")])
def test_a_mock_or_a_simulation_is_in_the_title_and_nothing_else_is(origin, word):
    assert trials_table([trial(0, 0.5)], origin, "log loss").title.startswith(
        f"1 of 1 {word}trials, best first: log loss"
    )
    assert trials_table([trial(0, 0.5)], Origin.OBSERVED, "log loss").title.startswith(
        "1 of 1 trials, best first: log loss"
    )


def test_words_stay_words_and_whole_numbers_whole():
    shown = text(
        trials_table(
            [trial(0, 0.5, model="xresnet18", epochs="1000000", rate="0.01234567")], Origin.OBSERVED, "log loss"
        )
    )
    for word in ("xresnet18", "1000000", "0.01235"):
        assert word in shown


def test_a_failed_trial_is_called_so():
    assert "failed" in text(trials_table([trial(0)], Origin.OBSERVED, "log loss"))


def test_the_file_is_one_table_even_where_trials_differ_in_their_words(tmp_path):
    path = pathlib.Path(tmp_path / "search.csv")
    show_trials(
        [trial(0, 0.5, model="a"), trial(1, 0.4, model="b", width="3")],
        path,
        origin=Origin.OBSERVED,
        heading="RMSE/scatter",
    )
    assert path.read_text().splitlines()[0] == "trial,objective,data,model,width,run,error"


def test_what_was_written_is_read_back(tmp_path):
    trials = [trial(0, 0.5, model="a"), trial(2, 0.7, model="b", optimizer_lr="1e-3"), trial(1, model="b")]
    write_trials(trials, tmp_path / "search.csv", Origin.SIMULATION)
    assert read_trials(tmp_path / "search.csv") == (trials, Origin.SIMULATION)


@pytest.mark.parametrize(
    ("text", "column"),
    [("", "trial"), ("trial,objective\n0,1.0\n", "data"), ("trial,objective,data,run,error\n", "trial")],
)
def test_another_table_is_refused(tmp_path, text, column):
    (tmp_path / "search.csv").write_text(text)
    with pytest.raises(ValueError, match=f"has no trial or no column '{column}'; search again, or remove it"):
        read_trials(tmp_path / "search.csv")
