"""Metrics of regression, each over the rows of a sample and separate for each target."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor

# Median absolute deviation of a Gaussian in units of its standard deviation, inverted.
MAD_TO_SIGMA = 1.4826


def rmse(preds: Float[Tensor, " sample *target"], target: Float[Tensor, " sample *target"]) -> Float[Tensor, "*target"]:
    """Compute the root mean squared error, sqrt(mean((p - t)^2)).

    Args:
        preds: Predictions.
        target: True values.

    Returns:
        One number a target, in its unit; NaN for no rows, or if any row is NaN.

    Raises:
        ValueError: If the shapes differ.

    Example:
        >>> rmse(torch.tensor([3.0, 5.0]), torch.tensor([0.0, 1.0])).square().item()
        12.5
    """
    return _residuals(preds, target).square().mean(0).sqrt()


def mae(preds: Float[Tensor, " sample *target"], target: Float[Tensor, " sample *target"]) -> Float[Tensor, "*target"]:
    """Compute the mean absolute error, mean(|p - t|).

    Args:
        preds: Predictions.
        target: True values.

    Returns:
        One number a target, in its unit; NaN for no rows, or if any row is NaN.

    Raises:
        ValueError: If the shapes differ.

    Example:
        >>> mae(torch.tensor([3.0, 5.0]), torch.tensor([0.0, 1.0])).item()
        3.5
    """
    return _residuals(preds, target).abs().mean(0)


def normalized_rmse(
    preds: Float[Tensor, " sample *target"], target: Float[Tensor, " sample *target"], ddof: int = 1
) -> Float[Tensor, "*target"]:
    """Compute the RMSE in units of the scatter of the target, RMSE / std(t).

    1 is what the sample's own mean reaches (exactly, with ddof 0). It compares samples of different scatter; but in a
    narrow range of the target it grows without any change of the network.

    Args:
        preds: Predictions.
        target: True values.
        ddof: Degrees of freedom taken off in the standard deviation: 1, or 0 as in numpy.

    Returns:
        One number a target; NaN where the target is constant or there are no more than `ddof` rows.

    Raises:
        ValueError: If the shapes differ.

    Example:
        >>> normalized_rmse(torch.tensor([2.0, 2.0]), torch.tensor([1.0, 3.0]), ddof=0).item()
        1.0
    """
    error = rmse(preds, target)
    freedom = len(target) - ddof
    if freedom <= 0:
        return torch.full_like(error, torch.nan)
    scatter = (_centered(target).square().sum(0) / freedom).sqrt()
    return _nan_where_constant(error / scatter, target)


def nmad(preds: Float[Tensor, " sample *target"], target: Float[Tensor, " sample *target"]) -> Float[Tensor, "*target"]:
    """Compute the normalized median absolute deviation, 1.4826 median(|x - median(x)|) with x = p - t.

    For Gaussian residuals it estimates their standard deviation; outliers and a constant bias do not move it, so that
    it can look good where the RMSE does not.

    Args:
        preds: Predictions.
        target: True values.

    Returns:
        One number a target, in its unit; NaN for no rows, or if any row is NaN; 0 for one row.

    Raises:
        ValueError: If the shapes differ.

    Example:
        >>> nmad(torch.tensor([0.0, 1.0, 2.0, 100.0, -1.0]), torch.zeros(5)).item() == torch.tensor(1.4826).item()
        True
    """
    residuals = _residuals(preds, target)
    if len(residuals) == 0:
        return torch.full_like(residuals.sum(0), torch.nan)
    return MAD_TO_SIGMA * _median((residuals - _median(residuals)).abs())


def bias(preds: Float[Tensor, " sample *target"], target: Float[Tensor, " sample *target"]) -> Float[Tensor, "*target"]:
    """Compute the mean residual, mean(p - t).

    Args:
        preds: Predictions.
        target: True values.

    Returns:
        One number a target, in its unit, positive where predictions are too high; NaN for no rows, or if any is NaN.

    Raises:
        ValueError: If the shapes differ.

    Example:
        >>> bias(torch.tensor([1.0, 3.0]), torch.tensor([0.0, 0.0])).item()
        2.0
    """
    return _residuals(preds, target).mean(0)


def pearson(
    preds: Float[Tensor, " sample *target"], target: Float[Tensor, " sample *target"]
) -> Float[Tensor, "*target"]:
    """Compute Pearson's correlation coefficient of predictions and true values.

    cov(p, t) / (std(p) std(t)). It sees neither a bias nor a wrong scale.

    Args:
        preds: Predictions.
        target: True values.

    Returns:
        One number a target, in [-1, 1]; NaN for fewer than two rows, or where either side is constant.

    Raises:
        ValueError: If the shapes differ.

    Example:
        >>> pearson(torch.tensor([1.0, 2.0, 3.0]), torch.tensor([2.0, 4.0, 6.0])).item()
        1.0
    """
    _residuals(preds, target)
    p, t = _centered(preds), _centered(target)
    correlation = (p * t).sum(0) / (p.square().sum(0) * t.square().sum(0)).sqrt()
    return _nan_where_constant(_nan_where_constant(correlation.clamp(-1, 1), target), preds)


def slope(
    preds: Float[Tensor, " sample *target"], target: Float[Tensor, " sample *target"]
) -> Float[Tensor, "*target"]:
    """Compute the slope of the least-squares line of predictions on true values, cov(p, t) / var(t).

    Below 1 the network regresses to the mean, as any optimal predictor does that does not know everything.

    Args:
        preds: Predictions.
        target: True values.

    Returns:
        One number a target; NaN for fewer than two rows, or where the target is constant.

    Raises:
        ValueError: If the shapes differ.

    Example:
        >>> slope(torch.tensor([1.0, 1.5, 2.0]), torch.tensor([1.0, 2.0, 3.0])).item()
        0.5
    """
    _residuals(preds, target)
    t = _centered(target)
    return _nan_where_constant((_centered(preds) * t).sum(0) / t.square().sum(0), target)


def _residuals(preds: Tensor, target: Tensor) -> Tensor:
    if preds.shape != target.shape:
        raise ValueError(f"preds have shape {list(preds.shape)}, target {list(target.shape)}; they must be equal")
    return _precise(preds) - _precise(target)


def _precise(values: Tensor) -> Tensor:
    return values.to(torch.promote_types(values.dtype, torch.float32))


def _centered(values: Tensor) -> Tensor:
    return _precise(values) - _precise(values).mean(0)


def _nan_where_constant(statistic: Tensor, values: Tensor) -> Tensor:
    constant = (values == values[:1]).all(0)
    return statistic.masked_fill(constant, torch.nan)


def _median(values: Tensor) -> Tensor:
    """Return the median over rows, the mean of the middle two for an even count; NaN if any row is NaN."""
    ordered = values.sort(0).values
    middle = (ordered[(len(values) - 1) // 2] + ordered[len(values) // 2]) / 2
    return torch.where(ordered[-1].isnan(), ordered[-1], middle)
