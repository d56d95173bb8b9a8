"""Test-time augmentation: the mean prediction over a group, or over views as training shows them.

Each is called with what predicts, the central crops in [0, 1], and what gives the same galaxies as training would show
them, by the number of the view. The caller draws those views so that each is a pure function of (seed, object, number):
the mean over them is random in the choice of views alone, and the same in every run.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from galexp.transform.dihedral import ORDER, dihedral

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor

    Images = Float[Tensor, "batch band side side"]
    Output = Float[Tensor, " batch *output"]
    Forward = Callable[[Images], Output]
    Augmented = Callable[[int], Images]


_FASTAI_VIEWS = 8


@dataclass(frozen=True)
class NoTTA:
    """Predict once, from the image as it is."""

    def __call__(self, forward: Forward, images: Images, augmented: Augmented) -> Output:
        """Return `forward(images)`."""
        return forward(images)


@dataclass(frozen=True)
class D4:
    """Average the prediction over the eight dihedral elements, by quarter turns and flips alone.

    f(x) = 1/8 sum over g of forward(g x). The mean is invariant under the group to rounding; it is not always more
    accurate than a single prediction, so both are worth reporting.
    """

    def __call__(self, forward: Forward, images: Images, augmented: Augmented) -> Output:
        """Average predictions over the group.

        Args:
            forward: What predicts. For classes it should return probabilities: a mean of logits is another thing.
            images: Square images.
            augmented: Not asked: the views are those of the group.

        Returns:
            Mean of the eight predictions.

        Example:
            >>> image = torch.tensor([[[[1.0, 2.0], [3.0, 6.0]]]])
            >>> D4()(lambda x: x[:, 0, 0, 0], image, augmented=lambda number: image).item()
            3.0
        """
        return torch.stack([forward(dihedral(images, element)) for element in range(ORDER)]).mean(0)


@dataclass(frozen=True)
class RandomViews:
    """Average the prediction over views as training shows them.

    f = 1/n sum over i < n of forward(augmented(i)), without the image as it is. The first views of more are those of
    fewer.

    Args:
        views: How many, n.

    Raises:
        ValueError: If there is not at least one.
    """

    views: int = 8

    def __post_init__(self) -> None:
        _check_views(self.views)

    def __call__(self, forward: Forward, images: Images, augmented: Augmented) -> Output:
        """Average predictions over the views.

        Args:
            forward: What predicts. For classes it should return probabilities: a mean of logits is another thing.
            images: Not looked at: no view is the image as it is.
            augmented: From the number of a view to the images of that view.

        Returns:
            Mean of the predictions.

        Example:
            >>> views = RandomViews(3)(lambda x: x.mean((1, 2, 3)), torch.zeros(1, 1, 2, 2), torch.ones(1, 1, 2, 2).mul)
            >>> views.item()
            1.0
        """
        return torch.stack(_predictions(forward, augmented, self.views)).mean(0)


@dataclass(frozen=True)
class FastaiV1:
    """Weigh the image as it is against eight augmented views, as fastai v1 does and Wu (2020) did.

    f = beta forward(x) + (1 - beta) / 8 sum over i < 8 of forward(view i): view i is augmented as in training, and
    mirrored left to right for i >= 4. There the bits of i also say to which corner a crop goes; at a zoom of 1 and a
    crop as large as the image, which Wu (2020) had, every corner is the whole image, so that none is cropped here.

    Args:
        beta: Weight of the image as it is.

    Raises:
        ValueError: If `beta` is not in [0, 1].
    """

    beta: float = 0.4

    def __post_init__(self) -> None:
        if not 0 <= self.beta <= 1:
            raise ValueError(f"transform.tta.beta is {self.beta}; expected 0 to 1")

    def __call__(self, forward: Forward, images: Images, augmented: Augmented) -> Output:
        """Return the weighted mean of nine predictions.

        Args:
            forward: What predicts.
            images: The images as they are.
            augmented: From the number of a view to the images of that view.

        Returns:
            Weighted mean of the predictions.

        Example:
            >>> image = torch.ones(1, 1, 2, 2)
            >>> FastaiV1(beta=0.25)(lambda x: x.mean((1, 2, 3)), image, image.mul).item()
            2.875
        """

        def view(number: int) -> Images:
            return augmented(number).flip(-1) if number >= _FASTAI_VIEWS // 2 else augmented(number)

        mean = torch.stack(_predictions(forward, view, _FASTAI_VIEWS)).mean(0)
        return self.beta * forward(images) + (1 - self.beta) * mean


@dataclass(frozen=True)
class FastaiV07:
    """Average the prediction over the image as it is and some augmented views, as fastai v0.7 does.

    f = (forward(x) + sum over i < n of forward(augmented(i))) / (n + 1). That library hands out all predictions; Wu and
    Boada (2019) took their plain mean.

    Args:
        views: Augmented ones, n.

    Raises:
        ValueError: If there is not at least one.
    """

    views: int = 4

    def __post_init__(self) -> None:
        _check_views(self.views)

    def __call__(self, forward: Forward, images: Images, augmented: Augmented) -> Output:
        """Average n + 1 predictions, all with the same weight.

        Args:
            forward: What predicts.
            images: The images as they are.
            augmented: From the number of a view to the images of that view.

        Returns:
            Mean of the predictions.

        Example:
            >>> image = torch.ones(1, 1, 2, 2)
            >>> FastaiV07()(lambda x: x.mean((1, 2, 3)), 14 * image, image.mul).item()
            4.0
        """
        return torch.stack([forward(images), *_predictions(forward, augmented, self.views)]).mean(0)


def _predictions(forward: Forward, view: Augmented, views: int) -> list[Output]:
    return [forward(view(number)) for number in range(views)]


def _check_views(views: int) -> None:
    if views < 1:
        raise ValueError(f"transform.tta.views is {views}; expected at least 1")
