"""The page itself: templates filled with what a report holds."""

from __future__ import annotations

import base64
import hashlib
import pathlib
import re
from collections.abc import Mapping, Sequence
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

import galexp
from galexp.page.content import Block, DataTable, Gallery, Part, Picture
from galexp.page.html.inline import inline_png, inline_stamp
from galexp.page.html.table import ROWS_OF_A_PAGE, page_table
from galexp.page.origin import banner
from galexp.page.value import checked_address
from galexp.shard.origin import Origin

_HERE = pathlib.Path(__file__).parent
_PARAGRAPHS = re.compile(r"\n\s*\n")


def document(
    title: str, parts: Sequence[Part], origin: Origin, pngs: Mapping[str, pathlib.Path], most_rows: int
) -> str:
    """Return a report as one HTML file.

    Whatever text it holds is text: a policy on the page lets no other script run and nothing be asked of a network.
    Files that lie beside the page are linked to by relative addresses: ``tables/NAME.csv``, ``figures/NAME.pdf``.

    Args:
        title: Over the whole.
        parts: In the order in which they are read.
        origin: What the galaxies are; a mock or a simulation is told on top of the page, and stays there.
        pngs: The files of the figures, by the name of the picture.
        most_rows: Of a table on the page.

    Raises:
        ValueError: for a link that leads elsewhere than to the web or to a file beside the page.
    """
    environment = template_environment()
    made = [(part, [_block(environment, block, pngs, most_rows) for block in part.blocks]) for part in parts]
    facts = frame(title, origin, ("report.css",), ("report.js",))
    return environment.get_template("document.html").render(parts=made, **facts)


def frame(title: str, origin: Origin, styles: Sequence[str], scripts: Sequence[str]) -> dict[str, Any]:
    """Return what the template of any page, ``base.html``, is filled with.

    Args:
        title: Over the whole.
        origin: What the galaxies are; a mock or a simulation is told on top of the page, and stays there.
        styles: Names of files in ``assets``.
        scripts: Likewise.
    """
    style, script = (
        Markup("\n".join((_HERE / "assets" / name).read_text("utf-8") for name in names)) for names in (styles, scripts)
    )
    facts = {"style": style, "script": script, "policy": _content_policy(style, script)}
    return {"title": title, "origin": origin, "banner": banner(origin), "version": galexp.__version__, **facts}


def template_environment() -> Environment:
    """Return templates in which every value is escaped."""
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.policies["json.dumps_kwargs"] = {"separators": (",", ":"), "ensure_ascii": False}
    environment.filters |= {"address": checked_address, "paragraphs": _paragraphs}
    return environment


def _paragraphs(text: str) -> list[str]:
    return _PARAGRAPHS.split(text.strip())


def _block(environment: Environment, block: Block, pngs: Mapping[str, pathlib.Path], most_rows: int) -> Markup:
    """Fill the template that is called as the kind of the block is."""
    template = environment.get_template(f"{type(block).__name__.lower()}.html")
    return Markup(template.render(block=block, **_facts(block, pngs, most_rows)))


def _facts(block: Block, pngs: Mapping[str, pathlib.Path], most_rows: int) -> dict[str, Any]:
    if isinstance(block, DataTable):
        return {"table": page_table(block, most_rows), "rows_of_a_page": ROWS_OF_A_PAGE}
    if isinstance(block, Picture):
        return {"image": inline_png(pngs[block.name].read_bytes())}
    if isinstance(block, Gallery):
        return {"stamps": [(stamp, inline_stamp(stamp.image)) for stamp in block.stamps]}
    return {}


def _content_policy(style: str, script: str) -> str:
    """Return what the page may do: run this script, wear this style, show pictures that stand in it, and no more."""
    hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in (style, script)]
    return (
        f"default-src 'none'; img-src data:; style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'; "
        "base-uri 'none'; form-action 'none'"
    )
