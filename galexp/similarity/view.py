"""Features that do not depend on how a galaxy lies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from galexp.transform.dihedral import ORDER, dihedral

if TYPE_CHECKING:
    from collections.abc import Callable

    from jaxtyping import Float, Num
    from torch import Tensor

D4, NONE = "d4", "none"
VIEWS = (D4, NONE)


def over_views(
    describe: Callable[[Tensor], Float[Tensor, "batch feature"]],
    images: Num[Tensor, "batch band side side"],
    views: str = D4,
) -> Float[Tensor, "batch described"]:
    """Return mean and standard deviation of each feature over the eight turns and flips of an image.

    How a galaxy lies on the sky says nothing about it, and yet a description of its image is full of it: a galaxy and
    the same one turned would not be neighbors. The mean keeps what all views share; the standard deviation how much
    each feature goes with the view, such as the elongation of a galaxy without its position angle. Both are the same
    for all eight views of an image; between quarter turns they are nearly so. That both are taken is a choice.

    Args:
        describe: From images to features.
        images: Square.
        views: ``d4``, or ``none`` for the features of the image as it is.

    Returns:
        With ``d4`` twice as many numbers as there are features, the means first.

    Raises:
        ValueError: for another word.

    Example:
        >>> image = torch.tensor([[[[1.0, 3.0], [1.0, 3.0]]]])
        >>> over_views(lambda views: views[..., 0, 0], image)
        tensor([[2., 1.]])
    """
    if views not in VIEWS:
        raise ValueError(f"search.views is {views!r}; choose {' or '.join(VIEWS)}")
    if views == NONE:
        return describe(images)
    seen = torch.stack([describe(dihedral(images, element)) for element in range(ORDER)])
    return torch.cat([seen.mean(0), seen.std(0, correction=0)], dim=1)
