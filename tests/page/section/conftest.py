"""Runs that are copied with other settings, each made once."""

from __future__ import annotations

import copy as copy_module
import functools
import json
import shutil

import pytest

from galexp.page.material import ReportRun
from galexp.run.directory import RunDirectory

_MADE: dict[object, ReportRun] = {}


@pytest.fixture
def run_of(make_run, tmp_path):
    """Return what copies a run into the folder of the test, with other settings; each is made once for this file."""

    def copy(*words, error=0.2, predict=None, data="observed", seed=0, **settings):
        key = (words, error, predict, seed)
        if key not in _MADE:
            _MADE[key] = make_run(*words, *([f"seed={seed}"] if seed else []), error=error, predict=predict)
        made = _MADE[key]
        folder = tmp_path / "copies" / f"run-{len(list(tmp_path.glob('copies/*')))}"
        shutil.copytree(made.directory.folder, folder)
        changed = copy_module.deepcopy(made.settings)
        for key, value in settings.items():
            *path, last = key.split("__")
            functools.reduce(dict.__getitem__, path, changed)[last] = value
        (folder / "resolved.yaml").write_text(json.dumps(changed))
        run = ReportRun(RunDirectory(folder))
        run.directory.write_json("metrics.json", {**run.metrics, "data": data})
        return ReportRun(run.directory)

    return copy
