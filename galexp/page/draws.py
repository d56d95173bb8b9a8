"""Which rows may be drawn anew to say what other galaxies would give."""

from __future__ import annotations

from typing import TYPE_CHECKING

from galexp.shard.origin import Origin

if TYPE_CHECKING:
    from galexp.page.material import Options, ReportRun


def is_independent(run: ReportRun) -> bool:
    """Tell whether the rows of a run are independent galaxies, which frames of one simulation are not.

    Every error over galaxies, interval of a correlation and p-value takes that for granted.
    """
    return run.galaxies is not Origin.SIMULATION


def draws_of(run: ReportRun, options: Options) -> int:
    """Return how often a bootstrap over the galaxies of a run draws; 0, for none, where they are not independent."""
    return options.draws if is_independent(run) else 0
