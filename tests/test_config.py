from __future__ import annotations

import functools
import itertools

import pytest
from hydra.core.global_hydra import GlobalHydra

from galexp import config
from galexp.config import UsageError, choices, compose, conf_dir, nearest
from galexp.target import OWN_KEYS, check_keys, instantiate

FILES = sorted(conf_dir().glob("*/*.yaml"))
RECIPES = ("experiment", "size")


def targets(node, path=""):
    if isinstance(node, dict):
        if "_target_" in node:
            yield path, node
        for key, child in node.items():
            yield from targets(child, f"{path}.{key}".lstrip("."))


@functools.cache
def composed(*overrides: str):
    return compose(list(overrides))


# One option of every group at a time: composing each by itself would take a minute.
ALONE = ("experiment", "quality", "section")
SIDE_BY_SIDE = {group: sorted(options) for group, options in choices().items() if group not in ALONE}
ROWS = [
    {group: option for group, option in zip(SIDE_BY_SIDE, row, strict=True) if option}
    for row in itertools.zip_longest(*SIDE_BY_SIDE.values())
] + [{"quality": option, "dataset": "mergers"} for option in choices()["quality"]]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: "-".join(row.values()))
def test_every_option_composes_and_its_keys_are_those_of_its_target(row):
    settings = composed(*(f"{group}={option}" for group, option in row.items()))
    for group, option in row.items():
        assert settings["choices"][group] == option
        assert group in RECIPES or group in settings
    for where, node in targets(settings):
        check_keys({key: value for key, value in node.items() if key not in OWN_KEYS.get(where, ())})


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_option_says_in_its_first_comment_what_it_is(path):
    assert choices()[path.parent.name][path.stem]


@pytest.mark.parametrize("dataset", choices()["dataset"])
def test_a_dataset_brings_its_task_and_facts_flow_through_interpolation(dataset):
    settings = composed(f"dataset={dataset}", "seed=7")
    assert settings["choices"]["task"]
    assert settings["task"]["targets"] == settings["dataset"]["targets"]
    assert settings["split"]["seed"] == 7


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["datset=xgass"], "unknown key 'datset'; did you mean 'dataset'"),
        (["+datset=xgass"], "unknown key 'datset'; did you mean 'dataset'"),
        (["dataset=xgas"], r"unknown dataset 'xgas'; did you mean 'xgass'\?"),
        (["experiment=null"], "unknown experiment 'null'; choose from .*demo"),
        (["dataset=null"], "unknown dataset 'null'; choose from"),
        (["split=random,kfld"], r"unknown split 'kfld'; did you mean 'kfold'"),
        (["split=choice(random,kfld)"], r"unknown split 'kfld'; did you mean 'kfold'"),
        (["datamodule.batchsize=3"], r"unknown key 'datamodule\.batchsize'; did you mean 'datamodule\.batch_size'"),
        (["split=delta5_q80", "split.quantle=0.1"], r"unknown key 'split\.quantle'; did you mean 'split\.quantile'"),
        (["experiment=demo", "sede=1"], r"unknown key 'sede'; did you mean 'seed'"),
        (["+sede=1"], r"unknown key 'sede'; did you mean 'seed'"),
        (["++sede=1"], r"unknown key 'sede'; did you mean 'seed'"),
        (["qqqq=1"], "unknown key 'qqqq'; choose from .*callback, checkpoint, cutout, datamodule, dataset"),
        (["+mock.objcts=3"], r"unknown key 'mock\.objcts'; did you mean 'objects'\?"),
        (["dataset.targets=[a"], r"cannot read 'dataset\.targets=\[a': write key=value, and quote"),
        (["xgass"], "cannot read 'xgass': write key=value"),
        (["optimizer.lr=${nope}"], "Interpolation key 'nope' not found"),
        (["split.seed=???"], "Missing mandatory value: .*split.seed"),
    ],
)
def test_an_unknown_word_is_refused_in_one_line_with_the_nearest(words, message):
    with pytest.raises(UsageError, match=message) as caught:
        compose(words)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("words", [["~logger"], ["split=kfold", "split.fold=3"], ["seed=3"]])
def test_what_hydra_allows_is_allowed(words):
    assert "dataset" in compose(words)


def test_nothing_of_one_composition_stays_for_the_next():
    compose(["seed=5"])
    assert compose([])["seed"] == 0
    GlobalHydra.instance().clear()
    assert compose([])["seed"] == 0


def test_the_folder_of_the_configuration_is_in_the_package_or_beside_it(tmp_path, monkeypatch):
    assert (conf_dir() / "config.yaml").is_file()
    package = tmp_path / "galexp"
    (tmp_path / "conf").mkdir()
    monkeypatch.setattr(config, "PACKAGE", package)
    with pytest.raises(FileNotFoundError, match=r"no conf/config\.yaml in .*galexp or beside it; reinstall galexp"):
        conf_dir()
    (tmp_path / "conf" / "config.yaml").touch()
    assert conf_dir() == tmp_path / "conf"
    (package / "conf").mkdir(parents=True)
    (package / "conf" / "config.yaml").touch()
    assert conf_dir() == package / "conf"


def test_a_folder_of_the_users_adds_options(tmp_path):
    (tmp_path / "split").mkdir()
    (tmp_path / "split" / "thirds.yaml").write_text("# thirds\ndefaults:\n  - kfold\n  - _self_\nfolds: 3\n")
    assert compose(["split=thirds"], tmp_path)["split"]["folds"] == 3
    assert choices([tmp_path])["split"]["thirds"] == "thirds"


def test_a_file_of_the_users_that_would_be_ignored_is_refused(tmp_path):
    (tmp_path / "split").mkdir()
    (tmp_path / "split" / "random.yaml").write_text("mine: 1\n")
    with pytest.raises(UsageError, match=r"would be ignored: galexp has a split/random\.yaml of its own; rename"):
        compose([], tmp_path)


def test_a_folder_of_the_users_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(UsageError, match=r"--config-dir .*none is no folder"):
        compose([], tmp_path / "none")


def test_instantiate_adds_facts_and_hands_over_plain_containers():
    made = instantiate({"_target_": "collections.UserDict", "options": {"a": [1, 2]}}, fact="known")
    assert dict(made) == {"options": {"a": [1, 2]}, "fact": "known"}
    assert type(made["options"]) is dict
    assert type(made["options"]["a"]) is list


def test_instantiate_gives_a_partial_where_the_node_says_so():
    made = instantiate({"_target_": "fractions.Fraction", "_partial_": True, "numerator": 1}, denominator=3)
    assert str(made()) == "1/3"
    assert str(made(denominator=4)) == "1/4"


@pytest.mark.parametrize(
    "node",
    [
        {"_target_": "fractions.Fraction", "numeratr": 1},
        {"_target_": "collections.UserDict", "inner": {"_target_": "fractions.Fraction", "numeratr": 1}},
        {"_target_": "collections.UserDict", "inner": [{"_target_": "fractions.Fraction", "numeratr": 1}]},
    ],
)
def test_instantiate_refuses_a_key_that_the_target_does_not_take(node):
    with pytest.raises(UsageError, match=r"fractions\.Fraction takes no 'numeratr'; did you mean 'numerator'"):
        instantiate(node)


def test_instantiate_refuses_a_target_that_is_not_there():
    with pytest.raises(UsageError, match=r"galexp\.split\.kfld\.KFoldSplit cannot be imported \(.*check _target_"):
        instantiate({"_target_": "galexp.split.kfld.KFoldSplit"})


def test_nearest_lists_everything_where_nothing_is_near():
    assert nearest("qqq", ["b", "a"]) == "choose from a, b"
    assert nearest("qqq", []) == "there is nothing to choose from"
