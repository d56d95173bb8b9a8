"""Several networks as one: the mean of what they say of the same galaxies, and how far they differ."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from astropy.table import Table, vstack

from galexp.evaluation.classes import class_score_table
from galexp.evaluation.metrics import score_table
from galexp.split.base import TEST
from galexp.task.label import PROBABILITY, class_names, truth_columns

if TYPE_CHECKING:
    from jaxtyping import Float

_AVERAGED = re.compile(rf"(pred|sigma|q\d+|{PROBABILITY})_")
_INFIXES = ("", "tta_")
SPREAD = "spread"


def held_out(tables: Sequence[Table]) -> Table:
    """Return the test rows of the folds of one cross-validation, or of one run, in the order of their names.

    Raises:
        ValueError: where a galaxy is held out more than once.
    """
    parts = [table[np.asarray(table["role"]) == TEST] for table in tables]
    joined = vstack(parts, metadata_conflicts="silent")
    joined.sort("id")
    if len(np.unique(joined["id"])) != len(joined):
        raise ValueError("a galaxy is held out in two folds: the runs belong to different cross-validations")
    return joined


def share_rows(tables: Sequence[Table]) -> bool:
    """Tell whether tables of held-out rows, as :func:`held_out` returns them, are of the same galaxies."""
    first = tables[0]["id"].tolist()
    return all(table["id"].tolist() == first for table in tables[1:])


def ensemble(tables: Sequence[Table]) -> Table:
    """Average what several networks predict of the same galaxies.

    Predictions, quantiles and probabilities are averaged, and the class is the one with the highest mean probability.
    A width is that of the mixture of Gaussians, sigma^2 = mean(sigma_i^2) + mean((pred_i - pred)^2): it grows where the
    networks disagree. ``spread_<target>`` is the sample standard deviation of the predictions over the networks; of
    classes that of the probability of the one that is chosen.

    Args:
        tables: Of predictions, row by row for the same galaxies, as :func:`held_out` returns them.

    Returns:
        A table of predictions as each of them, with the spread.

    Raises:
        ValueError: for fewer than two tables, or tables of other galaxies or columns.

    Example:
        >>> one = Table({"id": ["a"], "role": ["test"], "true_z": [1.0], "pred_z": [2.0], "pred_tta_z": [2.0]})
        >>> other = Table({"id": ["a"], "role": ["test"], "true_z": [1.0], "pred_z": [4.0], "pred_tta_z": [4.0]})
        >>> ensemble([one, other])["pred_z"].item(), ensemble([one, other])["spread_z"].item().__round__(4)
        (3.0, 1.4142)
    """
    if len(tables) < 2:
        raise ValueError(f"{len(tables)} tables of predictions were given; an ensemble needs two networks or more")
    if not share_rows(tables) or any(table.colnames != tables[0].colnames for table in tables):
        raise ValueError("the networks predicted other galaxies or other columns; evaluate all of them on the same")
    joined = tables[0].copy()
    for name in joined.colnames:
        if _AVERAGED.match(name):
            joined[name] = np.mean([np.asarray(table[name]) for table in tables], axis=0)
    for name in [name for name in joined.colnames if name.startswith("sigma_")]:
        variance = np.mean([np.asarray(table[name]) ** 2 for table in tables], axis=0)
        joined[name] = np.sqrt(variance + _predictions(tables, "pred_" + name.removeprefix("sigma_")).var(axis=0))
    for name in [name for name in joined.colnames if name.startswith("true_")]:
        target = name.removeprefix("true_")
        joined[f"{SPREAD}_{target}"] = _predictions(tables, f"pred_tta_{target}").std(axis=0, ddof=1)
    _choose_classes(joined, tables)
    return joined


def _predictions(tables: Sequence[Table], name: str) -> Float[np.ndarray, "network galaxy"]:
    return np.stack([np.asarray(table[name], dtype=np.float64) for table in tables])


def _choose_classes(table: Table, members: Sequence[Table]) -> None:
    """Let the class be the one of the highest mean probability, and the spread be that of its probability."""
    averaged = [name for name in table.colnames if name.startswith(f"{PROBABILITY}_tta_")]
    if not averaged:
        return
    (target,) = (name.removeprefix("true_") for name in table.colnames if name.startswith("true_"))
    for infix in _INFIXES:
        names = [name.replace(f"{PROBABILITY}_tta_", f"{PROBABILITY}_{infix}", 1) for name in averaged]
        best = np.stack([np.asarray(table[name]) for name in names], axis=1).argmax(axis=1)
        table[f"pred_{infix}{target}"] = best.astype(np.float64)
    spreads = np.stack([_predictions(members, name).std(axis=0, ddof=1) for name in averaged], axis=1)
    table[f"{SPREAD}_{target}"] = np.take_along_axis(spreads, best[:, None], axis=1)[:, 0]


def ensemble_scores(
    table: Table, task: Mapping[str, Any], draws: int, seed: int, width: float | None = None
) -> dict[str, Any]:
    """Score an ensemble as its members were.

    Args:
        table: As :func:`ensemble` returns it.
        task: Settings of the task that they share.
        draws: Of the bootstrap over galaxies; 0 for none.
        seed: Of the bootstrap.
        width: Of a class, as in :func:`galexp.evaluation.classes.class_scores`.

    Returns:
        target -> sample -> ``ensemble`` and ``ensemble_tta`` -> metric.
    """
    targets = truth_columns(task)
    if "classes" in task:
        scores = class_score_table(table, targets[0], class_names(task), {}, draws, seed, task["ordered"], width)
    else:
        scores = score_table(table, targets, {}, draws, seed)
    renamed = {"network": "ensemble", "network_tta": "ensemble_tta"}
    return {
        target: {
            sample: {renamed[method]: found for method, found in methods.items()} for sample, methods in samples.items()
        }
        for target, samples in scores.items()
    }
