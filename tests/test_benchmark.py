"""Claims about `benchmark`: what it shows, writes and refuses; never how fast anything is."""

from __future__ import annotations

import csv
import dataclasses
from collections.abc import Sequence

import pytest

from galexp.config import choices, compose
from galexp.run.name import run_hash
from galexp.shard.origin import Origin
from galexp.timing.base import Benchmark, Measurement
from galexp.timing.environment import draw_galaxies, memory_of_search
from galexp.timing.measure import Row, at_most

TINY = ("size=tiny", "model=small_cnn")
ONCE = ("what.repeats=1", "what.warm_up=0")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Fixed(Benchmark):
    """Give known numbers."""

    value: float = 1.1

    def measure(self, request):
        return Measurement([Row("it", "s", [self.value], demand=at_most(1.1))], ["A note."], origin=Origin.MOCK)


@pytest.fixture
def fixed(shell):
    """Return a command line with one benchmark of the user's own: a YAML and a class."""
    (shell.folder / "mine" / "what").mkdir(parents=True)
    yaml = shell.folder / "mine" / "what" / "fixed.yaml"
    yaml.write_text(f"# known numbers\n_target_: {__name__}.Fixed\nrepeats: 1\nstrict: false\nvalue: 1.1\n")
    return lambda *words: shell("benchmark", "--config-dir", "mine", "what=fixed", *words)


def records(shell, what):
    with (shell.folder / "multirun" / "benchmark" / f"{what}.csv").open(newline="") as stream:
        return list(csv.DictReader(stream))


def show(desk, what: str, *words: str) -> tuple[str, Sequence[dict[str, str]]]:
    status, out, _ = desk("benchmark", f"what={what}", *ONCE, *words)
    assert status == 0
    assert f"benchmark {what}, on MOCK data" in out
    text = (desk.folder / "multirun" / "benchmark" / f"{what}.txt").read_text()
    assert text.startswith("date: ")
    found = records(desk, what)
    for record in found:
        assert float(record["lowest"]) <= float(record["median"]) <= float(record["highest"])
        assert float(record["lowest"]) >= 0 or record["name"].startswith("exponent")
        assert record["name"] in out
        assert record["name"] in text
        assert (record["verdict"] != "") == (record["demand"] != "")
        if record["demand"]:
            assert f"{record['demand']}: {record['verdict']}" in out
    assert [path.name for path in (desk.folder / "multirun").iterdir()] == ["benchmark"]
    return out, found


def test_step_compares_an_epoch_with_its_bare_steps_and_tells_the_checkpoints(desk):
    out, found = show(desk, "step", *TINY)
    assert [record["name"].strip() for record in found if record["unit"] == "s"] == [
        "epoch, with its checkpoints",
        "of it, writing checkpoints",
        "validation pass, beside it",
        "bare loop of as many steps",
    ]
    whole, writing, _, bare = (float(record["median"]) for record in found if record["unit"] == "s")
    by_name = {record["name"]: record for record in found}
    assert float(by_name["epoch / bare loop"]["median"]) == pytest.approx(whole / bare)
    assert float(by_name["epoch without writing / bare loop"]["median"]) == pytest.approx((whole - writing) / bare)
    assert 0 < writing < whole
    assert by_name["epoch / bare loop"]["demand"] == "at most 1.1"
    assert "epoch 1/1" in out


def test_loader_compares_each_cache_with_the_network_and_leaves_no_trace(desk):
    data = desk.folder / "data" / "xgass-mock-mock-tiny"
    before = sorted(data.iterdir())
    _, found = show(desk, "loader", *TINY, "what.passes=1", "what.model_steps=1")
    speed = {record["name"]: float(record["median"]) for record in found}
    for cache in ("cache in memory", "cache on disk", "decoding each time"):
        assert speed[f"{cache} / network"] == pytest.approx(speed[cache] / speed["network, bare steps"])
    assert [record["name"] for record in found if record["demand"] == "at least 20"] == [
        "cache in memory / network",
        "cache on disk / network",
    ]
    assert sorted(data.iterdir()) == before


@pytest.mark.slow
def test_startup_tells_the_help_and_the_parts_of_a_training_to_its_first_step(desk):
    _, found = show(desk, "startup", *TINY)
    times = {record["name"]: float(record["median"]) for record in found}
    parts = [value for name, value in times.items() if name.startswith("  ")]
    assert len(parts) == 5
    assert sum(parts) == pytest.approx(times["train, to its first step"])
    assert {record["name"]: record["demand"] for record in found if record["demand"]} == {
        "--help": "at most 0.5",
        "train, to its first step": "at most 8",
    }


@pytest.mark.slow
def test_a_training_that_fails_before_its_first_step_says_why(desk):
    sentence = desk.refuses("benchmark", "what=startup", *TINY, *ONCE, "datamodule.batch_size=64")
    assert "galexp train ended with status 1: " in sentence
    assert "training rows are less than one batch of 64; lower batch_size" in sentence


def test_environment_measures_each_number_of_tracers(shell):
    _, found = show(shell, "environment", "what.tracers=[200,400]", "what.reference=5")
    names = ["delta5", "neighbor search", "neighbor search", "brute force", "search / brute force"]
    each = [f"{name}, {n} tracers" for n in (200, 400) for name in names]
    whole = ["exponent of the search", "memory of a process that searches, 400 tracers"]
    assert [record["name"] for record in found] == [*each, *whole]
    search = [record for record in found if record["name"].startswith("neighbor search")]
    for spent, speed, count in ((search[0], search[1], 200), (search[2], search[3], 400)):
        assert float(speed["median"]) == pytest.approx(count / float(spent["median"]))
    assert [record["demand"] for record in search] == ["", "", "at most 5", ""]
    assert {record["demand"] for record in found[-2:]} == {"at most 1.15", "at most 500"}


def test_the_memory_of_a_process_that_searches_grows_with_the_galaxies():
    galaxies = draw_galaxies(200_000, 0.1, seed=0)
    few = tuple(column[:1000] for column in galaxies)
    assert 10 < memory_of_search(galaxies) - memory_of_search(few) < 300


def test_a_benchmark_of_the_users_own_is_one_yaml_and_one_class(fixed, shell):
    status, out, _ = fixed()
    assert status == 0
    assert "at most 1.1: met" in out
    assert "A note." in out
    assert "missed" not in out
    assert [record["median"] for record in records(shell, "fixed")] == ["1.1"]


def test_a_missed_demand_is_said_and_fails_only_where_it_is_strict(fixed):
    status, out, _ = fixed("what.value=1.2")
    assert (status, out.splitlines()[-1]) == (0, "missed: it is 1.2 s, demanded is at most 1.1")
    assert fixed("what.value=1.2", "what.strict=true")[0] == 1
    assert fixed("what.strict=true")[0] == 0


def test_without_a_name_all_are_run_in_turn(shell, monkeypatch):
    asked = []
    nothing = Measurement([Row("it", "s", [1.0])], [], origin=Origin.MOCK)
    for what in choices()["what"]:
        target = compose([f"what={what}"])["what"]["_target_"]
        monkeypatch.setattr(f"{target}.measure", lambda own, request: asked.append(type(own).__name__) or nothing)
    status, out, _ = shell("benchmark")
    assert status == 0
    assert asked == ["Augment", "Environment", "Loader", "Mergers", "Render", "Search", "Startup", "Step"]
    for what in choices()["what"]:
        assert f"benchmark {what}, on MOCK data" in out
        assert len(records(shell, what)) == 1


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        (["what=stp"], 2, "unknown what 'stp'; did you mean 'step' or 'startup'?"),
        (["what=step", "what.repeat=3"], 2, "unknown key 'what.repeat'; did you mean 'what.repeats'"),
        (["what.repeat=3"], 2, "unknown key 'what.repeat'; did you mean 'what.repeats'"),
        (["what=step", "+what.reps=3"], 2, "galexp.timing.step.Step takes no 'reps'; did you mean"),
        (["what=step", "sede=3"], 2, "unknown key 'sede'; did you mean 'seed'"),
        (["step"], 2, "benchmark takes key=value words, not 'step'; did you mean 'what=step'"),
        (["--multirun"], 2, "benchmark takes no --multirun"),
        (["what=step", "what.repeats=0"], 1, "what.repeats is 0; expected a whole number of at least 1"),
        (["what=step", "what.repeats=some"], 1, "what.repeats is 'some'; expected a whole number of at least 1"),
        (["what=loader", "what.warm_up=-1"], 1, "what.warm_up is -1; expected a whole number of at least 0"),
        (["what=loader", "what.passes=0"], 1, "what.passes is 0; expected a whole number of at least 1"),
        (["what=loader", "what.model_steps=0"], 1, "what.model_steps is 0; expected a whole number of at least 1"),
        (["what=environment", "what.tracers=[9]"], 1, "what.tracers is 9; expected a whole number of at least 10"),
        (["what=environment", "what.reference=0"], 1, "what.reference is 0; expected a whole number of at least 1"),
        (["what=environment", "what.max_redshift=0"], 1, "what.max_redshift is 0; expected above 0 and at most 1"),
        (["what=step", "seed=-1"], 1, "seed is -1; expected a whole number of at least 0"),
        (["what=step", "trainer.devices=2"], 1, "what=step measures a training on one device"),
    ],
)
def test_what_cannot_be_measured_is_refused_in_one_sentence_before_anything_is_made(shell, words, status, sentence):
    assert sentence in shell.refuses("benchmark", *words, status=status)
    assert not list(shell.folder.iterdir())


@pytest.mark.parametrize("verb", ["train", "prepare"])
def test_no_other_verb_takes_a_benchmark(shell, verb):
    sentence = shell.refuses(verb, "what=step", status=2)
    assert sentence == f"what= says what benchmark measures; {verb} takes none"


def test_that_there_are_benchmarks_changes_the_name_of_no_run():
    settings = compose(TINY)
    assert "what" not in settings
    without = {**settings, "choices": {key: value for key, value in settings["choices"].items() if key != "what"}}
    assert run_hash(settings, "data") == run_hash(without, "data")
