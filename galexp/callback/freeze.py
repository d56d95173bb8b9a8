"""Train the head alone at first, so that its random start does not spoil what the body has learned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytorch_lightning as pl

from galexp.model.layers import hold_norms, norms, units

if TYPE_CHECKING:
    import torch
    from torch import nn


class FreezeBody(pl.Callback):
    """Let only the head move during the first epochs, and the whole network from then on.

    Gradients of the body are dropped before each step, so that no optimizer moves it, neither by decay nor by momentum,
    and several processes stay in step; a first epoch costs as much as a later one. Whether the body is frozen is a
    function of the epoch, so that a broken run goes on alike.

    Args:
        epochs: How many belong to the head.
        train_norms: Whether the batch normalizations of the body train and measure all the same.

    Raises:
        ValueError: If `epochs` is below 1.
    """

    def __init__(self, epochs: int = 2, train_norms: bool = False) -> None:
        if epochs < 1:
            raise ValueError(f"callback.freeze.epochs is {epochs}; expected at least 1, or leave the callback out")
        self.epochs = epochs
        self.train_norms = train_norms
        self._body: list[nn.Module] = []
        self._frozen: list[nn.Parameter] = []

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Find the body; a run that was broken off within an epoch begins no other before its next step."""
        body = units(pl_module.network)[:-1]  # type: ignore[arg-type]
        self._body = [module for unit in body for module in unit.modules]
        spared = {p for norm in norms(self._body) for p in norm.parameters()} if self.train_norms else set()
        self._frozen = [p for unit in body for p in unit.parameters if p not in spared]
        self.on_train_epoch_start(trainer, pl_module)

    def on_train_epoch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Let the normalizations of a frozen body use and keep what they have measured, and later measure again."""
        pl_module.train()
        if trainer.current_epoch < self.epochs and not self.train_norms:
            hold_norms(self._body)

    def on_before_optimizer_step(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, optimizer: torch.optim.Optimizer
    ) -> None:
        """Drop the gradients of a frozen body."""
        if trainer.current_epoch < self.epochs:
            for parameter in self._frozen:
                parameter.grad = None
