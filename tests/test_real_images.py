"""Claims about a network on real SDSS images, which the variable GALEXP_REAL_DATA points to."""

from __future__ import annotations

import os
import pathlib

import pytest

from galexp.run.directory import RunDirectory

REAL = pathlib.Path(os.environ.get("GALEXP_REAL_DATA", "")) / "sdss_metallicity"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif("GALEXP_REAL_DATA" not in os.environ, reason="GALEXP_REAL_DATA is not set: no real images"),
]


@pytest.mark.filterwarnings("ignore:the random forest is left out:UserWarning")
def test_a_short_training_on_real_images_beats_the_mean_by_a_quarter(shell):
    catalog = [f"dataset.catalog={REAL / 'catalog.csv'}", "imaging=files", f"imaging.root={REAL / 'images'}"]
    assert shell("prepare", "dataset=sdss_metallicity", *catalog)[0] == 0
    status, out, _ = shell("train", "experiment=sdss_metallicity_small", "trainer.max_epochs=20", "logger=none")
    assert status == 0
    assert "MOCK" not in out
    (run,) = (shell.folder / "multirun" / "sdss_metallicity_small").iterdir()
    scores = RunDirectory(run).metrics()["test"]["metallicity"]["all"]
    assert scores["network_tta"]["n"] == 80
    assert scores["network_tta"]["rmse"] < 0.75 * scores["mean"]["rmse"]
