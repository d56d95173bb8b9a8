"""What a table says of one method of a search, out of the entry that ``metrics.json`` has of it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_PROPERTIES = 4
"""Properties in a table; ``metrics.json`` has all."""


class Quantity(NamedTuple):
    """One number of a method.

    Attributes:
        heading: Of its column.
        unit: Of the number.
        value: NaN where there is none.
        error: NaN where there is none.
        hint: What it means, in a sentence.
    """

    heading: str
    unit: str
    value: float
    error: float = math.nan
    hint: str = ""


def quantities(scores: Mapping[str, Any], first: int) -> list[Quantity]:
    """Return what is told of a method: its structural similarity, and how its neighbors agree with their queries.

    Of two classes, or of 0 and 1, it is the precision for the second one and its ratio to the base rate; of numbers the
    mean absolute difference; of several classes, and of numbers of few values, the share of neighbors with the same.

    Args:
        scores: As :func:`galexp.job.search.compare.scores` makes them.
        first: Number of neighbors that have a similarity of their own.
    """
    told = [
        Quantity("SSIM", "", scores["ssim"], hint="Mean structural similarity of a query and its neighbors."),
        Quantity(f"SSIM of the first {first}", "", scores["ssim_first"]),
    ]
    for name, known in list(scores["properties"].items())[:MOST_PROPERTIES]:
        told += _of_property(name.replace("_", " "), known)
    return told


def _of_property(name: str, known: Mapping[str, Any]) -> list[Quantity]:
    classes = known.get("classes", {})
    if len(classes) == 2 and ("mean_difference" not in known or list(classes) == ["0", "1"]):
        word, share = list(classes.items())[1]
        said = name if word.replace("_", " ") in (name, "1") else f"{name} {word}"
        hint = f"Share of {said} among the neighbors of queries that are."
        error = share["precision_err"] / share["base_rate"] if share["base_rate"] > 0 else math.nan
        over = Quantity(f"{said}: over base rate", "", share["lift"], error)
        return [Quantity(f"{said}: precision", "", share["precision"], share["precision_err"], hint), over]
    told = []
    if "mean_difference" in known:
        hint = "Mean absolute difference between a query and its neighbors."
        told.append(Quantity(f"{name}: difference", known["unit"], known["mean_difference"], hint=hint))
    if classes:
        hint = "Share of neighbors that have the value of their query."
        told.append(Quantity(f"{name}: same", "", known["same"], hint=hint))
    return told
