"""The eight elements of the dihedral group of the square, as exact operations and as matrices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from jaxtyping import Float, Num
    from torch import Tensor

ORDER = 8


def dihedral(
    images: Num[Tensor, "*batch band height width"], element: int
) -> Num[Tensor, "*batch band new_height new_width"]:
    """Apply one element of the group without resampling.

    Element k + 4 f flips left and right if f = 1, then turns by k quarters counterclockwise.

    Args:
        images: Images of any type.
        element: 0 (identity) to 7.

    Returns:
        The images, turned; height and width change places for odd k.

    Example:
        >>> dihedral(torch.tensor([[[1, 2], [3, 4]]]), 1)
        tensor([[[2, 4],
                 [1, 3]]])
    """
    quarters, flipped = element % 4, element >= 4
    return torch.rot90(images.flip(-1) if flipped else images, quarters, (-2, -1))


def dihedral_matrices(device: torch.device | None = None) -> Float[Tensor, "8 2 2"]:
    """Return, for each element, the matrix that takes centered (x, y) of the output to that of the input.

    y grows downward, as in `torch.nn.functional.grid_sample`. The entries are exactly 0 and +-1.

    Args:
        device: Where the matrices shall lie.

    Returns:
        The matrices in the order of `dihedral`.
    """
    quarter = torch.tensor([[0.0, -1.0], [1.0, 0.0]])
    flip = torch.tensor([[-1.0, 0.0], [0.0, 1.0]])
    turns = [torch.linalg.matrix_power(quarter, k) for k in range(4)]
    return torch.stack(turns + [flip @ turn for turn in turns]).to(device)
