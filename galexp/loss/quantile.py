"""Quantiles by the pinball loss: the median and intervals about it, of any shape."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F

from galexp.loss.base import Likelihood, check_outputs, inverse_softplus, precise

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor

SMALLEST_GAP = 1e-6


def pinball(
    quantiles: Float[Tensor, "*shape level"], target: Float[Tensor, "*shape"], levels: Float[Tensor, " level"]
) -> Float[Tensor, ""]:
    """Compute the pinball loss, the mean over rows and levels of max(level (t - q), (level - 1) (t - q)).

    A target above the quantile of level 0.95 costs 19 times as much as one as far below: in the mean it is least where
    a share 0.95 lies below. For the median it is half the mean absolute error.

    Args:
        quantiles: Predictions, one for each level.
        target: True values.
        levels: Share of targets that should lie below each, between 0 and 1.

    Returns:
        The loss in the unit of the target; NaN if anything is NaN.

    Example:
        >>> pinball(torch.tensor([[2.0, 2.0]]), torch.tensor([6.0]), torch.tensor([0.5, 0.75])).item()
        2.5

    References:
        Koenker & Bassett 1978, Econometrica 46, 33.
    """
    above = target[..., None] - quantiles
    return torch.maximum(levels * above, (levels - 1) * above).mean()


def level_name(level: float) -> str:
    """Return the name of a quantile: q and the decimals of its level, two at least.

    Example:
        >>> level_name(0.05), level_name(0.9), level_name(0.975)
        ('q05', 'q90', 'q975')
    """
    return "q" + f"{level:.10f}".partition(".")[2].rstrip("0").ljust(2, "0")


class QuantileLoss(Likelihood):
    """A median per target, and quantiles that never cross it or each other.

    The output at the place of the median is the median; each other output is, through a softplus, the gap to the next
    quantile nearer to the median. ``pred`` is therefore a median and not a mean: where errors are skewed its RMSE is
    not the least. The loss is a mean, so that the average over ranks with batches of one size is right.

    Args:
        levels: Of the quantiles, rising, 0.5 among them.

    Raises:
        ValueError: If the levels do not rise from above 0 to below 1, or 0.5 is not among them.

    Example:
        >>> QuantileLoss([0.16, 0.5, 0.84]).columns
        ('pred', 'q16', 'q84')
    """

    levels: Tensor

    def __init__(self, levels: Sequence[float] = (0.05, 0.16, 0.5, 0.84, 0.95)) -> None:
        super().__init__()
        levels = list(levels)
        if 0.5 not in levels or any(low >= high for low, high in zip([0.0, *levels], [*levels, 1.0], strict=True)):
            raise ValueError(f"levels are {levels}; expected rising numbers between 0 and 1 with 0.5 among them")
        self.outputs, self.middle = len(levels), levels.index(0.5)
        self.columns = ("pred", *(level_name(level) for level in levels if level != 0.5))
        self.register_buffer("levels", torch.tensor(levels), persistent=False)

    def quantiles(self, outputs: Float[Tensor, "batch target level"]) -> Float[Tensor, "batch target level"]:
        """Return the quantiles in the order of the levels."""
        values, middle = precise(outputs), self.middle
        median = values[..., middle : middle + 1]
        below = F.softplus(values[..., :middle]).flip(-1).cumsum(-1).flip(-1)
        above = F.softplus(values[..., middle + 1 :]).cumsum(-1)
        return torch.cat([median - below, median, median + above], -1)

    def read(self, outputs: Float[Tensor, "batch target level"]) -> Float[Tensor, "batch target level"]:
        """Return the median and then the other quantiles in rising order."""
        values, middle = self.quantiles(outputs), self.middle
        return torch.cat([values[..., middle : middle + 1], values[..., :middle], values[..., middle + 1 :]], -1)

    def forward(
        self, outputs: Float[Tensor, "batch target level"], target: Float[Tensor, "batch target"]
    ) -> Float[Tensor, ""]:
        """Return the pinball loss of all levels.

        Raises:
            ValueError: If the shapes do not belong together.
        """
        check_outputs(outputs, target, self.outputs)
        return pinball(self.quantiles(outputs), target, self.levels)

    def start(self, mean: Float[Tensor, " target"], std: Float[Tensor, " target"]) -> Float[Tensor, "target level"]:
        """Return the outputs of a Gaussian's quantiles; gaps below 1e-6, of targets all alike, start at 1e-6."""
        scores = torch.special.ndtri(self.levels.to(std))
        gaps = inverse_softplus((std[:, None] * scores.diff()).clamp(min=SMALLEST_GAP))
        return torch.cat([gaps[:, : self.middle], mean[:, None], gaps[:, self.middle :]], -1)
