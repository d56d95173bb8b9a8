"""Which galaxies are looked at, and which outputs of a network with many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from galexp.config import nearest

if TYPE_CHECKING:
    from jaxtyping import Float, Int

EXTREMES, WORST, CHOSEN = "extremes", "worst", "chosen"
KINDS = (EXTREMES, WORST)
FEW, OF_MANY = 4, 2
"""Up to so many outputs all are explained where none is named, and of more so many (a choice)."""


def pick_targets(
    names: Sequence[str], values: Float[np.ndarray, "galaxy name"], asked: Sequence[str] | None
) -> list[int]:
    """Return the places of the outputs that are explained: those asked for, all of up to four, or two of more.

    Those two are the ones whose values, over the galaxies, have the largest standard deviation, in their order.

    Args:
        names: Of the outputs.
        values: Of the galaxies.
        asked: Names; None for a choice.

    Raises:
        ValueError: for a name that is not there.

    Example:
        >>> pick_targets(["a", "b"], np.zeros((3, 2)), None), pick_targets(["a", "b"], np.zeros((3, 2)), ["b"])
        ([0, 1], [1])
    """
    if asked is not None:
        for name in asked:
            if name not in names:
                hint = nearest(str(name), names)
                raise ValueError(f"explain.targets has {name!r}, which the network does not predict; {hint}")
        return [list(names).index(name) for name in asked]
    if len(names) <= FEW:
        return list(range(len(names)))
    return sorted(np.argsort(-values.std(axis=0), kind="stable")[:OF_MANY].tolist())


def pick_classes(
    values: Float[np.ndarray, "galaxy class"],
    truth: Float[np.ndarray, " galaxy"],
    names: Sequence[str],
    targets: Sequence[int],
    kinds: Sequence[str] = KINDS,
    count: int = 3,
) -> dict[str, Int[np.ndarray, " picked"]]:
    """Pick the galaxies that a network is surest of, for each class, and those that it is most surely wrong about.

    Args:
        values: Probabilities.
        truth: Number of the class; NaN where it is not known.
        names: Of all classes.
        targets: Places of those that are explained.
        kinds: ``extremes``, ``worst``.
        count: Galaxies of each kind.

    Returns:
        Kind -> places among the galaxies, the most extreme first; a kind that nothing is of is not there.

    Example:
        >>> chance = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]])
        >>> picked = pick_classes(chance, np.array([0.0, 1.0, 1.0]), ["poor", "rich"], [0, 1], count=1)
        >>> {kind: rows.tolist() for kind, rows in picked.items()}
        {'surest poor': [0], 'surest rich': [1], 'most surely wrong': [2]}
    """
    picked = {}
    if EXTREMES in kinds:
        picked = {f"surest {names[place]}": _lowest(-values[:, place], count) for place in targets}
    if WORST in kinds:
        known = np.isfinite(truth)
        column = np.where(known, truth, 0).astype(np.int64)[:, None]
        chance = np.where(known, np.take_along_axis(values, column, axis=1)[:, 0], np.nan)
        wrong = np.where(values.argmax(axis=1) == column[:, 0], np.nan, chance)
        picked["most surely wrong"] = _lowest(wrong, count)
    return {kind: rows for kind, rows in picked.items() if len(rows)}


def pick_numbers(
    values: Float[np.ndarray, "galaxy name"],
    truth: Float[np.ndarray, "galaxy name"],
    names: Sequence[str],
    targets: Sequence[int],
    kinds: Sequence[str] = KINDS,
    count: int = 3,
) -> dict[str, Int[np.ndarray, " picked"]]:
    """Pick the galaxies of the lowest and highest prediction, and of the largest residual, of each number.

    Args:
        values: Predictions.
        truth: NaN where it is not known, throughout of what has none.
        names: Of all numbers.
        targets: Places of those that are explained.
        kinds: As of :func:`pick_classes`.
        count: As of :func:`pick_classes`.

    Returns:
        As :func:`pick_classes`.

    Example:
        >>> preds, truth = np.array([[1.0], [2.0], [3.0]]), np.array([[1.0], [2.1], [5.0]])
        >>> picked = pick_numbers(preds, truth, ["mass"], [0], count=1)
        >>> {kind: rows.tolist() for kind, rows in picked.items()}
        {'lowest mass': [0], 'highest mass': [2], 'worst mass': [2]}
    """
    picked = {}
    for place in targets:
        if EXTREMES in kinds:
            picked[f"lowest {names[place]}"] = _lowest(values[:, place], count)
            picked[f"highest {names[place]}"] = _lowest(-values[:, place], count)
        if WORST in kinds:
            picked[f"worst {names[place]}"] = _lowest(-np.abs(values[:, place] - truth[:, place]), count)
    return {kind: rows for kind, rows in picked.items() if len(rows)}


def _lowest(values: np.ndarray, count: int) -> np.ndarray:
    finite = np.flatnonzero(np.isfinite(values))
    return finite[np.argsort(values[finite], kind="stable")][:count]


def check_kinds(kinds: Sequence[str]) -> None:
    """Refuse kinds of galaxies that there are not.

    Raises:
        ValueError: for an unknown kind.
    """
    for kind in kinds:
        if kind not in KINDS:
            raise ValueError(f"explain.show has {kind!r}; {nearest(str(kind), KINDS)}")


def find_ids(asked: Sequence[object], known: Sequence[str], where: str) -> list[int]:
    """Return the rows of galaxies that are asked for by name.

    Args:
        asked: Identifiers; numbers are read as they are written.
        known: Of all rows.
        where: What holds them, for the message.

    Raises:
        ValueError: for a name that is not there, with the nearest.

    Example:
        >>> find_ids([114010], ["114008", "114010"], "the catalog")
        [1]
    """
    row_of = {name: row for row, name in enumerate(known)}
    for name in map(str, asked):
        if name not in row_of:
            some = f"its first is {known[0]!r}" if len(known) else "it is empty"
            hint = nearest(name, known)
            said = hint if hint.startswith("did you mean") else some
            raise ValueError(f"explain.ids has {name!r}, which is not in {where}; {said}")
    return [row_of[name] for name in dict.fromkeys(map(str, asked))]
