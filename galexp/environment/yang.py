"""Galaxy groups of Yang et al. (2007), from the files that their authors publish."""

from __future__ import annotations

import hashlib
import pathlib

import numpy as np
from astropy.table import Table

_CENTRAL = {"brightest": 3, "most_massive": 4}


class YangGroups:
    """Group membership from two files of the catalog of Yang et al.: one of galaxies, one of members.

    Both are rows of numbers between blanks, without header; a row ends in the same number of columns everywhere.

    - galaxies (``SDSS7``): galaxy, row in the NYU-VAGC, right ascension [deg], declination [deg], redshift, and more
      that is not read.
    - members (``ipetroA_1`` ... ``imodelC_1``; xGASS took sample B): galaxy, row in the NYU-VAGC, group (0 for none),
      1 for the brightest of its group and 2 for others, 1 for the most massive and 2 for others.

    The columns of the members are those that the authors' notes on DR4 list. Those of the galaxies are as others read
    the DR7 files, and could not be checked against a file; each read checks that both files name the same rows of the
    NYU-VAGC and that positions and redshifts are possible.

    Args:
        galaxies: path of the file of galaxies.
        members: path of the file of members.
        tolerance: largest separation of a galaxy from its entry [arcsec].
        central: ``most_massive`` or ``brightest``; which member is the central is a choice.

    Raises:
        ValueError: for another central, or a tolerance that is not positive.

    References:
        Yang et al. 2007, ApJ 671, 153; Janowiecki et al. 2017, MNRAS 466, 4795, who give xGASS its codes.
    """

    def __init__(
        self, galaxies: str | None, members: str | None, tolerance: float = 3.0, central: str = "most_massive"
    ) -> None:
        if central not in _CENTRAL or not tolerance > 0:
            raise ValueError(
                f"groups.central is {central!r} and groups.tolerance {tolerance}; expected {' or '.join(_CENTRAL)}, "
                "and more than 0 arcsec"
            )
        self.galaxies = galaxies
        self.members = members
        self.tolerance = tolerance
        self.central = central

    def read(self) -> Table:
        """Read one row per galaxy: ra, dec, group_id (-1 for none), richness (0 for none) and is_central.

        Raises:
            FileNotFoundError: where a file is not named or not there.
            ValueError: for a file of another layout, or two that do not belong together.
        """
        galaxies, members = self._paths()
        place, member = _numbers(galaxies, range(5)), _numbers(members, range(5))
        _check_galaxies(place, galaxies)
        _check_members(member, members)
        order = np.argsort(place[:, 0], kind="stable")
        found = np.minimum(np.searchsorted(place[order, 0], member[:, 0]), len(order) - 1)
        place = place[order[found]]
        differs = int(np.sum((place[:, :2] != member[:, :2]).any(axis=1)))
        if differs:
            raise ValueError(
                f"{differs} of {len(member)} rows of {members} name another galaxy or row of the NYU-VAGC than "
                f"{galaxies}; give two files of the same release"
            )
        group_id = np.where(member[:, 2] > 0, member[:, 2], -1).astype(np.int64)
        _, group, sizes = np.unique(group_id, return_inverse=True, return_counts=True)
        return Table(
            {
                "ra": place[:, 2],
                "dec": place[:, 3],
                "group_id": group_id,
                "richness": np.where(group_id >= 0, sizes[group], 0),
                "is_central": (member[:, _CENTRAL[self.central]] == 1) & (group_id >= 0),
            }
        )

    def fingerprint(self) -> str:
        """Return a hash of both files and the decisions that membership is a function of."""
        digest = hashlib.sha256(f"{self.tolerance} {self.central}".encode())
        for path in self._paths():
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
        return digest.hexdigest()

    def _paths(self) -> tuple[pathlib.Path, pathlib.Path]:
        for name in ("galaxies", "members"):
            path = getattr(self, name)
            if path is None or not pathlib.Path(path).is_file():
                example = {"galaxies": "SDSS7", "members": "imodelB_1"}[name]
                raise FileNotFoundError(f"groups.{name} is {path!r}, which is no file; give groups.{name}={example}")
        return pathlib.Path(str(self.galaxies)), pathlib.Path(str(self.members))


def _numbers(path: pathlib.Path, columns: range) -> np.ndarray:
    try:
        return np.loadtxt(path, usecols=columns, ndmin=2)
    except (ValueError, IndexError) as error:
        raise ValueError(
            f"{path} is not {len(columns)} or more columns of numbers between blanks ({error}); give a published file"
        ) from error


def _check_galaxies(place: np.ndarray, path: pathlib.Path) -> None:
    low, high = np.array([0.0, -90.0, 0.0]), np.array([360.0, 90.0, 1.0])
    impossible = int(np.sum(((place[:, 2:5] < low) | (place[:, 2:5] > high)).any(axis=1)))
    if impossible or len(np.unique(place[:, 0])) < len(place):
        raise ValueError(
            f"{path} has {impossible} rows of {len(place)} whose columns 3 to 5 are no right ascension, declination "
            "[deg] and redshift, or a galaxy twice; expected the file of galaxies, such as SDSS7"
        )


def _check_members(member: np.ndarray, path: pathlib.Path) -> None:
    is_flag = np.isin(member[:, 3:5], (1, 2)) | (member[:, 2:3] == 0)
    impossible = int(np.sum(~is_flag.all(axis=1) | (member[:, 2] < 0)))
    if impossible or len(np.unique(member[:, 0])) < len(member):
        raise ValueError(
            f"{path} has {impossible} rows of {len(member)} whose columns 3 to 5 are no group and two flags of 1 or 2, "
            "or a galaxy twice; expected the file of members, such as imodelB_1"
        )
