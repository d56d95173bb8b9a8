"""On what a number was measured."""

from __future__ import annotations

import dataclasses
import datetime
import os
import pathlib
import platform

from galexp import __version__


@dataclasses.dataclass(frozen=True)
class Machine:
    """A machine as a reader of its numbers must know it.

    Args:
        date: Day and time of the measurement.
        processor: Name of the CPU.
        cores: CPU cores that this process may use.
        load: Processes that wanted a core in the minute before; near ``cores`` the machine was busy with other things.
        memory_gib: Main memory [GiB].
        gpu: Name of the first GPU, or ``none``.
        system: Operating system.
        python: Version of Python.
        torch: Version of torch.
        torch_threads: Threads of one torch operation on the CPU.
        galexp: Version of galexp.
    """

    date: str
    processor: str
    cores: int
    load: float
    memory_gib: float
    gpu: str
    system: str
    python: str
    torch: str
    torch_threads: int
    galexp: str

    def lines(self) -> list[str]:
        """Return one ``name: value`` a fact."""
        return [f"{name}: {value}" for name, value in dataclasses.asdict(self).items()]


def describe_machine() -> Machine:
    """Describe the machine that this process runs on; ``load`` and ``memory_gib`` are NaN where they are not told."""
    import torch  # slow to import, and a misspelled key is refused before it is needed

    return Machine(
        date=datetime.datetime.now().astimezone().isoformat(timespec="seconds"),
        processor=_processor(),
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        load=round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else float("nan"),
        memory_gib=_memory(),
        gpu=torch.cuda.get_device_name() if torch.cuda.is_available() else "none",
        system=platform.platform(),
        python=platform.python_version(),
        torch=torch.__version__,
        torch_threads=torch.get_num_threads(),
        galexp=__version__,
    )


def _processor() -> str:
    listed = pathlib.Path("/proc/cpuinfo")
    lines = listed.read_text().splitlines() if listed.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _memory() -> float:
    try:
        return round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30, 1)
    except (AttributeError, OSError, ValueError):
        return float("nan")
