"""Explanations that no network was asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from astropy.table import Table

from galexp.attribution.explanation import Explanation, Gallery
from galexp.attribution.table import attribution_table


@pytest.fixture(scope="session", name="make_explanation")
def make_explanation_fixture() -> Callable[..., Explanation]:
    return make_explanation


def make_explanation(are_classes: bool = True, data: str = "observed") -> Explanation:
    """Return four galaxies of 24 px with Grad-CAM of 6 x 6 cells and saliency, a profile and both checks."""
    rng = np.random.default_rng(0)
    targets = ["gas_poor", "gas_rich"] if are_classes else ["log_hi_fraction"]
    values = rng.dirichlet([1, 1], 4) if are_classes else rng.normal(size=(4, 1))
    truth = np.array([[1, 0], [0, 1], [np.nan, np.nan], [0, 1.0]]) if are_classes else values + 0.1
    maps = {
        "grad_cam": rng.normal(size=(4, len(targets), 6, 6)).astype(np.float32),
        "saliency": rng.uniform(size=(4, len(targets), 24, 24)).astype(np.float32),
    }
    images = rng.integers(0, 256, (4, 24, 24, 3), dtype=np.uint8)
    kinds = (
        {"surest gas_poor": [0, 1], "most surely wrong": [3]} if are_classes else {"worst log_hi_fraction": [2, 3, 0]}
    )
    gallery = Gallery([f"G{row}" for row in range(4)], kinds, images, targets, values, truth, maps)
    effects = ("raises",) if are_classes else ("raises", "lowers")
    groups = targets if are_classes else ("lowest third", "highest third")
    profile = [
        (target, group, effect, 0.5 * step, 0.5 * step + 0.5, 3.0 - step, 0.1, 20)
        for target in (targets if are_classes else targets[:1])
        for group in ([target] if are_classes else groups)
        for effect in effects
        for step in range(4)
    ]
    names = ("target", "group", "effect", "inner", "outer", "density", "error", "galaxies")
    orders = ("grad_cam", "saliency", "random", "center")
    curves = [
        (order, kind, fraction, 1 - fraction, 0.05)
        for order in orders
        for kind in ("deletion", "insertion")
        for fraction in (0.0, 0.5, 1.0)
    ]
    stages = [
        {"method": method, "stage": stage, "layers": ["", "fc", "blocks.0.0"][stage], "share": 0.5 * stage}
        | dict.fromkeys(("rank_correlation", "ssim"), 1 - 0.4 * stage)
        | dict.fromkeys(("rank_correlation_error", "ssim_error"), 0.02)
        for method in ("grad_cam", "saliency")
        for stage in range(3)
    ]
    likeness = {"rank_correlation": 0.2, "rank_correlation_error": 0.02, "ssim": 0.2, "ssim_error": None}
    areas = {"deletion": 0.3, "deletion_error": 0.01, "deletion_gain": 0.1, "deletion_gain_error": 0.01}
    areas |= {name.replace("deletion", "insertion"): value for name, value in areas.items()}
    facts: dict[str, Any] = {
        "data": data,
        "run": "a-run",
        "methods": list(maps),
        "are_classes": are_classes,
        "held_out": 300,
        "shown": {kind: [f"G{row}" for row in rows] for kind, rows in kinds.items()},
        "layer": {"name": "last feature map", "cells": [6, 6], "image": [24, 24]},
        "profile": {"method": "grad_cam", "unit": "R90", "galaxies": 40},
        "cascade": dict.fromkeys(maps, likeness),
        "deletion": {
            "output": "class" if are_classes else targets[0],
            "unit": "" if are_classes else "dex",
            "galaxies": 8,
            **dict.fromkeys(orders, areas),
        },
    }
    table = attribution_table(gallery, np.array([6.0, 3.0, np.nan, 6.0]), ["test"] * 4)
    examples = rng.normal(size=(3, 2, 6, 6)).astype(np.float32)
    tables = (
        Table(rows=profile, names=names),
        Table(rows=curves, names=("order", "kind", "fraction", "output", "error")),
    )
    return Explanation(gallery, facts, table, *tables, Table(rows=stages), examples, images[:2])
