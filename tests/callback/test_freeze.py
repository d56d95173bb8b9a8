"""Claims about training the head alone at first."""

import copy
import functools

import pytest
import pytorch_lightning as pl
import torch
from torch.optim.lr_scheduler import OneCycleLR

from galexp.callback.freeze import FreezeBody
from galexp.model.normalize import NormalizedModel
from galexp.model.small_cnn import SmallCNN
from galexp.optimizer.adadelta import adadelta
from galexp.optimizer.groups import decay_groups
from galexp.optimizer.ranger import ranger
from galexp.trainer import quiet

EPOCHS, STEPS = 4, 4


class Brightness(pl.LightningModule):
    """Learn how bright noise is."""

    def __init__(self, optimizer):
        super().__init__()
        torch.manual_seed(0)
        self.network = NormalizedModel(SmallCNN(width=4, depth=2, dropout=0.0), [0.5] * 3, [0.3] * 3)
        self.make_optimizer = optimizer

    def training_step(self, batch, _index):
        images = batch[0]
        return (self.network(images)[:, 0] - images.mean((1, 2, 3))).square().mean()

    def configure_optimizers(self):
        optimizer = self.make_optimizer(decay_groups(self.network))
        if "betas" not in optimizer.defaults:
            return optimizer
        schedule = OneCycleLR(optimizer, max_lr=0.01, total_steps=EPOCHS * STEPS)
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}


class States(pl.Callback):
    """Keep the network after every epoch, and all of the state after one of the steps."""

    def __init__(self, path, saved_step):
        self.kept = []
        self.path, self.saved_step = path, saved_step

    def on_train_batch_end(self, trainer, pl_module, outputs, batch, batch_idx):
        if trainer.global_step == self.saved_step:
            trainer.save_checkpoint(self.path)

    def on_train_start(self, trainer, pl_module):
        self.kept.append(copy.deepcopy(pl_module.network.state_dict()))

    def on_train_epoch_end(self, trainer, pl_module):
        self.kept.append(copy.deepcopy(pl_module.network.state_dict()))


RANGER = functools.partial(ranger, lr=0.01, weight_decay=0.1)
SGD = functools.partial(torch.optim.SGD, lr=0.01, momentum=0.9, weight_decay=0.1)
ADADELTA = functools.partial(adadelta, lr=8.0, weight_decay=0.1)


def fit(path, callback, optimizer=RANGER, saved_step=None, resume=None, **options):
    """Train on batches that are all alike; return the states of the network before the first epoch and after each."""
    images = torch.rand(4, 3, 8, 8, generator=torch.Generator().manual_seed(0)).repeat(STEPS, 1, 1, 1)
    loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(images), batch_size=4)
    states = States(path / "state.ckpt", saved_step)
    silent = {f"enable_{what}": False for what in ("checkpointing", "progress_bar", "model_summary")}
    options = {"max_epochs": EPOCHS, "logger": False, "callbacks": [callback, states], **silent, **options}
    with quiet():
        trainer = pl.Trainer(accelerator="cpu", devices=1, default_root_dir=path, **options)
        trainer.fit(Brightness(optimizer), loader, ckpt_path=resume)
    return states.kept


def moved(before, after, part):
    """Return the names in a part of the network whose numbers differ."""
    return {name for name in before if name.startswith(part) and not torch.equal(before[name], after[name])}


@pytest.mark.parametrize("optimizer", [RANGER, SGD, ADADELTA], ids=["ranger", "sgd", "adadelta"])
def test_the_body_stays_to_the_bit_for_two_epochs_under_weight_decay_and_moves_afterwards(optimizer, tmp_path):
    states = fit(tmp_path, FreezeBody(2), optimizer)
    assert moved(states[0], states[2], "model.blocks") == set()
    assert moved(states[0], states[1], "model.fc") == {"model.fc.weight", "model.fc.bias"}
    everything = {name for name in states[0] if name.startswith("model.blocks")}
    assert moved(states[2], states[3], "model.blocks") == everything
    assert moved(states[3], states[4], "model.blocks") == everything


def test_with_training_norms_only_the_convolutions_stay(tmp_path):
    states = fit(tmp_path, FreezeBody(2, train_norms=True))
    norms = {name for name in states[0] if name.startswith(("model.blocks.0.1", "model.blocks.1.1"))}
    assert moved(states[0], states[2], "model.blocks") == norms
    assert {"model.blocks.0.0.weight", "model.blocks.1.0.weight"} <= moved(states[2], states[3], "model.blocks")


def test_gradients_that_are_added_up_over_batches_do_not_leak_into_the_body(tmp_path):
    states = fit(tmp_path, FreezeBody(1), accumulate_grad_batches=2)
    assert moved(states[0], states[1], "model.blocks") == set()
    assert moved(states[1], states[2], "model.blocks.0.0") == {"model.blocks.0.0.weight"}


@pytest.mark.parametrize("step", [2, 4, 7, 10])
def test_a_training_that_was_broken_off_goes_on_alike(step, tmp_path):
    whole = fit(tmp_path, FreezeBody(2), saved_step=step)
    resumed = fit(tmp_path, FreezeBody(2), resume=tmp_path / "state.ckpt")
    assert moved(whole[0], whole[-1], "model.blocks")
    assert moved(whole[-1], resumed[-1], "") == set()


def test_the_first_steps_of_the_body_are_those_of_a_new_optimizer(tmp_path):
    states = fit(tmp_path, FreezeBody(3), functools.partial(torch.optim.Adam, lr=0.01), max_epochs=4)
    moves = (states[4]["model.blocks.0.0.weight"] - states[3]["model.blocks.0.0.weight"]).abs()
    assert 0 < moves.max() <= 0.011 * STEPS


def test_a_body_that_is_frozen_for_no_epoch_is_refused():
    with pytest.raises(
        ValueError, match=r"callback\.freeze\.epochs is 0; expected at least 1, or leave the callback out"
    ):
        FreezeBody(0)
