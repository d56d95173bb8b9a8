"""Search for neighbors in a process that does nothing else, and write how much memory it held at most [MB].

Usage: python -m galexp.timing.alone POSITIONS.npy, with rows of right ascension [deg], declination [deg] and redshift.
"""

from __future__ import annotations

import pathlib
import resource
import sys

import numpy as np

from galexp.environment.neighbor import nth_neighbor_separation


def main(path: str) -> None:
    """Search every galaxy of a file among all of them."""
    galaxies = np.load(path)
    nth_neighbor_separation(*galaxies, *galaxies)
    sys.stdout.write(f"{peak_memory()}\n")


def peak_memory() -> float:
    """Return the most memory that this process held since it began [MB]; elsewhere than on Linux as getrusage has it.

    On Linux getrusage would count what the process that started this one held.
    """
    status = pathlib.Path("/proc/self/status")
    if status.is_file():
        (line,) = [line for line in status.read_text().splitlines() if line.startswith("VmHWM:")]
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


if __name__ == "__main__":
    main(sys.argv[1])
