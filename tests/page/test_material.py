"""Claims about what a report is made of."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil

import numpy as np
import pytest

from galexp.page.material import with_catalog
from galexp.page.members import mark_of
from galexp.shard.origin import Origin


def test_runs_that_differ_in_seed_alone_are_one_group(make_run, material):
    runs = [make_run(f"split={split}", f"seed={seed}") for split in ("random", "delta5_q80") for seed in (0, 1)]
    found = material(*runs)
    assert {name: [run.settings["seed"] for run in members] for name, members in found.groups.items()} == {
        "xgass-random-xresnet34": [0, 1],
        "xgass-delta5_q80-xresnet34": [0, 1],
    }
    assert found.origin is Origin.OBSERVED


def test_a_long_list_is_named_by_its_length_and_two_of_one_length_are_told_apart(make_run, material):
    rates = [f"layers.rates=[{values}]" for values in ("0.1,0.2,0.3,0.4,0.5", "0.5,0.4,0.3,0.2,0.1", "0.1,1")]
    names = list(material(*(make_run("split=random", rate) for rate in rates)).groups)
    assert len({*names}) == 3
    for name in names[:2]:
        assert re.search(r" layers\.rates=\[0\.\d, \.\.\. 5 in all, [0-9a-f]{4}\]$", name)
    assert names[2].endswith("layers.rates=[0.1, 1]")


def test_the_error_of_a_run_that_was_made_is_what_it_was_made_with(make_run):
    run = make_run("dataset=xgass", error=0.2)
    assert run.metrics["test"]["log_hi_fraction"]["all"]["network"]["rmse"] == pytest.approx(0.2, rel=0.3)
    assert run.targets == ["log_hi_fraction"]


def test_catalog_columns_join_predictions_by_identifier(make_run):
    run = make_run("dataset=xgass")
    joined = with_catalog(run.held_out, run.data)
    assert np.array_equal(run.data.catalog["id"][joined["row"]], joined["id"])
    assert np.array_equal(joined["true_log_hi_fraction"], joined["log_hi_fraction"])
    lost = run.held_out.copy()
    lost["id"] = [f"x{name}" for name in lost["id"]]
    with pytest.raises(
        ValueError, match=f"{len(lost)} predicted galaxies, such as xG.* are not in .*; prepare it again"
    ):
        with_catalog(lost, run.data)


def test_a_mock_behind_the_weights_is_one_in_the_numbers(make_run, material):
    started = {"weights": "multirun/demo/a", "data": "mock"}
    runs = [make_run("dataset=xgass"), make_run("dataset=xgass", "seed=1", started_from=started)]
    assert [run.origin for run in runs] == [Origin.OBSERVED, Origin.MOCK]
    assert [run.galaxies for run in runs] == [Origin.OBSERVED] * 2
    assert material(*runs).origin is Origin.MOCK
    assert (mark_of(runs[:1]), mark_of(runs)) == ("", "MOCK")


def test_what_several_sections_need_is_computed_once(make_run, material):
    asked = []

    def count(of):
        asked.append(of)
        return len(asked)

    found, same = (material(make_run("dataset=xgass")) for _ in range(2))
    assert [one.once(count) for one in (found, found, same)] == [1, 1, 2]


def test_data_are_found_where_they_were_named_and_beside_a_run_that_was_moved(make_run, sky, tmp_path, monkeypatch):
    run = make_run("dataset=xgass")
    run.provenance["data_folder"] = "data/xgass"
    assert run.data is None
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "xgass").symlink_to(sky.folder)
    assert run.data is not None
    stale = tmp_path / "elsewhere" / "data" / "xgass"
    shutil.copytree(sky.folder, stale)
    manifest = json.loads((stale / "manifest.json").read_text())
    (stale / "manifest.json").write_text(json.dumps({**manifest, "content_sha256": "0" * 64}))
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert run.data.folder == tmp_path / "data" / "xgass"


def test_data_that_are_no_longer_what_was_trained_on_are_not_opened(make_run):
    run = make_run("dataset=xgass")
    assert run.data is not None
    run.metrics["data_sha256"] = "0" * 64
    assert dataclasses.replace(run).data is not None
    assert run.data is None
