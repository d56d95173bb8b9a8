"""How fast a service is asked, and when it is left alone."""

from __future__ import annotations

import asyncio
import random
import time

LONGEST_BACKOFF = 60.0


class Pace:
    """Give turns to ask, evenly spaced, and none while the service wants to be left alone.

    Args:
        requests_per_second: Of all connections together.
    """

    def __init__(self, requests_per_second: float) -> None:
        self._interval = 1.0 / requests_per_second
        self._next_turn = self._held_until = 0.0

    async def turn(self) -> None:
        """Wait for the next turn, and for the end of a hold, also of one that begins meanwhile."""
        while True:
            now = time.monotonic()
            mine = max(now, self._next_turn, self._held_until)
            self._next_turn = mine + self._interval
            await asyncio.sleep(mine - now)
            if time.monotonic() >= self._held_until:
                return

    def hold(self, seconds: float) -> None:
        """Give no turn for some time, also to requests for other objects."""
        self._held_until = max(self._held_until, time.monotonic() + seconds)


def backoff(first_wait: float, failures: int) -> float:
    """Return how long to wait before asking again [s]: min(60, first_wait 2^(failures - 1)), times 0.5 to 1 at random.

    The random factor keeps connections that failed together from asking together again.

    Example:
        >>> 2.0 <= backoff(first_wait=1.0, failures=3) <= 4.0
        True
    """
    longest = min(LONGEST_BACKOFF, first_wait * 2.0 ** min(failures - 1, 32))
    return longest * random.uniform(0.5, 1.0)
