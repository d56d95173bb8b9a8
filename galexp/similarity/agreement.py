"""Whether galaxies that look alike are alike: differences of what is known of them, and shares of a class."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np

from galexp.evaluation.mean import mean_and_error
from galexp.similarity.neighbor import coded

if TYPE_CHECKING:
    from jaxtyping import Float, Int64

Kin = tuple[np.ndarray, np.ndarray]

MOST_CLASSES = 12
"""Different values up to which a column is of classes, such as mass ratios, and not of numbers; a choice."""


@dataclasses.dataclass(frozen=True)
class Property:
    """Something that is known of galaxies, by which neighbors are judged and never found.

    Args:
        name: Of the column.
        unit: Of the values.
        gallery: Value of each galaxy that is searched; NaN where it is not known.
        queries: Value of each query; likewise.
        classes: Names of the classes 0, 1, ...; empty where the values name themselves.
    """

    name: str
    unit: str
    gallery: Float[np.ndarray, " point"]
    queries: Float[np.ndarray, " query"]
    classes: tuple[str, ...] = ()

    @property
    def values(self) -> list[float]:
        """The different values of the gallery."""
        return np.unique(self.gallery[np.isfinite(self.gallery)]).tolist()

    @property
    def has_classes(self) -> bool:
        """Whether the values are named, or so few that neighbors may have the same one."""
        return bool(self.classes) or len(self.values) <= MOST_CLASSES

    def named(self, value: float) -> str:
        """Return what a value is called."""
        return self.classes[int(value)] if self.classes else f"{value:g}"

    def told(self, value: float) -> str:
        """Return a value as words: the name of a class, or a number after what it is of.

        Example:
            >>> Property("simulation_time", "Myr", np.zeros(1), np.zeros(1)).told(12.5)
            'simulation time 12.5 Myr'
        """
        if np.isfinite(value) and self.classes:
            return self.named(value)
        return (
            f"{self.name.replace('_', ' ')} {f'{value:.4g} {self.unit}' if np.isfinite(value) else 'unknown'}".rstrip()
        )


def mean_difference(known: Property, place: Int64[np.ndarray, "query neighbor"]) -> float:
    """Return the mean of |value of a query - value of its neighbor| over neighbors, and then over queries.

    Args:
        known: A property of queries and gallery.
        place: Of the neighbors; -1 for none.

    Returns:
        In the unit of the property; NaN where no pair is known.

    Example:
        >>> known = Property("time", "Myr", np.array([10.0, 40.0, np.nan]), np.array([20.0]))
        >>> mean_difference(known, np.array([[0, 1, 2, -1]]))
        15.0
    """
    return mean_and_error(_mean_of_rows(np.abs(_values(known.gallery, place) - known.queries[:, None])))[0]


def precision(known: Property, place: Int64[np.ndarray, "query neighbor"], value: float) -> tuple[float, float]:
    """Return the share of neighbors that have the class of their query, for queries of one class, and its error.

    Args:
        known: A property of queries and gallery.
        place: Of the neighbors; -1 for none.
        value: The class.

    Returns:
        Mean over queries and the standard error of that mean over them; NaN where there is no such query, and an error
        of NaN for a single one. Queries that show one object are no independent ones: their error is too small.

    Example:
        >>> known = Property("odd", "", np.array([1.0, 1.0, 0.0]), np.array([1.0, 0.0]))
        >>> precision(known, np.array([[0, 2], [1, 2]]), value=1.0)[0]
        0.5
    """
    found = _values(known.gallery, place)
    shares = _mean_of_rows(np.where(np.isfinite(found), found == value, np.nan))
    return mean_and_error(shares[known.queries == value])


def base_rate(known: Property, value: float, kin: Kin) -> float:
    """Return the share of a class among neighbors that are drawn at random for queries of that class.

    They are drawn among what is known of the gallery and is not the query's kin, which have its class as a rule: the
    share is less than that of the whole gallery where queries have kin there.

    Args:
        known: A property of queries and gallery.
        value: The class.
        kin: As for :func:`galexp.similarity.neighbor.neighbors`.

    Returns:
        Mean over queries; NaN where there is no such query, or nothing but its kin.

    Example:
        One of three others is odd, and the other odd galaxy of the gallery is the query itself.

        >>> known = Property("odd", "", np.array([1.0, 1.0, 0.0, 0.0, np.nan]), np.array([1.0]))
        >>> base_rate(known, 1.0, (np.array(["q", "b", "c", "d", "e"]), np.array(["q"])))
        0.3333333333333333
    """
    codes, own = coded(*kin)
    number = int(own.max(initial=0)) + 1
    is_known, has = np.isfinite(known.gallery), known.gallery == value
    asked = own[known.queries == value]
    others = is_known.sum() - np.bincount(codes[is_known], minlength=number)[asked]
    alike = has.sum() - np.bincount(codes[has], minlength=number)[asked]
    return mean_and_error(np.where(others > 0, alike / np.maximum(others, 1), np.nan))[0]


def agreement(
    known: Property, place: Int64[np.ndarray, "query neighbor"], kin: Kin, independent: bool
) -> dict[str, Any]:
    """Return how far neighbors agree with their queries in one property, for a file of metrics.

    Args:
        known: A property of queries and gallery.
        place: Of the neighbors.
        kin: Of gallery and queries, none of which were drawn.
        independent: Whether queries are galaxies of their own; frames of a simulation are not, and have no errors.

    Returns:
        ``queries`` that have a value; ``mean_difference``, of numbers; and of classes ``same``, the share of neighbors
        with the class of their query, and ``classes``: name -> ``queries``, ``precision``, ``precision_err``,
        ``base_rate``, ``lift`` (precision over base rate).
    """
    report: dict[str, Any] = {"unit": known.unit, "queries": int(np.isfinite(known.queries).sum())}
    if not known.classes:
        report["mean_difference"] = mean_difference(known, place)
    if known.has_classes:
        is_same = np.where(np.isfinite(_values(known.gallery, place)), _is_same(known, place), np.nan)
        report["same"] = mean_and_error(_mean_of_rows(is_same)[np.isfinite(known.queries)])[0]
        report["classes"] = {
            known.named(value): _of_class(known, place, value, base_rate(known, value, kin), independent)
            for value in known.values
        }
    return report


def _of_class(known: Property, place: np.ndarray, value: float, base: float, independent: bool) -> dict[str, Any]:
    share, error = precision(known, place, value)
    return {
        "queries": int(np.sum(known.queries == value)),
        "precision": share,
        "precision_err": error if independent else float("nan"),
        "base_rate": base,
        "lift": share / base if base > 0 else float("nan"),
    }


def _is_same(known: Property, place: np.ndarray) -> np.ndarray:
    return (_values(known.gallery, place) == known.queries[:, None]).astype(np.float64)


def _values(gallery: np.ndarray, place: np.ndarray) -> np.ndarray:
    return np.where(place >= 0, gallery[place], np.nan)


def _mean_of_rows(values: np.ndarray) -> np.ndarray:
    """Return the mean of what is known in each row; NaN where nothing is."""
    known = np.isfinite(values)
    counts = known.sum(axis=1)
    return np.where(counts > 0, np.where(known, values, 0).sum(axis=1) / np.maximum(counts, 1), np.nan)
