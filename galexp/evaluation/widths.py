"""Whether the errors that a network gives itself are right, where its likelihood gives any."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from galexp.evaluation.calibration import Coverage, coverage, crps, negative_log_likelihood, sharpness, sigma_scale
from galexp.evaluation.quantile_calibration import mean_pinball, quantile_coverage

if TYPE_CHECKING:
    from astropy.table import Table

LEVELS = (0.68, 0.95)
FEWEST = 10
"""Validation rows that calibrate, at least."""


def width_scores(table: Table, target: str, infix: str = "", learned: Table | None = None) -> dict[str, float]:
    """Return how well predicted widths or quantiles of one target cover the truth.

    ``coverage_68`` is the share of galaxies within the central 68 %, and likewise for other levels; a share below its
    level means errors that are too small. Of Gaussian widths also ``nll`` [nat], ``crps`` and ``sharpness`` [unit of
    the target] and, with validation rows, ``sigma_scale``, the factor that would mend the widths there, and the
    coverage on these rows once they are stretched by it, ``coverage_68_scaled``.

    Args:
        table: Predictions with truth.
        target: Column.
        infix: Empty, or ``tta_`` for what is averaged over views.
        learned: Predictions of the validation rows; they calibrate, and are not scored. Fewer than 10 are not used.

    Returns:
        Nothing where the table has no widths.
    """
    table = _with_truth(table, target)
    if f"sigma_{infix}{target}" in table.colnames:
        scale = None if learned is None else _with_truth(learned, target)
        return _gaussian(table, target, infix, scale)
    found = [re.fullmatch(rf"q(\d+)_{infix}{re.escape(target)}", name) for name in table.colnames]
    levels = {float(f"0.{match[1]}"): match[0] for match in found if match}
    return _quantiles(table, target, infix, levels) if levels else {}


def _with_truth(table: Table, target: str) -> Table:
    return table[np.isfinite(np.asarray(table[f"true_{target}"], dtype=np.float64))]


def _columns(table: Table, target: str, infix: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    names = (f"pred_{infix}{target}", f"sigma_{infix}{target}", f"true_{target}")
    preds, sigma, truth = (np.asarray(table[name], dtype=np.float64) for name in names)
    return preds, sigma, truth


def _gaussian(table: Table, target: str, infix: str, learned: Table | None) -> dict[str, float]:
    preds, sigma, truth = _columns(table, target, infix)
    found = _shares(coverage(preds, sigma, truth, LEVELS), "")
    found |= {"nll": negative_log_likelihood(preds, sigma, truth), "crps": crps(preds, sigma, truth)}
    found["sharpness"] = sharpness(sigma)
    if learned is not None and len(learned) >= FEWEST:
        found["sigma_scale"] = scale = sigma_scale(*_columns(learned, target, infix))
        found |= _shares(coverage(preds, scale * sigma, truth, LEVELS), "_scaled")
    return found


def _quantiles(table: Table, target: str, infix: str, levels: dict[float, str]) -> dict[str, float]:
    names = dict(sorted({**levels, 0.5: f"pred_{infix}{target}"}.items()))
    quantiles = np.stack([np.asarray(table[name], dtype=np.float64) for name in names.values()], axis=1)
    truth = np.asarray(table[f"true_{target}"], dtype=np.float64)
    return _shares(quantile_coverage(quantiles, list(names), truth), "") | {
        "pinball": mean_pinball(quantiles, list(names), truth)
    }


def _shares(covered: Coverage, suffix: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for level, share, error in zip(*covered, strict=True):
        name = f"coverage_{round(100 * level)}{suffix}"
        found |= {name: float(share), f"{name}_error": float(error)}
    return found
