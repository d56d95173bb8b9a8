"""Tell what runs found: tables, figures, galaxies and the published numbers, on one page that needs no network.

Usage: python -m galexp report FOLDER [FOLDER ...] [section=NAME,...] [key=value ...]

FOLDER is that of a run, of a study (multirun/<study>), or of several studies. The report of one folder is written into
its subfolder report/: index.html opens from disk, report.md holds the same as Markdown, tables/ the tables as CSV and
figures/ the figures as PNG and PDF. Of a sweep that is not finished it tells what is missing, and the command for it.

Keys:
  section=NAME,...       these sections alone; python -m galexp list section
  report.folder=FOLDER   write it there
  report.stamps=6        galaxies of each kind in a gallery
  report.most_rows=20000 galaxies in a table of the page; its CSV file has all
  evaluation.bootstrap=1000

Examples:
  python -m galexp report multirun/demo
  python -m galexp report multirun/wu2020_table1 section=wu2020_table1,published
  python -m galexp report multirun/wu2020_xgass/RUN1 multirun/wu2020_xgass/RUN2
"""

from __future__ import annotations

import pathlib

from galexp.command import Command
from galexp.config import UsageError
from galexp.page.build import make_parts, make_sections
from galexp.page.gather import gather, report_folder
from galexp.page.material import Options
from galexp.page.write import write_report
from galexp.terminal import progress_bar, say


def main(command: Command) -> int:
    """Gather the runs, make the sections, and write them."""
    if not command.words:
        raise UsageError("report needs a folder of runs: python -m galexp report multirun/<study>")
    settings = command.settings()
    asked = settings["report"]
    options = Options(asked["stamps"], settings["evaluation"]["bootstrap"], settings["seed"], asked["most_rows"])
    material = gather(command.words, options)
    sections = make_sections(command.sections, command.config_dir)
    with progress_bar("sections") as bar:
        shown = bar.add_task("report", total=len(sections), note="")
        parts = make_parts(sections, material, lambda name: bar.update(shown, advance=1, description=name))
    folder = pathlib.Path(asked["folder"] or report_folder(command.words, material))
    written = write_report(folder, _title(command.words), parts, material.origin, options.most_rows)
    unfinished = f", {len(material.unfinished)} unfinished" if material.unfinished else ""
    say(f"report of {len(material.runs)} runs{unfinished}, {len(parts)} sections, {len(written)} files:")
    say(f"  {folder / 'index.html'}")
    return 0


def _title(words: list[str]) -> str:
    return ", ".join(pathlib.Path(word).name for word in words[:3]) + (
        f" and {len(words) - 3} more" if words[3:] else ""
    )
