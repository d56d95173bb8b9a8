"""Predicted galaxies to look at: image, identifier, what is said of each, and its place on the sky."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from galexp.page.content import Stamp
from galexp.page.prepared import stamp

if TYPE_CHECKING:
    from galexp.page.galaxies import Predicted


def stamps_of(predicted: Predicted, rows: Sequence[int], said: Callable[[int], Sequence[str]]) -> tuple[Stamp, ...]:
    """Return stamps of some held-out galaxies, whose data must be on this disk.

    Args:
        predicted: Of which they are.
        rows: Of its table, in the order in which they are shown.
        said: What stands under the identifier of the galaxy of a row.
    """
    data, addresses = predicted.run.data, predicted.addresses
    assert data is not None
    places, names = predicted.table["row"], predicted.table["id"]
    return tuple(
        Stamp(stamp(data.pixels(int(places[row]))), (str(names[row]), *said(row)), addresses[row]) for row in rows
    )
