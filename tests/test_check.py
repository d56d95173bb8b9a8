"""Claims about settings that no run could have: one sentence before any work begins."""

from __future__ import annotations

import pytest

WORDS = ("train", "size=tiny", "model=small_cnn", "logger=none")


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("seed=-1", "seed is -1; expected a whole number of at least 0"),
        ("split.seed=-1", "split.seed is -1; expected a whole number of at least 0"),
        ("mock.objects=abc", "mock.objects is 'abc'; expected a whole number of at least 1"),
        ("mock.objects=0", "mock.objects is 0; expected a whole number of at least 1"),
        ("datamodule.batch_size=0", "datamodule.batch_size is 0; expected a whole number of at least 1"),
        ("datamodule.image_size=0", "datamodule.image_size is 0; expected a whole number of at least 8"),
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


def test_an_argument_that_a_class_does_not_take_is_refused_before_anything_is_made(shell):
    sentence = shell.refuses(*WORDS, "+optimizer.foo=1", status=2)
    assert sentence.startswith("galexp.optimizer.ranger.ranger takes no 'foo'; ")
    assert not list(shell.folder.iterdir())


def test_where_no_mock_is_allowed_none_is_made_and_no_finished_run_on_one_is_shown(shell):
    sentence = shell.refuses(*WORDS, "allow_mock=false")
    assert sentence.startswith("allow_mock=false needs observed data and there is only a mock below data/; prepare")
    assert not list(shell.folder.iterdir())
    assert shell(*WORDS)[0] == 0
    assert shell.refuses(*WORDS, "allow_mock=false") == sentence
