"""Make the sections of a report.

They stand in the order of their tens: 0 what this is, 10 scores and published numbers, 20 comparisons, 30 and 40 the
tables and figures of a study, 50 trends, 60 learning curves, 70 galaxies, 80 data and split, 90 provenance, citations.
"""

from __future__ import annotations

import os
import pathlib
from collections.abc import Callable, Sequence

from omegaconf import OmegaConf

from galexp.config import choices, conf_dir, is_ours
from galexp.page.content import Notice, Part
from galexp.page.material import Material
from galexp.page.section.base import Section
from galexp.target import instantiate

GROUP = "section"


def make_sections(names: Sequence[str], config_dir: pathlib.Path | None = None) -> dict[str, Section]:
    """Make the sections of these names, all of them where none is named, in the order in which they are read.

    Args:
        names: Options of the group ``section``.
        config_dir: A user's own configuration folder.
    """
    folders = [conf_dir(), *([config_dir] if config_dir else [])]
    known = list(names) or list(choices(folders[1:]).get(GROUP, {}))
    paths = {
        name: path
        for name in known
        for path in (folder / GROUP / f"{name}.yaml" for folder in folders)
        if path.is_file()
    }
    sections = {
        name: instantiate({str(key): value for key, value in OmegaConf.load(path).items()})
        for name, path in paths.items()
    }
    return dict(sorted(sections.items(), key=lambda pair: (pair[1].order, pair[0])))


def make_parts(
    sections: dict[str, Section],
    material: Material,
    progress: Callable[[str], None] = lambda name: None,
    failed: Callable[[str, Exception], None] | None = None,
) -> list[Part]:
    """Let each section say what it has to say of the runs.

    Args:
        sections: By name, in order.
        material: The runs.
        progress: Called with the name of each section before it is made.
        failed: Called with the name of a section that could not be made, and why; a notice then stands in its place, so
            that one section costs no reader the others. Nothing, or GALEXP_TRACEBACK is set: the error ends it all.

    Raises:
        Exception: as a section does, where nobody is told.
    """
    parts = []
    for name, section in sections.items():
        progress(name)
        try:
            part = section.part(material)
        except Exception as error:
            if failed is None or os.environ.get("GALEXP_TRACEBACK"):
                raise
            failed(name, error)
            part = _in_place_of(name, error)
        if part is not None:
            parts.append(part)
    return parts


def _in_place_of(name: str, error: Exception) -> Part:
    text = f"This section could not be made: {reason(error)}"
    return Part(f"failed-{name}", name.replace("_", " ").capitalize(), (Notice(text),))


def reason(error: Exception) -> str:
    """Say in one line why a section could not be made, with the kind of an error that is no sentence of ours."""
    text = " ".join(str(error).split())
    if is_ours(error):
        return text
    return f"{type(error).__name__}: {text}; GALEXP_TRACEBACK=1 shows where"
