"""Time the renderer of mock galaxies, and check that no image depends on what it was rendered with."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import time
from collections.abc import Iterator, Sequence

import torch
from astropy.table import Table

from galexp.image.stretch import SDSS_PIXEL_SCALE
from galexp.mock.imaging import MockImaging
from galexp.mock.render import render
from galexp.mock.survey import mock_xgass
from galexp.shard.origin import Origin
from galexp.terminal import say
from galexp.timing.base import Benchmark, Measurement, Request, check_integer
from galexp.timing.measure import Row, at_most, in_turns

FIELD = 224 * SDSS_PIXEL_SCALE
"""Side of every picture [arcsec], as at the published size."""

NOTES = (
    "Mock xGASS galaxies in a field of 89 arcsec, from catalog rows to 8-bit pixels, without files; in batches of the "
    "size that `prepare` takes. Times are those of the processor, of one thread: another program does not add to them.",
    "Before, each galaxy is rendered alone and in a batch, and the bytes are asserted to be the same.",
)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Render(Benchmark):
    """Render mock galaxies at several sizes.

    Args:
        sizes: Pixels along a side.
        most_milliseconds: What an image of each size is demanded to take at most [ms].
        objects: Galaxies in one measurement.
        seed: Of the galaxies.

    Raises:
        ValueError: where a number is out of its range, or there is not one demand a size.
    """

    sizes: Sequence[int]
    most_milliseconds: Sequence[float]
    objects: int
    seed: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        for size in self.sizes:
            check_integer("sizes", size, 1)
        check_integer("objects", self.objects, 1)
        check_integer("seed", self.seed, 0)
        if len(self.sizes) != len(self.most_milliseconds):
            raise ValueError(
                f"what.most_milliseconds has {len(self.most_milliseconds)} demands for {len(self.sizes)} sizes; give "
                "one a size"
            )

    def measure(self, request: Request) -> Measurement:
        """Measure the sizes in turns."""
        catalog = mock_xgass(objects=self.objects, seed=self.seed)
        say(f"rendering {self.objects:,} mock galaxies at {', '.join(map(str, self.sizes))} px, each in turn")
        with one_thread():
            for size in self.sizes:
                check_same(catalog, size)
            actions = {str(size): functools.partial(render_all, catalog, size) for size in self.sizes}
            times = in_turns(actions, self.repeats, self.warm_up, clock=time.process_time)
        rows = [
            Row(f"{size} px, one thread", "ms/image", self._each(times[str(size)]), self.warm_up, at_most(most))
            for size, most in zip(self.sizes, self.most_milliseconds, strict=True)
        ]
        return Measurement(rows, NOTES, Origin.MOCK)

    def _each(self, spent: Sequence[float]) -> list[float]:
        return [1e3 * seconds / self.objects for seconds in spent]


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """Let torch use one thread of the processor, and as many as before in the end."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def render_all(catalog: Table, size: int, batch_size: int | None = None) -> torch.Tensor:
    """Render a catalog in batches, None for the size that `prepare` takes; [galaxy, band, size, size] of 8 bits."""
    step = batch_size or MockImaging(size).batch_size
    batches = [render(catalog[start : start + step], size, FIELD / size) for start in range(0, len(catalog), step)]
    return torch.cat(batches)


def check_same(catalog: Table, size: int) -> None:
    """Compare galaxies rendered alone with those of a batch.

    Raises:
        AssertionError: if a byte differs, naming how many galaxies are concerned.
    """
    together, alone = render_all(catalog, size), render_all(catalog, size, batch_size=1)
    differ = int((together != alone).flatten(1).any(1).sum())
    assert not differ, f"{differ} of {len(catalog)} galaxies differ between alone and in a batch at {size} px"
