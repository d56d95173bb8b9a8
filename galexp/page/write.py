"""Write a report into a folder: a page, Markdown, tables and pictures, whole or not at all."""

from __future__ import annotations

import json
import pathlib
import re
from collections.abc import Iterator, Sequence

import galexp
from galexp.page.content import Attachment, Code, DataTable, Gallery, Part, Picture
from galexp.page.draw import draw
from galexp.page.files import write_table
from galexp.page.html.document import document
from galexp.page.markdown import markdown
from galexp.page.material import Options
from galexp.run.whole import replacing
from galexp.shard.origin import Origin

PAGE, TEXT, RECORD = "index.html", "report.md", "report.json"
WRITTEN = "files"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def write_report(
    folder: pathlib.Path, title: str, parts: Sequence[Part], origin: Origin, most_rows: int = Options.most_rows
) -> list[pathlib.Path]:
    """Write a report: ``index.html``, ``report.md``, ``tables/*.csv``, ``figures/*.png``, ``*.pdf``, other files.

    All goes into a folder beside it, which is renamed when it is whole, so that there is never half a report. What
    stood there before is replaced where a report wrote it; ``report.json`` lists what that was.

    Args:
        folder: Where to.
        title: Over the whole.
        parts: In the order in which they are read.
        origin: What the galaxies are; a mock or a simulation is told on top.
        most_rows: Of a table on the page; its CSV file has all.

    Returns:
        The files, the page first.

    Raises:
        ValueError: where the folder holds anything that no report wrote, two things have one name, a name is not one
            of a file, or a link leads elsewhere than to the web or to a file beside the page.
    """
    place = folder.resolve()
    check_folder(place)
    _check_names(parts)
    with replacing(place) as partial:
        written = [path.relative_to(partial) for path in _write(partial, title, parts, origin, most_rows)]
        files = [path.as_posix() for path in written]
        record = {"writer": "galexp", "version": galexp.__version__, "title": title, WRITTEN: files}
        (partial / RECORD).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    return [folder / path for path in written]


def _write(
    folder: pathlib.Path, title: str, parts: Sequence[Part], origin: Origin, most_rows: int
) -> list[pathlib.Path]:
    """Write everything but the record, and return the files, the page first."""
    for below in ("tables", "figures"):
        (folder / below).mkdir(parents=True)
    blocks = [block for part in parts for block in part.blocks]
    pictures = [block for block in blocks if isinstance(block, Picture | Gallery)]
    files = draw(pictures, folder / "figures")
    pngs = {block.name: paths[0] for block, paths in zip(pictures, files, strict=True)}
    others = [path for paths in files for path in paths]
    for block in blocks:
        if isinstance(block, DataTable):
            others.append(folder / "tables" / f"{block.name}.csv")
            write_table(block, others[-1])
        elif isinstance(block, Attachment) or (isinstance(block, Code) and block.name):
            others.append(folder / block.name)
            others[-1].write_text(block.text, encoding="utf-8")
    page, text = folder / PAGE, folder / TEXT
    page.write_text(document(title, parts, origin, pngs, most_rows), encoding="utf-8")
    text.write_text(markdown(title, parts, origin), encoding="utf-8")
    return [page, text, *others]


def check_folder(folder: pathlib.Path) -> None:
    """Refuse to replace what is not a report, or holds more than one.

    Args:
        folder: Where a report is to go; it need not be there.

    Raises:
        ValueError: where it is a file, or holds anything that no report wrote.
    """
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"{folder} is a file; a report is a folder: move the file, or name another folder")
    found = {path.relative_to(folder) for path in folder.rglob("*") if path.is_symlink() or not path.is_dir()}
    foreign = sorted(found - _known(folder))
    if foreign:
        raise ValueError(
            f"{folder} holds {len(foreign)} files that no report wrote, such as {foreign[0]}, and would be replaced; "
            "move them, or name another folder"
        )


def _known(folder: pathlib.Path) -> set[pathlib.Path]:
    """Return the files in a folder that a report says it wrote."""
    path = folder / RECORD
    try:
        record = json.loads(path.read_bytes())
        return {pathlib.Path(RECORD), *map(pathlib.Path, record[WRITTEN])} if record["writer"] == "galexp" else set()
    except (OSError, ValueError, TypeError, KeyError):
        return set()


def _check_names(parts: Sequence[Part]) -> None:
    """Refuse names that are none of files, and two that would be one."""
    taken = {("file", name) for name in (PAGE, TEXT, RECORD, "tables", "figures")}
    for kind, name in _names(parts):
        if not _NAME.fullmatch(name):
            raise ValueError(f"{kind} {name!r} of a report has other letters than A-Z, a-z, 0-9, '.', '_' and '-'")
        if (kind, name.lower()) in taken:
            raise ValueError(f"a report has two of {kind} {name!r}; give each a name of its own")
        taken.add((kind, name.lower()))


def _names(parts: Sequence[Part]) -> Iterator[tuple[str, str]]:
    """Yield what must be unique among its kind, for files in one folder."""
    for part in parts:
        yield "part", part.name
        for block in part.blocks:
            if isinstance(block, Picture | Gallery):
                yield "picture", block.name
            elif isinstance(block, DataTable):
                yield "table", block.name
            elif isinstance(block, Attachment) or (isinstance(block, Code) and block.name):
                yield "file", block.name
