"""Images that networks draw again, beside what simple methods of as many numbers leave over."""

from __future__ import annotations

from galexp.evaluation.reconstruction import PIXELS, Drawn
from galexp.figure.reconstructions import reconstructions
from galexp.page.content import Block, Column, DataTable, Notice, Part, Picture, Prose, Row
from galexp.page.material import Material, ReportRun
from galexp.page.members import mark_of
from galexp.page.repeats import distinct, mean_and_spread
from galexp.page.section.base import Section
from galexp.run.name import file_stem
from galexp.split.base import TEST

_TEXT = """An autoencoder draws a held-out image again from its map, and, where a VAE was trained, from its latent
means, which are far fewer numbers. The error is over all pixels and bands of all held-out images in [0, 1]; most pixels
of most images are sky, so it is to be read beside that of the mean image and, of a VAE, beside as many principal
components of the pixels as there are latent means: no other linear method comes nearer to the images learned from."""
_METHODS = {
    "network": "from the map",
    "network_latent": "from latent means",
    "pca": "pixel components",
    "mean": "mean image",
}


class Reconstructions(Section):
    """Draw images, reconstructions and residuals, and tabulate the errors.

    Args:
        most: Configurations that are drawn; all are in the table.
    """

    order = 72

    def __init__(self, most: int) -> None:
        self.most = most

    def part(self, material: Material) -> Part | None:
        """Tell of every configuration whose network draws images; None where there is none."""
        groups = {name: distinct(runs) for name, runs in material.groups.items() if PIXELS in runs[0].targets}
        if not groups:
            return None
        columns = (
            *(Column("configuration"), Column("trainings", digits=0), Column("images", digits=0)),
            *(Column(heading, hint="RMSE, mean and sd over trainings.") for heading in _METHODS.values()),
        )
        rows = tuple(_row(name, runs) for name, runs in groups.items())
        table = DataTable("reconstructions", "Errors of reconstructed images", columns, rows).filled()
        blocks = [_block(name, runs[0]) for name, runs in list(groups.items())[: self.most]]
        drawn = tuple(block for block in blocks if block is not None)
        return Part("reconstructions", "Images drawn again", (Prose(_TEXT), table, *drawn))


def _row(name: str, runs: list[ReportRun]) -> Row:
    scores = [run.metrics[TEST][PIXELS]["all"] for run in runs]
    errors = [
        mean_and_spread([one[method]["rmse"] for one in scores]) if all(method in one for one in scores) else None
        for method in _METHODS
    ]
    return Row((name, len(runs), int(scores[0]["network"]["n"]), *errors), mark_of(runs))


def _block(name: str, run: ReportRun) -> Block | None:
    try:
        drawn = Drawn.read(run.directory.folder)
    except ValueError as error:
        return Notice(str(error))
    if drawn is None:
        return None
    caption = f"{name}: held-out images, evenly over the catalog, what is drawn of them, and image minus that."
    return Picture(f"reconstructions-{file_stem(name)}", caption, reconstructions(drawn, origin=run.origin))
