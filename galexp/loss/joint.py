"""The loss of several networks that are trained together: each in units of what it was at first."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import torch
from torch import distributed, nn

from galexp.loss.vae import NegativeELBO
from galexp.model.part import PARTS

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor

_LEAST = 1e-12


class JointLoss(nn.Module):
    """Add the losses of an autoencoder, of the VAE of its map and of a classifier, each divided by its first value.

    L = sum over parts of w L / L_0, where L_0 is the value of that part's loss in the first batch that has one, the
    mean over all ranks: images in [0, 1], maps of unit spread and logarithms of probabilities have errors of other
    sizes, and so a weight of 1 says as much of each. To divide, and by which value, is a choice of ours: DeepGalaxy
    publishes no weights. L_0 is a buffer, so that a broken run goes on alike; where weights were learned before it is
    small, and what is left to be learned counts as much.

    - autoencoder: mean squared error of the image, plus ``dissimilarity`` (1 - SSIM);
    - VAE: :class:`galexp.loss.vae.NegativeELBO` of the map, whose weight of the KL divergence rises in a warm-up;
    - classifier: ``labels``, over the rows that have a label.

    Args:
        image: Weight of the autoencoder.
        vae: Weight of the VAE.
        classifier: Weight of the classifier.
        dissimilarity: Weight of 1 - SSIM beside the squared error of an image.
        beta: Weight of the KL divergence within the VAE's loss.
        warm_up: Epochs until it is whole.
        labels: Loss of predictions and truth, a mean over rows that is never negative; None without labels. Where it
            weighs classes, several ranks share it only nearly: each counts by its rows, whatever they weigh.

    Attributes:
        first: L_0 of each part, 0 before its first batch.

    Raises:
        ValueError: If a weight is negative or not finite, or as :class:`galexp.loss.vae.NegativeELBO` does.

    Example:
        >>> loss = JointLoss(vae=0.5)
        >>> first, later = {"fcae": torch.tensor(0.2), "vae": torch.tensor(8.0)}, {"fcae": torch.tensor(0.1)}
        >>> rows = {part: torch.tensor(4) for part in first}
        >>> loss(first, rows).item(), loss(later, {"fcae": torch.tensor(4)}).item()
        (1.5, 0.5)

    References:
        Cai et al. 2020 (arXiv:2010.11630), for three networks on one map.
    """

    first: Tensor

    def __init__(
        self,
        image: float = 1.0,
        vae: float = 1.0,
        classifier: float = 1.0,
        dissimilarity: float = 0.0,
        beta: float = 1.0,
        warm_up: int = 5,
        labels: nn.Module | None = None,
    ) -> None:
        super().__init__()
        given = {"image": image, "vae": vae, "classifier": classifier, "dissimilarity": dissimilarity}
        for name, weight in given.items():
            if not 0 <= weight < math.inf:
                raise ValueError(f"loss.{name} is {weight}; expected a number of at least 0")
        self.weights = dict(zip(PARTS, (image, vae, classifier), strict=True))
        self.dissimilarity = dissimilarity
        self.elbo = NegativeELBO(beta, warm_up)
        self.labels = labels
        self.register_buffer("first", torch.zeros(len(self.weights)))

    def forward(self, values: Mapping[str, Tensor], rows: Mapping[str, Tensor]) -> Float[Tensor, ""]:
        """Return the loss of a training batch, and keep the first value of each part.

        Several ranks share it: the average of their gradients is that of the mean over the rows of all, however few of
        them a rank has.

        Args:
            values: Loss of each part that is trained, the mean over this rank's rows; finite where there are none.
            rows: How many rows that mean is of.
        """
        places = [list(self.weights).index(part) for part in values]
        own = torch.stack(list(values.values()))
        count = torch.stack([rows[part] for part in values]).to(own)
        total = torch.stack([own.detach() * count, count])
        if distributed.is_available() and distributed.is_initialized():
            distributed.all_reduce(total)
            count = count * distributed.get_world_size()
        before = self.first[places]
        self.first[places] = torch.where(before > 0, before, total[0] / total[1].clamp_min(1))
        share = count / total[1].clamp_min(1)
        return (self._factors(places) * share * own).sum()

    def weigh(self, values: Mapping[str, Float[Tensor, ""]]) -> Float[Tensor, ""]:
        """Return the loss of the means over some rows; a part that is NaN, as that of no rows at all, is left out."""
        places = [list(self.weights).index(part) for part in values]
        return (self._factors(places) * torch.stack(list(values.values()))).nansum()

    def _factors(self, places: list[int]) -> Float[Tensor, " part"]:
        weight, first = torch.tensor(list(self.weights.values()), device=self.first.device)[places], self.first[places]
        return torch.where(first > 0, weight / first.clamp_min(_LEAST), 0.0)
