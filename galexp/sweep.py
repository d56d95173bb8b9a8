"""Many runs from one command: Hydra's sweeper and launcher around a single job, and a table over all of them."""

from __future__ import annotations

import json
import pathlib
import tempfile
import traceback
from typing import Any

from hydra import version
from hydra._internal.utils import _run_hydra, get_args_parser
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig, OmegaConf

from galexp.command import Command
from galexp.config import HYDRA_VERSION_BASE, conf_dir, settings
from galexp.job.train import train_once
from galexp.page.sweep import show_sweep
from galexp.run.directory import RunDirectory
from galexp.terminal import say


def main(command: Command) -> int:
    """Run one job per combination; a failed job is listed, the others run, and the exit status tells."""
    with tempfile.TemporaryDirectory() as folder:
        log = pathlib.Path(folder) / "jobs.jsonl"
        log.touch()
        _sweep(command, log)
        jobs = [json.loads(line) for line in log.read_text().splitlines()]
    failed = [job for job in jobs if job["error"]]
    runs = [RunDirectory(pathlib.Path(job["folder"])) for job in jobs if not job["error"]]
    if runs:
        show_sweep(runs)
    for job in failed:
        say(f"failed: {job['words']}: {job['error']}", "bold red")
    return 1 if failed or not jobs else 0


def _sweep(command: Command, log: pathlib.Path) -> None:
    """Hand the words to Hydra's own command line; ``sys.argv`` stays as it was typed."""
    search = [f"--config-dir={command.config_dir.resolve()}"] if command.config_dir else []
    parser = get_args_parser()
    words = parser.parse_args(["--multirun", *search, *command.overrides, f"+sweep_log={log}"])
    version.setbase(HYDRA_VERSION_BASE)
    _run_hydra(words, parser, job, str(conf_dir()), "config")


def job(composed: DictConfig) -> None:
    """Train one run of a sweep and note what became of it."""
    plain = OmegaConf.to_container(composed, resolve=False)
    assert isinstance(plain, dict)
    log = pathlib.Path(plain.pop("sweep_log"))
    words = " ".join(word for word in HydraConfig.get().overrides.task if not word.startswith("+sweep_log"))
    say(f"job {HydraConfig.get().job.num}: {words}", "bold")
    note: dict[str, Any] = {"words": words, "folder": "", "error": ""}
    try:
        note["folder"] = str(train_once(settings(OmegaConf.create(plain))).folder)
    except Exception as error:
        note["error"] = f"{type(error).__name__}: {error}"
        say(str(error) if isinstance(error, ValueError | OSError) else traceback.format_exc(), "red")
    with log.open("a") as stream:
        stream.write(json.dumps(note) + "\n")
