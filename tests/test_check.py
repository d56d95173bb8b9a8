"""Claims about settings that no run could have: one sentence before any work begins."""

from __future__ import annotations

import re

import pytest

from galexp.config import compose
from galexp.job.check import check_settings

WORDS = ("train", "size=tiny", "model=small_cnn", "logger=none")


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("seed=-1", "seed is -1; expected a whole number of at least 0"),
        ("split.seed=-1", "split.seed is -1; expected a whole number of at least 0"),
        ("mock.objects=abc", "mock.objects is 'abc'; expected a whole number of at least 1"),
        ("mock.objects=0", "mock.objects is 0; expected a whole number of at least 1"),
        ("datamodule.batch_size=0", "datamodule.batch_size is 0; expected a whole number of at least 1"),
        ("datamodule.image_size=0", "datamodule.image_size is 0; expected a whole number of at least 1"),
        ("trainer.max_epochs=0", "trainer.max_epochs is 0; expected a whole number of at least 1"),
        ("evaluation.bootstrap=1", "evaluation.bootstrap is 1; a spread needs at least 2 draws, 0 leaves it out"),
        ("optimizer.lr=-1", "optimizer.lr is -1; expected a number above 0"),
        ("trainer.precision=foo", "trainer.precision is 'foo'; choose auto, 32-true, bf16-mixed, 16-mixed"),
        ("trainer.devices=0", "trainer.devices is 0; expected a whole number of at least 1"),
        ("task.targets=[]", "task.targets is empty: there is nothing to learn; name a column"),
        ("evaluation.checkpoint=worst", "evaluation.checkpoint is 'worst'; choose auto, best, last"),
    ],
)
def test_a_value_that_no_run_could_have_is_refused_before_anything_is_made(shell, word, sentence):
    assert shell.refuses(*WORDS, word) == sentence
    assert not list(shell.folder.iterdir())


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["task=regression", "loss=cross_entropy"], "loss is CrossEntropyLoss and task=regression takes loss=gaussian"),
        (["task=classification", "loss=mse"], "loss is MSELoss and task=classification takes loss=cross_entropy; "),
        (["task=classification", "task.classes=3"], "task.classes is 3; expected names, such as [no, yes], or interv"),
        (["task=classification", "task.classes=[a]"], "task.classes is ['a']; expected two or more names, each of "),
        (["task=classification", "task.classes={a: [b, -1], c: [-1, null]}"], "task.classes.a is ['b', -1]; expected"),
        (["task=classification", "task.targets=[ra,dec]"], "a classification has one target, task.targets has ['ra"),
        (["optimizer=adadelta"], "optimizer=adadelta has no momentum for schedule=one_cycle to cycle; take schedule=c"),
        (["optimizer=sgd", "optimizer.momentum=-1"], "optimizer=sgd cannot be made (Invalid momentum value: -1); cha"),
        (["layers.rates=0.1"], "layers.rates are 0.1; expected numbers above 0, one a group of layers, such as [0.1,"),
        (["layers.rates=[0.1,-1]"], "layers.rates are [0.1, -1]; expected numbers above 0"),
        (["layers.rates=[a,b]"], "layers.rates are ['a', 'b']; expected numbers above 0"),
        (["layers.rates=[1,1,1,1,1,1]"], "6 groups of layers asked for; choose 2 to 5 of a network of blocks.0, bloc"),
        (["layers.frozen=true"], "layers.frozen is True; expected a whole number of at least 0"),
        (["layers.frozen=-1"], "layers.frozen is -1; expected a whole number of at least 0"),
        (["layers.frozen=null"], "layers.frozen is None; expected a whole number of at least 0"),
        (["layers.frozen=99"], "layers.frozen is 99; choose 0 to 4 of blocks.0, blocks.1, blocks.2, blocks.3, and"),
        (["model=timm", "+model.foo=1"], "timm makes no resnet18 with model.foo=1 (ResNet.__init__() got an unexpect"),
        (["model=timm", "model.name=resnett18"], "timm has no backbone 'resnett18'; the nearest names are "),
    ],
)
def test_parts_that_do_not_go_together_are_refused_before_any_data_is_looked_for(words, sentence):
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}"):
        check_settings(compose(["size=tiny", "model=small_cnn", *words]))


def test_a_momentum_is_cycled_only_where_the_schedule_says_so():
    for words in (["schedule=constant"], ["schedule.cycle_momentum=false"]):
        check_settings(compose(["size=tiny", "model=small_cnn", "optimizer=adadelta", *words]))


def test_an_argument_that_a_class_does_not_take_is_refused_before_anything_is_made(shell):
    sentence = shell.refuses(*WORDS, "+optimizer.foo=1", status=2)
    assert sentence.startswith("galexp.optimizer.ranger.ranger takes no 'foo'; ")
    assert not list(shell.folder.iterdir())


NO_MOCK = "allow_mock=false needs observed data and there is only a mock below data/; prepare"


def test_where_no_mock_is_allowed_none_is_made(shell):
    assert shell.refuses(*WORDS, "allow_mock=false").startswith(NO_MOCK)
    assert not list(shell.folder.iterdir())


def test_where_no_mock_is_allowed_no_finished_run_on_one_is_shown(desk):
    desk.run_of()
    assert desk.refuses(*WORDS, "allow_mock=false").startswith(NO_MOCK)
