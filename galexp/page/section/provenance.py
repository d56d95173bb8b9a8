"""Where every number comes from, and how to get it again."""

from __future__ import annotations

from galexp.page.content import Code, Column, DataTable, Part, Prose, Row
from galexp.page.material import Material, ReportRun
from galexp.page.members import mark_of
from galexp.page.section.base import Section

_COLUMNS = (
    *(Column("run"), Column("started"), Column("wall time", "s", 0), Column("device"), Column("precision")),
    *(Column("processes", digits=0), Column("cores", digits=0)),
    Column("revision", hint="Of the code; -dirty where it was changed after that."),
    Column("pretrained", hint="Weights that the network started from."),
    Column("prepared data", hint="Its folder."),
    Column("data hash", hint="First twelve digits of the SHA-256 of the prepared catalog and its images."),
    Column("split hash", hint="First twelve digits of the SHA-256 of who is where."),
)
_TEXT = """These commands train the runs again. The same command finds finished runs and skips them; in another
folder, or with force=true, it trains them anew. Equal data and split hashes mean equal galaxies in equal roles."""


class Provenance(Section):
    """List command, code, device, data and time of every run."""

    order = 90

    def part(self, material: Material) -> Part | None:
        """Make the table; None without runs."""
        if not material.runs:
            return None
        of_sweeps = {sweep.line_of(point): sweep.line for sweep in material.sweeps for point in sweep.points}
        typed = map(command_of, material.runs)
        commands = dict.fromkeys(of_sweeps.get(command, command) for command in typed)
        table = DataTable("provenance", "Runs", _COLUMNS, tuple(map(_row, material.runs)))
        versions = DataTable("versions", "Versions", (Column("package"), Column("version")), _versions(material))
        code = Code("\n".join(commands) + "\n", "commands.sh")
        return Part("provenance", "Provenance", (Prose(_TEXT), code, table, versions))


def command_of(run: ReportRun) -> str:
    """Return the command that trains a run again, as it was kept in its folder or typed by its user."""
    return run.directory.command or f"python -m {run.provenance['command']}"


def _row(run: ReportRun) -> Row:
    found = run.provenance
    return Row(
        (
            *(run.name, found.get("started"), found["wall_time_s"], found.get("device"), found.get("precision")),
            *(found.get("processes"), found["machine"].get("cores"), found["git_revision"]),
            *(run.metrics.get("pretrained"), found["data_folder"]),
            *(found["data_sha256"][:12], run.audit["hash"][:12]),
        ),
        mark_of([run]),
    )


def _versions(material: Material) -> tuple[Row, ...]:
    """Return the versions of each package in any run, several where they differ."""
    found: dict[str, set[str]] = {}
    for run in material.runs:
        for package, version in run.provenance["versions"].items():
            found.setdefault(package, set()).add(str(version))
    return tuple(Row((package, ", ".join(sorted(versions)))) for package, versions in found.items())
