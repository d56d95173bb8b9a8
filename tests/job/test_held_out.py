"""Claims about which galaxies a run may be tested on."""

import json

import numpy as np
import pytest
from astropy.table import Table

from galexp.catalog.parquet import write_parquet
from galexp.job.held_out import roles_of
from galexp.run.directory import RunDirectory
from galexp.split.base import TEST, TRAIN

SETTINGS = {"choices": {"dataset": "gz2"}}


@pytest.fixture
def run(tmp_path):
    """Return a run on galaxies of its own."""
    folder = tmp_path / "run"
    folder.mkdir()
    write_parquet(Table({"id": ["own"], "sha256": ["own"], "role": [TRAIN]}), folder / "split.parquet")
    (folder / "resolved.yaml").write_text(json.dumps({"choices": {"dataset": "mergers"}}))
    return RunDirectory(folder)


def test_galaxies_that_were_seen_without_a_label_are_not_tested(run, data):
    assert (roles_of(run, SETTINGS, data, {"dataset"}) == TEST).all()
    names, images = data.catalog["id"][:4].tolist(), data.catalog["sha256"][4:6].tolist()
    survey = data.manifest.dataset
    shown = {"id": [*names, "a", "b"], "sha256": ["a", "b", "c", "d", *images]}
    write_parquet(
        Table({**shown, "survey": [survey, survey, "gz2", "gz2", "gz2", "gz2"]}), run.folder / "unlabeled.parquet"
    )
    roles = roles_of(run, SETTINGS, data, {"dataset"})
    assert np.flatnonzero(roles != TEST).tolist() == [0, 1, 4, 5]


def test_where_all_were_seen_without_a_label_nothing_is_left_and_a_sentence_says_so(run, data):
    shown = Table({"id": data.catalog["id"], "sha256": data.catalog["sha256"]})
    shown["survey"] = data.manifest.dataset
    write_parquet(shown, run.folder / "unlabeled.parquet")
    with pytest.raises(ValueError, match="is left to test: the network learned from all that are asked for"):
        roles_of(run, SETTINGS, data, {"dataset"})
