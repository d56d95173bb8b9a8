"""The table that ends a run."""

from __future__ import annotations

import math
from typing import Any

from rich import box
from rich.console import Group
from rich.table import Table

from galexp.figure.run import METHOD_NAMES
from galexp.run.directory import RunDirectory
from galexp.terminal import console, say


def show_run(run: RunDirectory) -> None:
    """Print a finished run: scores on the held-out rows, figures, and what to try next."""
    metrics = run.metrics()
    console.print(scores_table(metrics))
    say("figures:")
    for path in sorted(run.figures.glob("*.png")):
        say(f"  {path}")
    choices = run.settings()["choices"]
    words = [f"{group}={choices[group]}" for group in ("dataset", "model", "size", "experiment") if choices.get(group)]
    other = "delta5_q20" if choices["split"] == "delta5_q80" else "random"
    say("next:")
    say(f"  python -m galexp train {' '.join(words)} split={other}")
    say(f"  python -m galexp evaluate {run.folder}")
    say("  python -m galexp list")


def scores_table(metrics: dict[str, Any]) -> Group:
    """Lay out the scores of every method on the test rows, one table per target."""
    mock = " of a MOCK survey" if metrics["data"] == "mock" else ""
    tables = []
    for target, samples in metrics["test"].items():
        table = Table(title=f"{target}: held-out galaxies{mock}", title_justify="left", box=box.SIMPLE_HEAD)
        table.add_column("method", no_wrap=True)
        for name in ("n", "RMSE", "RMSE/scatter", "NMAD"):
            table.add_column(name, justify="right", no_wrap=True)
        for sample, methods in samples.items():
            if sample != "all":
                table.add_row(f"{sample} only:")
            for method, scores in methods.items():
                table.add_row(METHOD_NAMES.get(method, method), *score_cells(scores))
            table.add_section()
        tables.append(table)
    return Group(*tables)


def score_cells(scores: dict[str, float]) -> list[str]:
    """Return number of galaxies, RMSE with its bootstrap error, RMSE over scatter, and NMAD as texts."""
    error = scores.get("rmse_error", math.nan)
    rmse = f"{scores['rmse']:.4f}" + (f" ± {error:.4f}" if math.isfinite(error) else "")
    return [f"{scores['n']:.0f}", rmse, f"{scores['normalized_rmse']:.3f}", f"{scores['nmad']:.4f}"]
