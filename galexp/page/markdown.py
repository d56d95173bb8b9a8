"""A report as Markdown, as it is read beside the code: tables with pipes, pictures by relative addresses."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

from galexp.page.content import Attachment, Code, DataTable, Gallery, Heading, Link, Notice, Part, Picture, Prose, Value
from galexp.page.files import MARKS
from galexp.page.origin import banner
from galexp.page.value import as_text, checked_address, heading, is_marked, is_numeric
from galexp.shard.origin import Origin

MOST_ROWS = 100
"""Rows of a table; more are in its CSV file."""

_SPECIAL = re.compile(r"[\\`*\[\]<>|~$]|&(?=#?\w+;)|(?<![^\W_])_|_(?![^\W_])")
_BULLET = re.compile(r"^(?=[-+=#])", re.MULTILINE)
_NUMBER = re.compile(r"^(\d+)(?=[.)](\s|$))", re.MULTILINE)


def markdown(title: str, parts: Sequence[Part], origin: Origin) -> str:
    """Return a report as Markdown, in the dialect of GitHub.

    Args:
        title: Over the whole.
        parts: In the order in which they are read.
        origin: What the galaxies are; a mock or a simulation is told first.

    Raises:
        ValueError: for a link that leads elsewhere than to the web or to a file beside the page.
    """
    warning = [_alert("WARNING", f"**{origin.mark}**: {_escaped(banner(origin))}")] if banner(origin) else []
    blocks = [f"# {_escaped(title)}", *warning]
    for part in parts:
        blocks += [f"## {_escaped(part.title)}", *(_written(block) for block in part.blocks)]
    return "\n\n".join(blocks) + "\n"


def _escaped(text: str) -> str:
    r"""Return text that Markdown shows as it stands, but for blanks around a line.

    Example:
        >>> print(_escaped("log_hi_fraction of *all*"))
        log_hi_fraction of \*all\*
    """
    lines = "\n".join(line.strip() for line in text.strip().splitlines())
    return _NUMBER.sub(r"\1\\", _BULLET.sub(r"\\", _SPECIAL.sub(r"\\\g<0>", lines)))


def _alert(kind: str, text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in [f"[!{kind}]", *text.splitlines()])


@functools.singledispatch
def _written(block: object) -> str:
    raise AssertionError(f"{type(block).__name__} is no block of a report")


@_written.register
def _(block: Prose) -> str:
    return _escaped(block.text)


@_written.register
def _(block: Heading) -> str:
    return f"### {_escaped(block.text)}"


@_written.register
def _(block: Notice) -> str:
    return _alert("IMPORTANT", _escaped(block.text))


@_written.register
def _(block: Code) -> str:
    longest = max((len(run) for run in re.findall("`+", block.text)), default=0)
    fence = "`" * max(3, longest + 1)
    link = f"\n\n[{_escaped(block.name)}](<{block.name}>)" if block.name else ""
    return f"{fence}\n{block.text.rstrip()}\n{fence}{link}"


@_written.register
def _(block: Attachment) -> str:
    return f"[{_in_line(block.caption)}](<{block.name}>)"


@_written.register
def _(block: Picture) -> str:
    caption = _in_line(block.caption)
    return f"![{caption}](figures/{block.name}.png)\n\n{caption} [PDF](figures/{block.name}.pdf)"


@_written.register
def _(block: Gallery) -> str:
    caption = (f"**{block.mark}** " if block.mark else "") + _in_line(block.caption)
    links = [_link(Link(stamp.lines[0], stamp.address)) for stamp in block.stamps if stamp.address and stamp.lines]
    return "\n\n".join(
        [f"![{_in_line(block.caption)}](figures/{block.name}.png)", caption, *filter(None, [", ".join(links)])]
    )


@_written.register
def _(block: DataTable) -> str:
    marks = [MARKS] if is_marked(block) else []
    heads = [*marks, *(_in_line(heading(column)) for column in block.columns)]
    lines = ["---" for _ in marks]
    lines += ["---:" if is_numeric(block, place) else "---" for place in range(len(block.columns))]
    digits = [column.digits for column in block.columns]
    rows = [
        [*([row.mark] if marks else []), *(_cell(*pair) for pair in zip(row.values, digits, strict=True))]
        for row in block.rows[:MOST_ROWS]
    ]
    table = "\n".join(f"| {' | '.join(row)} |" for row in [heads, lines, *rows])
    return "\n\n".join([f"**{_in_line(block.title)}**", table, *_notes(block)])


def _notes(table: DataTable) -> list[str]:
    hints = [f"- {_in_line(heading(column))}: {_in_line(column.hint)}" for column in table.columns if column.hint]
    count = f"{len(table.rows):,} rows"
    count = f"the first {MOST_ROWS} of {count}" if len(table.rows) > MOST_ROWS else count
    link = f"[CSV](tables/{table.name}.csv), {count}"
    return [*filter(None, [_escaped(table.note)]), *filter(None, ["\n".join(hints)]), link]


def _cell(value: Value, digits: int) -> str:
    return _link(value) if isinstance(value, Link) else _in_line(as_text(value, digits))


def _link(link: Link) -> str:
    address = checked_address(link.address).replace("<", "%3C").replace(">", "%3E").replace("|", "%7C")
    return f"[{_in_line(link.text)}](<{address}>)"


def _in_line(text: str) -> str:
    return _escaped(" ".join(text.split()))
