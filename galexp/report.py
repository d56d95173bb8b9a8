"""Tell what runs found: tables, figures, galaxies and the published numbers, on one page that needs no network.

Usage: python -m galexp report FOLDER [FOLDER ...] [section=NAME,...] [key=value ...]

FOLDER is that of a run, of a study (multirun/<study>), or of several studies. The report of one folder is written into
its subfolder report/: index.html opens from disk, report.md holds the same as Markdown, tables/ the tables as CSV and
figures/ the figures as PNG and PDF. Of a sweep that is not finished it tells what is missing, and the command for it.
A run that has lost a file is left out, and a section that cannot be made says why; the exit status of the latter is 1.

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

import functools
import pathlib
from collections.abc import Mapping

from galexp.command import Command
from galexp.page.build import make_parts, make_sections, reason
from galexp.page.gather import gather, report_folder
from galexp.page.material import Material, Options
from galexp.page.words import counted
from galexp.page.write import PAGE, check_folder, write_report
from galexp.terminal import progress_bar, say


def main(command: Command) -> int:
    """Gather the runs, make the sections, and write them."""
    settings = command.settings()
    asked = settings["report"]
    options = Options(asked["stamps"], settings["evaluation"]["bootstrap"], settings["seed"], asked["most_rows"])
    material = gather(command.words, options)
    folder = pathlib.Path(asked["folder"] or report_folder(command.words, material))
    check_folder(folder.resolve())
    sections = make_sections(command.sections, command.config_dir)
    failed: dict[str, Exception] = {}
    with progress_bar("sections") as bar:
        shown = bar.add_task("report", total=len(sections), note="")
        progress = functools.partial(bar.update, shown, advance=1)
        parts = make_parts(sections, material, lambda name: progress(description=name), failed.__setitem__)
    written = write_report(folder, _title(command.words), parts, material.origin, options.most_rows)
    _say_outcome(material, failed)
    say(f"report of {counted(len(material.runs), 'run')}, {len(parts)} sections, {counted(len(written), 'file')}:")
    say(f"  {folder / PAGE}")
    return 1 if failed else 0


def _say_outcome(material: Material, failed: Mapping[str, Exception]) -> None:
    """Say what the report does not tell of, and what it could not make."""
    for lost in material.left_out:
        say(f"left out {lost.path.name}: {lost.why}", "yellow")
    if material.unfinished:
        say(f"{counted(len(material.unfinished), 'run')} not finished; the report has the command that goes on")
    for name, error in failed.items():
        say(f"section {name} could not be made: {reason(error)}", "red")


def _title(words: list[str]) -> str:
    names = [pathlib.Path(word).resolve().name for word in dict.fromkeys(words)]
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if names[3:] else "")
