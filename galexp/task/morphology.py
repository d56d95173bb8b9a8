"""Learn what volunteers would say of a galaxy: the 37 vote fractions of Galaxy Zoo 2."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import nn
from torchmetrics import MeanSquaredError

from galexp.catalog.vote_tree import ANSWERS, closure_errors
from galexp.config import nearest
from galexp.datamodule import Batch
from galexp.loss.base import VoteLikelihood
from galexp.model.vote_head import VOTE_HEADS
from galexp.task.base import Named, Task
from galexp.task.losses import ELEMENTWISE
from galexp.transform.crop import center_crop_to_float

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor

NAMES = [answer.name for answer in ANSWERS]
_START: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "sigmoid": torch.logit,
    "softmax_tree": torch.log,
    "relu_tree": torch.clone,
}
_RARE = 1e-4
_MOST_BROKEN = 1e-3


class Morphology(Task):
    """Train a network on the vote fractions of the decision tree.

    A head turns 37 outputs into votes: ``sigmoid`` takes each by itself, so that sums of the tree are broken by some
    percent; ``softmax_tree`` and ``relu_tree`` obey them. A likelihood of vote counts reads its votes itself, and
    then there is no head.

    Args:
        targets: The 37 votes in the order of the tree.
        head: Name of a head, or None where the loss is a likelihood of votes.
        **facts: As in :class:`galexp.task.base.Task`; the loss is one of (votes, true votes), or such a likelihood.

    Raises:
        ValueError: for an unknown head, a head with a likelihood, neither of them, or other targets than the votes.
    """

    losses = (*ELEMENTWISE, VoteLikelihood)

    def __init__(self, targets: Sequence[str], head: str | None, **facts: Any) -> None:
        if list(targets) != NAMES:
            raise ValueError(
                f"task=morphology learns the {len(NAMES)} votes of the tree in its order, and task.targets has "
                f"{len(targets)} columns ({', '.join(targets[:3])}, ...); leave task.targets and dataset.targets "
                "alone, or take task=regression"
            )
        super().__init__(targets=targets, **facts)
        self.to_votes = _to_votes(head, self.loss)
        self.start = _START.get(head or "")
        self.train_error = MeanSquaredError(squared=False)
        self.val_rmse = MeanSquaredError(squared=False)

    @classmethod
    def num_outputs(cls, settings: Mapping[str, Any], loss: nn.Module) -> int:
        """Return one output an answer."""
        return len(settings["targets"])

    def learn_targets(self, truth: Float[np.ndarray, "galaxy 37"]) -> None:
        """Start the last layer where a head gives the mean votes; a likelihood starts anywhere.

        Raises:
            ValueError: where votes break the sums of the tree, which no tree can learn.
        """
        errors = np.abs(closure_errors(truth)).max(axis=1)
        if errors.max() > _MOST_BROKEN:
            raise ValueError(
                f"{int(np.sum(errors > _MOST_BROKEN))} of {len(truth)} training galaxies break the sums of the "
                f"decision tree by more than {_MOST_BROKEN} (by {errors.max():.3g} at most): these are no weighted "
                "vote fractions of Galaxy Zoo 2; mend the table, or take task=regression"
            )
        if self.start is not None:
            mean = torch.from_numpy(truth.mean(axis=0)).clamp(_RARE, 1 - _RARE)
            self.start_classifier(self.start(mean))

    def read(self, outputs: Float[Tensor, "batch 37"]) -> Float[Tensor, "batch 37"]:
        """Return vote fractions."""
        return self.to_votes(outputs)

    def objective(self, outputs: Float[Tensor, "batch 37"], truth: Float[Tensor, "batch 37"]) -> Float[Tensor, ""]:
        """Return the loss of the votes, or their likelihood."""
        return self.loss(outputs if isinstance(self.loss, VoteLikelihood) else self.to_votes(outputs), truth)

    def update_train_error(self, outputs: Tensor, truth: Tensor) -> None:
        """Add the squared errors of a batch."""
        self.train_error.update(self.to_votes(outputs), truth)

    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        """Add the squared errors of the validation rows."""
        self.val_rmse.update(self(center_crop_to_float(batch.images, self.image_size)), batch.targets)

    def on_validation_epoch_end(self) -> None:
        """Log the error over all validation rows and votes at once."""
        self.log("val/rmse", self.val_rmse.compute())
        self.val_rmse.reset()

    def named(self, values: Float[np.ndarray, "galaxy 37"]) -> Named:
        """Return the vote fraction of each answer."""
        return {("pred", name): values[:, number] for number, name in enumerate(self.targets)}


def _to_votes(head: str | None, loss: nn.Module) -> Any:
    if isinstance(loss, VoteLikelihood):
        if head is not None:
            raise ValueError(
                f"task.head is {head!r} and {type(loss).__name__} reads its votes itself; set task.head=null"
            )
        return loss.read
    if head not in VOTE_HEADS:
        raise ValueError(f"task.head is {head!r}; {nearest(str(head), VOTE_HEADS)}")
    return VOTE_HEADS[head]
