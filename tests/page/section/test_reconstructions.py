"""Claims about the section of images that are drawn again."""

import numpy as np
import pytest

from galexp.evaluation.reconstruction import Drawn
from galexp.page.content import DataTable, Measured, Notice, Picture
from galexp.page.section.reconstructions import Reconstructions

WORDS = ("dataset=xgass", "task=representation", "model=representation")
IMAGES = np.random.default_rng(0).uniform(size=(2, 8, 8, 3))


@pytest.fixture
def runs(make_run):
    return [make_run(*WORDS, f"seed={seed}") for seed in (0, 1)]


def blocks(material, runs, kind):
    part = Reconstructions(most=1).part(material(*runs))
    return [block for block in part.blocks if isinstance(block, kind)]


def test_errors_are_means_over_trainings_beside_the_mean_image(runs, material):
    (table,) = blocks(material, runs, DataTable)
    assert [column.heading for column in table.columns][1:] == [
        "trainings",
        "images",
        "from the map",
        "from latent means",
        "mean image",
    ]
    (row,) = table.rows
    found = [run.metrics["test"]["pixels"]["all"]["network"]["rmse"] for run in runs]
    assert row.values[1] == 2
    assert row.values[3] == Measured(pytest.approx(np.mean(found)), pytest.approx(np.std(found, ddof=1)))
    assert row.values[5] == Measured(pytest.approx(0.3), pytest.approx(0.0))
    assert blocks(material, runs, Picture) == []


def test_what_a_run_has_drawn_is_shown_and_what_cannot_be_read_is_said(runs, material):
    Drawn(["a", "b"], IMAGES, {"map": IMAGES / 2}).write(runs[0].directory.folder)
    (picture,) = blocks(material, runs, Picture)
    np.testing.assert_allclose(picture.figure.axes[0].images[0].get_array(), IMAGES[0], atol=1e-3)
    path = runs[0].directory.folder / "reconstructions.npz"
    path.write_bytes(path.read_bytes()[:200])
    (notice,) = blocks(material, runs, Notice)
    assert "reconstructions.npz cannot be read (" in notice.text


def test_networks_that_draw_nothing_have_no_part(make_run, material):
    assert Reconstructions(most=1).part(material(make_run("dataset=xgass"))) is None
