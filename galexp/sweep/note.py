"""What jobs leave behind about themselves, readable from wherever the sweep was started."""

from __future__ import annotations

import dataclasses
import json
import pathlib


@dataclasses.dataclass(frozen=True)
class Note:
    """What is known of one job.

    Args:
        number: Of the job, from 0.
        words: The overrides of its point.
        log: File that its launcher keeps of its output, or nothing.
        folder: Of its run, once that is finished.
        error: Why it failed, in a line.
        objective: What a search goes by.
        ended: Whether the job came to an end by itself.
    """

    number: int
    words: list[str]
    log: str = ""
    folder: str = ""
    error: str = ""
    objective: float | None = None
    ended: bool = False

    def write(self, folder: pathlib.Path) -> None:
        """Write the note whole or not at all, in a file of its own: jobs may be on several machines.

        Where the folder is gone nobody waits for the note any more.
        """
        name = f"{self.number}.{'ended' if self.ended else 'started'}.json"
        partial = folder / f".{name}.part"
        if folder.is_dir():
            partial.write_text(json.dumps(dataclasses.asdict(self)))
            partial.rename(folder / name)


def read_notes(folder: pathlib.Path) -> list[Note]:
    """Return the last note of each job, in the order of the jobs."""
    found: dict[int, Note] = {}
    for path in (*folder.glob("*.started.json"), *folder.glob("*.ended.json")):
        note = Note(**json.loads(path.read_text()))
        found[note.number] = note
    return [found[number] for number in sorted(found)]
