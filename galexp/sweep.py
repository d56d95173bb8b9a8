"""Many runs from one command: Hydra's sweeper and launcher around a single job, and a table over all of them."""

from __future__ import annotations

import json
import pathlib
import sys
import tempfile
import traceback
from typing import Any
from unittest import mock

import hydra
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig, OmegaConf

from galexp.command import Command
from galexp.config import HYDRA_VERSION_BASE, UsageError, conf_dir, settings
from galexp.job.train import train_once
from galexp.page.sweep import show_sweep
from galexp.run.directory import RunDirectory
from galexp.terminal import say


def main(command: Command) -> int:
    """Run one job per combination; a failed job is listed, the others run, and the exit status tells."""
    if command.verb != "train":
        raise UsageError(f"{command.verb} takes no --multirun yet; name several runs instead")
    with tempfile.TemporaryDirectory() as folder:
        log = pathlib.Path(folder) / "jobs.jsonl"
        log.touch()
        _run_hydra(command, log)
        jobs = [json.loads(line) for line in log.read_text().splitlines()]
    failed = [job for job in jobs if job["error"]]
    runs = [RunDirectory(pathlib.Path(job["folder"])) for job in jobs if not job["error"]]
    if runs:
        show_sweep(runs)
    for job in failed:
        say(f"failed: {job['words']}: {job['error']}", "bold red")
    return 1 if failed or not jobs else 0


def _run_hydra(command: Command, log: pathlib.Path) -> None:
    """Hand the words to Hydra's own command line, which reads them from ``sys.argv``."""
    search = [f"--config-dir={command.config_dir.resolve()}"] if command.config_dir else []
    words = ["galexp", "--multirun", *search, *command.overrides, f"+sweep_log={log}"]
    with mock.patch.object(sys, "argv", words):
        hydra.main(config_path=str(conf_dir()), config_name="config", version_base=HYDRA_VERSION_BASE)(job)()


def job(composed: DictConfig) -> None:
    """Train one run of a sweep and note what became of it."""
    plain = OmegaConf.to_container(composed, resolve=False)
    assert isinstance(plain, dict)
    log = pathlib.Path(plain.pop("sweep_log"))
    words = " ".join(word for word in HydraConfig.get().overrides.task if not word.startswith("+sweep_log"))
    note: dict[str, Any] = {"words": words, "folder": "", "error": ""}
    try:
        note["folder"] = str(train_once(settings(OmegaConf.create(plain))).folder)
    except Exception as error:
        note["error"] = f"{type(error).__name__}: {error}"
        say(str(error) if isinstance(error, ValueError | OSError) else traceback.format_exc(), "red")
    with log.open("a") as stream:
        stream.write(json.dumps(note) + "\n")
