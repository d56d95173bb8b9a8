"""Test-time augmentation without chance: the mean prediction over a group."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from galexp.transform.dihedral import ORDER, dihedral

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor

    Forward = Callable[[Float[Tensor, "batch band height width"]], Float[Tensor, " batch *output"]]


@dataclass(frozen=True)
class NoTTA:
    """Predict once, from the image as it is."""

    def __call__(
        self, forward: Forward, images: Float[Tensor, "batch band side side"]
    ) -> Float[Tensor, " batch *output"]:
        """Return `forward(images)`."""
        return forward(images)


@dataclass(frozen=True)
class D4:
    """Average the prediction over the eight dihedral elements, by quarter turns and flips alone.

    f(x) = 1/8 sum over g of forward(g x). The mean is invariant under the group to rounding; it is not always more
    accurate than a single prediction, so both are worth reporting.
    """

    def __call__(
        self, forward: Forward, images: Float[Tensor, "batch band side side"]
    ) -> Float[Tensor, " batch *output"]:
        """Average predictions over the group.

        Args:
            forward: What predicts. For classes it should return probabilities: a mean of logits is another thing.
            images: Square images.

        Returns:
            Mean of the eight predictions.

        Example:
            >>> corner = D4()(lambda x: x[:, 0, 0, 0], torch.tensor([[[[1.0, 2.0], [3.0, 6.0]]]]))
            >>> corner.item()
            3.0
        """
        return torch.stack([forward(dihedral(images, element)) for element in range(ORDER)]).mean(0)
