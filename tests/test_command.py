"""Claims about the words of a command and the help about them."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys

import pytest

import galexp
from galexp.command import VERBS, parse
from galexp.config import UsageError, choices

HEAVY = ("torch", "pytorch_lightning", "timm", "wandb", "matplotlib", "astropy", "sklearn")


@pytest.mark.parametrize("words", [["--help"], [], ["help"], *([verb, "--help"] for verb in VERBS)])
def test_help_names_every_group_and_option_and_gives_an_example(shell, words):
    status, out, err = shell(*words)
    assert (status, err) == (0, "")
    assert "python -m galexp " in out
    for group, options in choices().items():
        if group != "paths":
            assert f"  {group:<12} {' '.join(options)}\n" in out


def test_the_help_of_the_whole_command_says_what_each_verb_does(shell):
    _, out, _ = shell("--help")
    for verb in VERBS:
        first = shell(verb, "--help")[1].splitlines()[0]
        assert f"  {verb:<10} {first}\n" in out


def test_help_and_typos_import_no_heavy_library():
    lines = [["--help"], *([verb, "-h"] for verb in VERBS), ["--version"], ["trian"]]
    code = (
        f"import sys; from galexp.__main__ import main; [main(words) for words in {lines}]; "
        f"sys.exit(','.join(sorted(set(sys.modules) & set({HEAVY!r}))) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.splitlines() == ["galexp: unknown verb 'trian'; did you mean 'train'?"]
    assert done.returncode == 0


@pytest.mark.parametrize("words", [["train", "-h"], ["trian"]])
def test_help_and_typos_take_less_than_a_second_of_a_core(words):
    def seconds():
        before = os.times()
        subprocess.run([sys.executable, "-m", "galexp", *words], capture_output=True, check=False)
        after = os.times()
        return after.children_user + after.children_system - before.children_user - before.children_system

    assert any(seconds() < 1 for _ in range(3))


def test_version_is_that_of_the_package(shell):
    assert shell("--version") == (0, f"galexp {galexp.__version__}\n", "")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["trian"], "unknown verb 'trian'; did you mean 'train'?"),
        (["train", "--multirn"], "unknown option '--multirn'; did you mean '--multirun'"),
        (["train", "-x"], "unknown option '-x'; choose from --config-dir, --help, --markdown, --multirun, --version"),
        (["train", "dataset=xgas"], "unknown dataset 'xgas'; did you mean 'xgass'?"),
        (["train", "datset=xgass"], "unknown key 'datset'; did you mean 'dataset'"),
        (["train", "trainer.max_epoch=3"], "unknown key 'trainer.max_epoch'; did you mean 'trainer.max_epochs'"),
        (["train", "+seeed=3"], "unknown key 'seeed'; did you mean 'seed'?"),
        (["train", "evaluation.bootstrp=3"], "unknown key 'evaluation.bootstrp'; did you mean 'evaluation.bootstrap'"),
        (["train", "random"], "train takes key=value words, not 'random'; did you mean"),
        (["prepare", "--multirun"], "prepare takes no --multirun; train does"),
        (["list", "splt"], "unknown group 'splt'; did you mean 'split'"),
        (["list", "split", "model=smal_cnn"], "unknown model 'smal_cnn'; did you mean 'small_cnn'"),
        (["train", "--multirun", "seeed=0,1"], "unknown key 'seeed'; did you mean 'seed'"),
        (["train", "-m", "split=random,kfld"], "unknown split 'kfld'; did you mean 'kfold'"),
        (["evaluate", "--multirun", "runs"], "evaluate takes no --multirun; train does"),
        (["evaluate"], "evaluate needs the folder of a run: python -m galexp evaluate multirun/<study>/<run>"),
        (["explain"], "explain needs the folder of a run"),
        (["search"], "search needs the folder of a run"),
        (["report"], "report needs a folder of runs: python -m galexp report multirun/<study>"),
        (["train", "model.width=[1"], "cannot read 'model.width=[1'"),
        (["train", "--config-dir", "nowhere"], "--config-dir 'nowhere' is no folder"),
        (["train", "--config-dir"], "--config-dir '' is no folder"),
    ],
)
def test_a_word_that_is_not_understood_exits_with_2_and_the_nearest_name(shell, words, sentence):
    assert sentence in shell.refuses(*words, status=2)
    assert list(shell.folder.iterdir()) == []


def test_an_unknown_argument_of_a_class_exits_with_2_and_the_nearest_name(desk):
    sentence = desk.refuses("train", "size=tiny", "model=small_cnn", "logger=none", "+model.widht=3", status=2)
    assert sentence == "galexp.model.small_cnn.SmallCNN takes no 'widht'; did you mean 'width'?"


def test_a_yaml_of_the_users_with_a_packaged_name_is_refused(shell):
    (shell.folder / "mine" / "split").mkdir(parents=True)
    (shell.folder / "mine" / "split" / "random.yaml").touch()
    sentence = shell.refuses("train", "--config-dir", "mine", status=2)
    assert (
        sentence == "mine/split/random.yaml would be ignored: galexp has a split/random.yaml of its own; rename yours"
    )


def test_options_may_stand_anywhere_and_have_short_names():
    command = parse(["-m", "train", "seed=0,1"])
    assert (command.verb, command.multirun, command.overrides) == ("train", True, ["seed=0,1"])
    with pytest.raises(UsageError, match="unknown verb"):
        parse(["nothing"])


def test_list_shows_the_options_of_the_groups_that_are_named(shell):
    status, out, _ = shell("list", "split")
    assert status == 0
    assert [line.split()[0] for line in out.splitlines()] == [
        "split",
        *(f"split={name}" for name in choices()["split"]),
    ]


def test_list_shows_prepared_data_and_says_that_it_is_a_mock(shell, workplace):
    assert "nothing yet: python -m galexp prepare" in shell("list")[1]
    _, out, _ = shell("list", f"paths.data={workplace / 'data'}")
    (line,) = [line for line in out.splitlines() if "xgass-mock-mock-tiny" in line]
    assert line.split() == ["xgass-mock-mock-tiny", "64", "galaxies", "32x32x3", "MOCK", "catalog", "and", "images"]


def test_the_exit_status_reaches_the_shell():
    words = [sys.executable, "-m", "galexp", "trian"]
    done = subprocess.run(words, capture_output=True, text=True, check=False, env=os.environ)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "galexp: unknown verb 'trian'; did you mean 'train'?\n"


def test_an_error_from_below_keeps_its_traceback(shell, monkeypatch):
    monkeypatch.setattr("galexp.list.choices", lambda extra: int("not ours"))
    with pytest.raises(ValueError, match="invalid literal"):
        shell("list")


def test_a_command_is_typed_again_as_it_was():
    words = ["train", "--multirun", "--config-dir", "conf", "seed=0,1", "task.targets=[a, b]"]
    command = parse(words)
    assert shlex.split(command.line) == ["python", "-m", "galexp", *words]
    assert parse(shlex.split(command.line)[3:]) == command


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("1_000", "1_000"),
        ("[3_1, 12e3,+0_7,mine.jpg,1237-4]", ["3_1", "12e3", "+0_7", "mine.jpg", "1237-4"]),
        ("'1_000,3'", "1_000,3"),
        ('"a 1_0 b"', "a 1_0 b"),
        ("null", None),
    ],
)
def test_ids_that_look_like_numbers_stay_as_they_were_typed(typed, query):
    assert parse(["search", "RUN", f"search.query={typed}"]).settings()["search"]["query"] == query
