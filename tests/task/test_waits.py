"""Claims about values that a training step asks of its device: none, so that the next step is prepared meanwhile."""

from __future__ import annotations

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from galexp.config import compose
from galexp.datamodule import Batch
from galexp.task.build import build_task

ASKS = {"aten._local_scalar_dense.default", "aten.nonzero.default", "aten.equal.default", "aten.masked_select.default"}
SMALL = ("size=tiny", "datamodule.image_size=32", "transform=none")
KINDS = {
    "regression": ("dataset=xgass", "model=small_cnn"),
    "gaussian": ("dataset=xgass", "model=small_cnn", "loss=gaussian_nll"),
    "classification": ("dataset=xgass", "model=small_cnn", "task=classification", "task.classes=[a,b]"),
    "morphology": ("dataset=gz2", "model=small_cnn"),
    "representation": ("dataset=gz2", "task=representation", "model=representation", "model.widths=[4,8]"),
}


class Asked(TorchDispatchMode):
    """Remember what is asked whose answer the process must wait for."""

    def __init__(self):
        super().__init__()
        self.names = []

    def __torch_dispatch__(self, operation, types, args=(), kwargs=None):
        by_mask = str(operation) == "aten.index.Tensor" and any(
            index is not None and index.dtype is torch.bool for index in args[1]
        )
        if by_mask or str(operation) in ASKS:
            self.names.append(str(operation))
        return operation(*args, **(kwargs or {}))


def asked_in_a_step(task, images, targets):
    batch = Batch(images, targets, torch.arange(len(images)), torch.arange(len(images)))
    with Asked() as asked:
        task.training_step(batch, 0).backward()
    return asked.names


@pytest.mark.parametrize("words", KINDS.values(), ids=KINDS)
def test_a_step_asks_for_no_value_and_picks_nothing_by_a_mask(words, monkeypatch):
    task = build_task(compose([*SMALL, *words]), bands=3)
    monkeypatch.setattr(type(task), "log", lambda *facts, **options: None)
    monkeypatch.setattr(type(task), "current_epoch", 0)
    images = torch.randint(0, 256, (4, 3, 32, 32), dtype=torch.uint8)
    targets = torch.zeros(4, len(task.targets))
    assert asked_in_a_step(task, images, targets) == []


def test_what_a_device_is_asked_for_is_seen():
    with Asked() as asked:
        assert bool(torch.ones(2).isfinite().all())
        torch.ones(2)[torch.ones(2, dtype=torch.bool)]
    assert asked.names == ["aten._local_scalar_dense.default", "aten.index.Tensor"]
