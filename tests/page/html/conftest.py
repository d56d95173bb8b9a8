"""A report with every kind of block in it, and texts that want to be more than text."""

from __future__ import annotations

import pathlib
import shutil

import numpy as np
import pytest
from matplotlib.figure import Figure
from selenium import webdriver

from galexp.page.content import (
    Code,
    Column,
    DataTable,
    Gallery,
    Heading,
    Link,
    Measured,
    Notice,
    Part,
    Picture,
    Prose,
    Row,
    Stamp,
)

EVIL = "</script><b onclick=\"x\">M & '31'</b><!-- ]]> {{ 7 * 7 }} \u2028"
FLAGS = (
    "headless=new", "no-sandbox", "disable-gpu", "disable-dev-shm-usage", "disable-background-networking",
    "disable-component-update", "disable-sync", "no-first-run", "window-size=1280,900",
)  # fmt: skip
SKY = "https://skyserver.sdss.org/dr17/explore?ra=1.5&dec=2"


def small_figure() -> Figure:
    figure = Figure(figsize=(2, 1))
    figure.subplots().plot([0, 1], [0, 1])
    return figure


def scores_table() -> DataTable:
    columns = (Column("split"), Column("RMSE", "dex", hint=f"hint {EVIL}"), Column("n"), Column("run"))
    rows = (
        Row(("random", Measured(0.44012, 0.01949), 1500, Link("s0", SKY)), "MOCK"),
        Row((EVIL, Measured(0.09), 236, None), "published"),
        Row(("camera", None, 12, Link(EVIL, "../runs/s1")), "SIMULATION"),
        Row(("sky", Measured(10.0, 1e-7), 2, None)),
    )
    return DataTable("scores", f"Scores {EVIL}", columns, rows, note=f"note {EVIL}")


def galaxies_table(rows: int, name: str = "galaxies") -> DataTable:
    """Return galaxies of which every seventh has no redshift, in no order of anything but the identifier."""
    rng = np.random.default_rng(0)
    redshift, error = rng.uniform(size=rows), rng.normal(size=rows)
    columns = (Column("id"), Column("redshift", digits=6), Column("error", "dex", digits=3))
    made = (
        Row((f"1237649770{row:09d}", float(redshift[row]) if row % 7 else None, Measured(float(error[row]), 0.1)))
        for row in range(rows)
    )
    return DataTable(name, "Galaxies", columns, tuple(made))


@pytest.fixture(scope="session")
def evil() -> str:
    return EVIL


@pytest.fixture(scope="session")
def rich_parts():
    """Return what makes the parts of a report, with a table of so many galaxies."""

    def make(rows: int = 60) -> list[Part]:
        image = np.full((40, 40, 3), 90, np.uint8)
        stamps = tuple(Stamp(image, (f"G{n}", EVIL), SKY if n else "") for n in range(3))
        words = (Notice(EVIL), Prose(f"first {EVIL}\n\nsecond"), Heading(EVIL), Code(f"galexp train\n{EVIL}"))
        return [
            Part("overview", f"Overview {EVIL}", (*words, Code("@article{wu2020}", "references.bib"))),
            Part("scores", "Scores", (scores_table(), Picture("truth", f"Truth {EVIL}", small_figure()))),
            Part("galaxies", "Galaxies", (Gallery("worst", EVIL, stamps, "MOCK"), galaxies_table(rows))),
        ]

    return make


@pytest.fixture(scope="session")
def pngs(tmp_path_factory) -> dict[str, pathlib.Path]:
    """Return the file of the one picture."""
    path = tmp_path_factory.mktemp("figures") / "truth.png"
    small_figure().savefig(path, dpi=150)
    return {"truth": path}


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    """Return headless Chromium, moved by selenium."""
    chromium, driver = (shutil.which(name) for name in ("chromium", "chromedriver"))
    if not (chromium and driver):
        pytest.skip("no chromium and chromedriver on this machine: apt-get install chromium chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in (*FLAGS, f"user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(f"--{flag}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    found = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    yield found
    found.quit()
