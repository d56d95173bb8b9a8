"""How the members of classes are found as one goes down the ranking by probability."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from jaxtyping import Bool, Float
    from torch import Tensor


def found_down_the_ranking(
    scores: Float[Tensor, "sample class"], is_member: Bool[Tensor, "sample class"]
) -> tuple[Float[Tensor, "sample class"], Float[Tensor, "sample class"]]:
    """Count, for each class and down its ranking, the members found and the rows passed.

    All classes at once, since a bootstrap asks for this a thousand times. Rows of one score are passed together: each
    of them has the counts of the last, so that the order among them does not matter.

    Args:
        scores: Finite; the highest comes first.
        is_member: Which rows are to be found.

    Returns:
        Members among the first rows, and the number of those rows, in the order of the ranking, in float64.

    Example:
        >>> found, passed = found_down_the_ranking(torch.tensor([[0.9], [0.5], [0.5]]), torch.tensor([[1], [1], [0]]))
        >>> found[:, 0].tolist(), passed[:, 0].tolist()
        ([1.0, 2.0, 2.0], [1.0, 3.0, 3.0])
    """
    ordered, order = scores.sort(0, descending=True)
    is_last = torch.ones_like(ordered, dtype=torch.bool)
    is_last[:-1] = ordered[1:] != ordered[:-1]
    found = is_member.long().gather(0, order).cumsum(0)
    passed = torch.arange(1, len(scores) + 1, device=scores.device)[:, None].expand_as(found)
    return _of_the_last(found, is_last), _of_the_last(passed, is_last)


def area_under_roc(
    scores: Float[Tensor, "sample class"], is_member: Bool[Tensor, "sample class"]
) -> Float[Tensor, " class"]:
    """Compute the area under the curve of members found against other rows passed, both as shares, by trapezoids.

    Args:
        scores: As in `found_down_the_ranking`.
        is_member: Likewise.

    Returns:
        One number a class; NaN where all rows or none are members.
    """
    found, passed = found_down_the_ranking(scores, is_member)
    others = passed - found
    return torch.trapezoid(_from_zero(found), _from_zero(others), dim=0) / (found[-1] * others[-1])


def area_under_precision(
    scores: Float[Tensor, "sample class"], is_member: Bool[Tensor, "sample class"]
) -> Float[Tensor, " class"]:
    """Compute the sum of precision times the step in recall, which is not interpolated.

    Args:
        scores: As in `found_down_the_ranking`.
        is_member: Likewise.

    Returns:
        One number a class; NaN where there is no member.
    """
    found, passed = found_down_the_ranking(scores, is_member)
    return (_from_zero(found).diff(dim=0) * found / passed).sum(0) / found[-1]


def _of_the_last(counts: Tensor, is_last: Tensor) -> Tensor:
    """Carry rising counts back from the last row of each tie to the others."""
    later = counts.masked_fill(~is_last, len(counts)).flip(0).cummin(0).values
    return later.flip(0).double()


def _from_zero(counts: Tensor) -> Tensor:
    return torch.cat([torch.zeros_like(counts[:1]), counts])
