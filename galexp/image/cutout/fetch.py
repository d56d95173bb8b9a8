"""Fetch cutouts: few at a time, at a steady rate, asking again where that may help, and stopping where it does not."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from collections.abc import Callable, Iterator, Sequence

import aiohttp

from galexp import __version__
from galexp.image.cutout.answer import Answer, judge
from galexp.image.cutout.health import Health
from galexp.image.cutout.pace import Pace, backoff
from galexp.image.cutout.record import Cutout
from galexp.image.cutout.store import Store
from galexp.terminal import progress_bar

_HEADERS = {"User-Agent": f"galexp/{__version__}", "Accept": "image/jpeg"}


@dataclasses.dataclass(frozen=True)
class Fetcher:
    """How a service is asked.

    Args:
        connections: Requests at a time.
        requests_per_second: Of all connections together, repeated requests included.
        connect_timeout: Until a connection stands [s].
        read_timeout: Of silence within an answer [s].
        request_timeout: From a request to the end of its answer [s].
        attempts: How often an object is asked for before it counts as failed.
        first_wait: Before the second attempt [s]; doubled with each further one, up to a minute.
        longest_wait: A service that wants to be left alone for longer [s] ends the command.
        give_up_after: Attempts in a row, over all objects, without an image, after which the command ends.
    """

    connections: int
    requests_per_second: float
    connect_timeout: float
    read_timeout: float
    request_timeout: float
    attempts: int
    first_wait: float
    longest_wait: float
    give_up_after: int

    def check(self) -> None:
        """Refuse what cannot be.

        Raises:
            ValueError: for a number that is not positive.
        """
        for name, value in dataclasses.asdict(self).items():
            if not value > 0:
                raise ValueError(f"imaging.fetcher.{name} is {value}; it must be more than 0")

    def fetch(self, wanted: Sequence[Cutout], store: Store) -> Health:
        """Fetch images into a store that is open for writing, with a bar that shows rate and time left.

        Whatever ends it early, an interruption included, what has arrived is kept.

        Raises:
            ConnectionError: where the service does not answer, or wants to be left alone for too long.
            OSError: where an image cannot be written.
        """
        health = Health(store, self.give_up_after, self.longest_wait)
        with progress_bar("cutouts") as bar:
            task = bar.add_task("fetching", total=len(wanted), note="")
            started = time.monotonic()

            def progress() -> None:
                rate = health.finished / (time.monotonic() - started)
                missing = f" · {health.missing:,} missing" if health.missing else ""
                bar.update(task, completed=health.finished, note=f"· {rate:.1f} cutouts/s{missing}")

            asyncio.run(self._fetch(wanted, store, health, progress))
        health.end()
        return health

    async def _fetch(
        self, wanted: Sequence[Cutout], store: Store, health: Health, progress: Callable[[], None]
    ) -> None:
        """Let every connection take the next cutout from one iterator until there is none left."""
        timeout = aiohttp.ClientTimeout(
            total=self.request_timeout, sock_connect=self.connect_timeout, sock_read=self.read_timeout
        )
        pace, queue = Pace(self.requests_per_second), iter(wanted)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout, headers=_HEADERS, trust_env=True) as session,
                asyncio.TaskGroup() as group,
            ):
                for _ in range(self.connections):
                    group.create_task(self._work(_Connection(session, pace, store.width), queue, health, progress))
        except BaseExceptionGroup as errors:
            raise errors.exceptions[0] from None

    async def _work(
        self, connection: _Connection, queue: Iterator[Cutout], health: Health, progress: Callable[[], None]
    ) -> None:
        for cutout in queue:
            answer, attempt = Answer(), 0
            while answer.image is None and attempt < self.attempts:
                attempt += 1
                answer = await connection.ask(cutout)
                health.heard(cutout, answer)
                if not answer.is_passing:
                    break
                connection.pace.hold(answer.retry_after)
                if attempt < self.attempts:
                    rounds = health.failures_in_a_row // self.connections
                    await asyncio.sleep(backoff(self.first_wait, max(attempt, rounds)))
            health.finish(cutout, answer, attempt)
            progress()


@dataclasses.dataclass(frozen=True)
class _Connection:
    """A session of which one request at a time is made."""

    session: aiohttp.ClientSession
    pace: Pace
    width: int

    async def ask(self, cutout: Cutout) -> Answer:
        """Ask once, when it is our turn, and judge what comes."""
        await self.pace.turn()
        try:
            async with self.session.get(cutout.url) as response:
                body = await response.read()
        except TimeoutError:
            return Answer(problem="no answer in time", is_passing=True)
        except aiohttp.ClientError as error:
            return Answer(problem=f"no whole answer ({str(error) or type(error).__name__})", is_passing=True)
        return judge(response.status, response.headers.get("Retry-After"), body, self.width)
