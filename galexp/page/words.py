"""Words of a report: numbers of things, and names of which no two are the same."""

from __future__ import annotations

from collections.abc import Sequence


def counted(number: int, noun: str) -> str:
    """Return a number of things.

    Example:
        >>> counted(1, "run"), counted(0, "run")
        ('1 run', '0 runs')
    """
    return f"{number} {noun}" + ("s" if number != 1 else "")


def unique(names: Sequence[str]) -> list[str]:
    """Return names of which no two are the same: one that was there before is followed by a number.

    Example:
        >>> unique(["sweep-a", "sweep-b", "sweep-a"])
        ['sweep-a', 'sweep-b', 'sweep-a-2']
    """
    before = [names[:place].count(name) for place, name in enumerate(names)]
    return [f"{name}-{count + 1}" if count else name for name, count in zip(names, before, strict=True)]
