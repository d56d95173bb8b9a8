"""Which numbers of a method stand in a table, and how they are written."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Mapping


@dataclasses.dataclass(frozen=True)
class Score:
    """A column of a table of scores.

    Args:
        key: Of the metric.
        heading: Of the column.
        has_unit: Whether it is in the unit of the target, so that its digits follow the size of the RMSE.
        takes: How many digits it shows less than the RMSE.
        shows_error: Whether its bootstrap error is written behind it.
    """

    key: str
    heading: str
    has_unit: bool = False
    takes: int = 0
    shows_error: bool = True


REGRESSION = (
    Score("rmse", "RMSE", has_unit=True),
    Score("normalized_rmse", "RMSE/scatter"),
    Score("mae", "MAE", has_unit=True, takes=1),
    Score("nmad", "NMAD", has_unit=True, takes=1),
)
WIDTHS = (
    Score("coverage_68", "within 68 %"),
    Score("coverage_68_scaled", "scaled", shows_error=False),
    Score("coverage_95", "within 95 %"),
    Score("coverage_95_scaled", "scaled", shows_error=False),
    Score("sigma_scale", "scale"),
)
TWO_CLASSES = (
    Score("accuracy", "accuracy", shows_error=False),
    Score("roc_auc", "ROC AUC"),
    Score("average_precision", "AP", shows_error=False),
    Score("log_loss", "log loss"),
    Score("expected_calibration_error", "ECE"),
)
ORDERED_CLASSES = (
    Score("accuracy", "accuracy", shows_error=False),
    Score("within_1", "within 1"),
    Score("within_2", "within 2"),
    Score("mean_absolute_class_error", "off by"),
    Score("log_loss", "log loss"),
)
_OVER_RUNS = {"rmse", "normalized_rmse", "nmad", "roc_auc", "average_precision", "expected_calibration_error"}
_OVER_RUNS |= {"within_2", "mean_absolute_class_error"}
_SHARE = re.compile(r"coverage_(\d+)")


def score_columns(scores: Mapping[str, float], unit: str = "") -> tuple[Score, ...]:
    """Return the columns for what a method was scored by.

    Args:
        scores: Of the method.
        unit: Of the width of a class, where classes have one.
    """
    if "rmse" in scores:
        return tuple(column for column in REGRESSION if column.key in scores)
    if "mean_absolute_class_error" not in scores:
        return TWO_CLASSES
    in_unit = (Score("mae", f"MAE [{unit}]" if unit else "MAE", has_unit=True, takes=2),)
    return tuple(column for column in (*ORDERED_CLASSES, *in_unit) if column.key in scores)


def width_columns(scores: Mapping[str, float]) -> tuple[Score, ...]:
    """Return the columns for the errors that a network gives itself; none where it gives none."""
    if "nll" in scores:
        return tuple(column for column in WIDTHS if column.key in scores)
    shares = sorted(int(match[1]) for match in map(_SHARE.fullmatch, scores) if match)
    return tuple(Score(f"coverage_{share}", f"within {share} %") for share in shares)


def spread_columns(scores: Mapping[str, float]) -> tuple[Score, ...]:
    """Return the columns of a table over runs, fewer than of one run: each holds a spread beside its mean."""
    kept = [column for column in score_columns(scores) if column.key in _OVER_RUNS]
    widths = width_columns(scores)[:1]
    return (*kept[: 3 - len(widths)], *widths)


def cells(scores: Mapping[str, float], columns: tuple[Score, ...]) -> list[str]:
    """Return the number of galaxies and each score, with its bootstrap error where it has one, as texts.

    Example:
        >>> cells({"n": 9.0, "rmse": 0.25, "rmse_error": 0.01}, REGRESSION[:2])
        ['9', '0.2500 ± 0.0100', '']
    """
    return [f"{scores['n']:.0f}", *(_cell(scores, column) for column in columns)]


def _cell(scores: Mapping[str, float], column: Score) -> str:
    if column.key not in scores:
        return ""
    value = scores[column.key]
    error = scores.get(f"{column.key}_error", math.nan) if column.shows_error else math.nan
    digits = max(0, decimals(scores.get("rmse", value)) - column.takes) if column.has_unit else 3
    return f"{value:.{digits}f}" + (f" ± {error:.{digits}f}" if math.isfinite(error) else "")


def decimals(error: float) -> int:
    """Return how many decimals show four digits of an error below 1, and fewer of a larger one.

    Example:
        >>> [decimals(error) for error in (0.0571, 0.571, 25.7, 2570.0)]
        [4, 4, 2, 0]
    """
    is_large = math.isfinite(error) and error >= 1
    return max(0, 3 - math.floor(math.log10(error))) if is_large else 4
