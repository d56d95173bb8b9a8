"""What a job knows of the cluster that it runs on, and patience with jobs that never come back."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import pathlib
import signal
from collections.abc import Iterator
from typing import Any

from hydra.core.utils import JobReturn, JobStatus


def log_file() -> str:
    """Return the file in which submitit keeps what this job writes to standard error; nothing outside of it."""
    return str(_environment().paths.stderr) if _environment() else ""


def is_first_task() -> bool:
    """Tell whether this is the first of a job's tasks, on the first of its machines: the one that writes notes."""
    return _environment() is None or _environment().global_rank == 0


def name_first_machine() -> None:
    """Say where the processes of a job on several machines meet: ``MASTER_ADDR``, unless it is set."""
    environment = _environment()
    if environment and environment.num_nodes > 1:
        os.environ.setdefault("MASTER_ADDR", environment.hostnames[0])


def _environment() -> Any:
    if "SUBMITIT_EXECUTOR" not in os.environ:
        return None
    from submitit import JobEnvironment

    return JobEnvironment()


@contextlib.contextmanager
def patience() -> Iterator[None]:
    """Let the submitit launcher wait for every job; by itself it leaves at the first that is lost."""
    import submitit

    impatient = submitit.AutoExecutor

    class Patient(impatient):  # type: ignore[misc, valid-type]
        def map_array(self, *arguments: Any) -> list[_Awaited]:
            with _errors_into(pathlib.Path(self.folder).parent / "controllers.err"):
                jobs = super().map_array(*arguments)
            return [_Awaited(job, jobs) for job in jobs]

    submitit.AutoExecutor = Patient  # type: ignore[misc]
    try:
        yield
    finally:
        submitit.AutoExecutor = impatient  # type: ignore[misc]


@dataclasses.dataclass(frozen=True)
class _Awaited:
    """A job of submitit that has a result, even where it was lost; an interrupt ends what runs on this machine."""

    job: Any
    jobs: list[Any]

    def results(self) -> list[Any]:
        from submitit.core.utils import UncompletedJobError

        try:
            return list(self.job.results())
        except UncompletedJobError:
            return [JobReturn(status=JobStatus.COMPLETED)]
        except KeyboardInterrupt:
            for process in [job._process for job in self.jobs if hasattr(job, "_process")]:
                process.send_signal(signal.SIGINT)
                process.wait()
            raise


@contextlib.contextmanager
def _errors_into(path: pathlib.Path) -> Iterator[None]:
    """Let processes that are started meanwhile write their errors into a file, not between those of the others."""
    path.parent.mkdir(parents=True, exist_ok=True)
    before = os.dup(2)
    with path.open("a") as stream:
        os.dup2(stream.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(before, 2)
        os.close(before)
