"""Tell an object that cannot be had from a service that does not work."""

from __future__ import annotations

from galexp.image.cutout.answer import Answer
from galexp.image.cutout.record import ABSENT, FAILED, Cutout
from galexp.image.cutout.store import Store


class Health:
    """Count what arrives, keep it, and stop where nothing does.

    An object that fails is noted as such only when the service has given an image for another one afterwards: while it
    gives none to anybody the fault may be the service's, and the next command asks for those objects again.

    Args:
        store: Where images and notes go.
        give_up_after: Attempts in a row, over all objects, without an image.
        longest_wait: The longest that the service may want to be left alone [s].
    """

    def __init__(self, store: Store, give_up_after: int, longest_wait: float) -> None:
        self.finished = self.missing = self.failures_in_a_row = 0
        self._store = store
        self._give_up_after = give_up_after
        self._longest_wait = longest_wait
        self._has_worked = any(record.has_image for record in store.records.values())
        self._not_noted: list[tuple[Cutout, Answer, int]] = []

    def heard(self, cutout: Cutout, answer: Answer) -> None:
        """Take an answer into account; that there is no such image is one as well, of a service known to have others.

        Raises:
            ConnectionError: where this was one failure too many, or the service wants to be left alone for too long.
        """
        if answer.image is not None or (answer.is_absent and self._has_worked):
            self.failures_in_a_row = 0
            self._has_worked = True
            return
        self.failures_in_a_row += 1
        if answer.retry_after > self._longest_wait:
            raise ConnectionError(
                f"{_service(cutout)} wants to be left alone for {answer.retry_after:,.0f} s ({answer.problem}), longer "
                f"than imaging.fetcher.longest_wait={self._longest_wait:g}; {self._kept()}"
            )
        if self.failures_in_a_row >= self._give_up_after:
            self._stop(cutout, answer)

    def _stop(self, cutout: Cutout, answer: Answer) -> None:
        raise ConnectionError(
            f"{_service(cutout)} gave no image in {self.failures_in_a_row} attempts in a row (the last: "
            f"{answer.problem}, for {cutout.url}); {self._kept()}, or check imaging.base_url"
        )

    def _kept(self) -> str:
        kept = sum(record.has_image for record in self._store.records.values())
        return f"{kept:,} images are kept in {self._store.folder}: give the same command again later"

    def finish(self, cutout: Cutout, answer: Answer, attempts: int) -> None:
        """Keep the image of an object that will not be asked for again, or remember that it has none.

        Raises:
            OSError: where it cannot be written.
        """
        self.finished += 1
        if answer.image is not None:
            self._store.keep(cutout, answer, attempts)
        else:
            self.missing += 1
            self._not_noted.append((cutout, answer, attempts))
        if self.failures_in_a_row == 0:
            self._note()

    def end(self) -> None:
        """Note the objects that failed last.

        Raises:
            ConnectionError: where there never was an image.
        """
        if self._not_noted and not self._has_worked:
            self._stop(*self._not_noted[-1][:2])
        self._note()

    def _note(self) -> None:
        for cutout, answer, attempts in self._not_noted:
            self._store.note_missing(cutout, ABSENT if answer.is_absent else FAILED, attempts, answer.problem)
        self._not_noted.clear()


def _service(cutout: Cutout) -> str:
    return cutout.url.partition("?")[0]
