"""A folder of images, and a journal with a line for each object: what was fetched and what was not."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import fcntl
import hashlib
import json
import os
import pathlib
from collections.abc import Iterable, Iterator
from http import HTTPStatus

from galexp.image.cutout.answer import Answer, judge
from galexp.image.cutout.record import BLANK, FETCHED, IDENTICAL, Cutout, Record, are_apart
from galexp.terminal import say

JOURNAL = "journal.jsonl"


class Store:
    """Images in a folder, each put there whole, and ``journal.jsonl``, to which lines are only ever added.

    A file is renamed into place after its bytes were checked and before its line is written, so a killed process
    leaves nothing that has to be fetched again: a file without a line gets one.

    Args:
        folder: Made when it is first written to.
        width: Side of the images [pixel].

    Raises:
        ValueError: for a line of the journal that cannot be read.
    """

    def __init__(self, folder: pathlib.Path, width: int) -> None:
        self.folder = folder
        self.width = width
        self.records = _read(self.journal)

    @property
    def journal(self) -> pathlib.Path:
        """The file with a line for each object."""
        return self.folder / JOURNAL

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Keep other processes from writing, waiting for one that does; mend what a killed one left.

        Raises:
            OSError: where the folder cannot be made.
        """
        with _explained(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = (self.folder / ".lock").open("w")
        with lock:
            _lock(lock.fileno(), self.folder)
            for part in self.folder.glob("*.part"):
                part.unlink()
            _drop_torn_line(self.journal)
            self.records = _read(self.journal)
            yield

    def path(self, cutout: Cutout) -> pathlib.Path:
        """Return where an image is kept."""
        return self.folder / cutout.file

    def has(self, cutout: Cutout) -> bool:
        """Tell whether an image is there at the length that was written; a whole one without a line is given one."""
        record = self.records.get(cutout.file)
        try:
            size = self.path(cutout).stat().st_size
        except FileNotFoundError:
            return False
        if record is not None and record.has_image:
            return record.size == size
        answer = judge(HTTPStatus.OK, None, self.path(cutout).read_bytes(), self.width)
        if answer.image is not None:
            self._note_image(cutout, answer, attempts=0)
        return answer.image is not None

    def keep(self, cutout: Cutout, answer: Answer, attempts: int) -> None:
        """Put an image in its place, then note it.

        Raises:
            OSError: where it cannot be written.
        """
        assert answer.image is not None
        path = self.path(cutout)
        part = self.folder / f"{path.name}.part"
        with _explained(path):
            path.parent.mkdir(exist_ok=True)
            part.write_bytes(answer.image)
            part.replace(path)
        self._note_image(cutout, answer, attempts)

    def _note_image(self, cutout: Cutout, answer: Answer, attempts: int) -> None:
        image, before = answer.image or b"", self.records.get(cutout.file)
        digest = hashlib.sha256(image).hexdigest()
        status = BLANK if answer.is_blank else FETCHED
        if before is not None and (before.status, before.sha256) == (IDENTICAL, digest):
            status = IDENTICAL
        self.note(cutout, status, attempts, sha256=digest, size=len(image))

    def note_missing(self, cutout: Cutout, status: str, attempts: int, problem: str) -> None:
        """Add a line about an object that gave no image; a placeholder that is still there stays one."""
        record = self.records.get(cutout.file)
        if record is not None and record.status == IDENTICAL and self.has(cutout):
            self.note(cutout, IDENTICAL, attempts, sha256=record.sha256, size=record.size, problem=problem)
        else:
            self.note(cutout, status, attempts, problem=problem)

    def note(self, cutout: Cutout, status: str, attempts: int, **more: str | int) -> None:
        """Add a line about an object, with further fields of :class:`Record`."""
        now = datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")
        fields = {**dataclasses.asdict(cutout), "status": status, "attempts": attempts, "time": now, **more}
        self._add([Record(**fields)])

    def flag_identical(self) -> None:
        """Note which images are the same elsewhere on the sky; they show no object but say that there is none."""
        groups: dict[str, list[Record]] = {}
        for record in self.records.values():
            if record.status in (FETCHED, IDENTICAL):
                groups.setdefault(record.sha256, []).append(record)
        placeholders = [record for group in groups.values() if are_apart(group) for record in group]
        self._add(
            [dataclasses.replace(record, status=IDENTICAL) for record in placeholders if record.status == FETCHED]
        )

    def _add(self, records: Iterable[Record]) -> None:
        with _explained(self.journal), self.journal.open("a") as journal:
            for record in records:
                journal.write(json.dumps(dataclasses.asdict(record)) + "\n")
                self.records[record.file] = record


def _read(journal: pathlib.Path) -> dict[str, Record]:
    whole = journal.read_text().rpartition("\n")[0] if journal.is_file() else ""
    records = {}
    for number, line in enumerate(whole.splitlines(), 1):
        try:
            record = Record(**json.loads(line))
        except (ValueError, TypeError) as error:
            raise ValueError(f"line {number} of {journal} cannot be read ({error}); remove that line") from error
        records[record.file] = record
    return records


def _lock(lock: int, folder: pathlib.Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        say(f"another command fetches into {folder}; waiting for it to end")
        fcntl.flock(lock, fcntl.LOCK_EX)


def _drop_torn_line(journal: pathlib.Path) -> None:
    """Cut off what a process that was killed wrote of its last line."""
    if journal.is_file():
        os.truncate(journal, journal.read_bytes().rfind(b"\n") + 1)


@contextlib.contextmanager
def _explained(path: pathlib.Path) -> Iterator[None]:
    """Say what to do where something cannot be written.

    Raises:
        OSError: with that sentence.
    """
    try:
        yield
    except OSError as error:
        raise OSError(
            error.errno,
            f"cannot write {path} ({error.strerror or error}); free space or set imaging.root=FOLDER, then run prepare "
            "again: what was fetched is kept",
        ) from error
