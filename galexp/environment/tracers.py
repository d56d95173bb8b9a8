"""The galaxies that tell crowded places from empty ones: any table of positions and redshifts."""

from __future__ import annotations

import hashlib
import json
import pathlib
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from galexp.catalog.read import read_catalog
from galexp.config import UsageError, nearest
from galexp.environment.alpha40 import alpha40_galaxies
from galexp.environment.position import NAMES, read_positions
from galexp.environment.sky import Positions

if TYPE_CHECKING:
    from galexp.catalog.query import SqlQuery
    from galexp.catalog.services import Services


class Tracers:
    """A redshift survey among whose galaxies neighbors are looked for.

    Args:
        path: its table: CSV, FITS, VOTable, ECSV or Parquet; None for what the query gives.
        columns: ra, dec or redshift -> the name in that table, where it is none of the usual ones (RA, DEC, Z, ...).
        max_redshift: tracers at this redshift or beyond are left out; None keeps all.
        footprint_radius: a place is surveyed where 10 tracers lie within this angle; it also is the disc of
            :func:`galexp.environment.coverage.edge_distance` [deg].
        reject_near_edge: whether `fixed` is NaN where the circle to the fifth neighbor leaves the footprint.
        alpha40: the main table of alpha.40 (a40.datafile1.csv), by whose median the `code` of xGASS divides; for
            alpha.40 itself None stands for the rows of the catalog at hand.
        survey: whose galaxies get a density: `code` differs between ``alfalfa``, ``xgass`` and others.
        query: asked of SkyServer where there is no path; what it gave is kept.
        root: folder of what was downloaded.
        services: addresses for the query.

    Raises:
        UsageError: for a name in columns other than ra, dec and redshift.
        ValueError: for a footprint_radius that is not positive.
    """

    def __init__(
        self,
        path: str | None,
        columns: Mapping[str, str] | None = None,
        max_redshift: float | None = None,
        footprint_radius: float = 1.0,
        reject_near_edge: bool = True,
        alpha40: str | None = None,
        survey: str = "",
        query: SqlQuery | None = None,
        root: str | None = None,
        services: Services | None = None,
    ) -> None:
        self.columns = dict(columns or {})
        for name in self.columns:
            if name not in NAMES:
                raise UsageError(f"tracers.columns has no {name!r}; {nearest(name, NAMES)}")
        if not footprint_radius > 0:
            raise ValueError(f"tracers.footprint_radius is {footprint_radius} deg; expected more than 0")
        self.path = path
        self.max_redshift = max_redshift
        self.footprint_radius = footprint_radius
        self.reject_near_edge = reject_near_edge
        self.alpha40 = alpha40
        self.survey = survey
        self._download = (query, root, services) if query and root and services else None

    def read(self) -> tuple[Positions, dict[str, int]]:
        """Read positions and redshifts, and count what was left out.

        Left out are tracers without a finite position and redshift, beyond max_redshift, or equal in all three to
        one that was read before.

        Raises:
            FileNotFoundError: where no table is named and none can be downloaded, or there is none.
            ServiceError: where the query is not answered.
            ValueError: for a column that is missing or out of range (degrees and redshifts are expected), or fewer
                than five tracers left.
        """
        path = self._path()
        table = read_catalog(path)
        tracers = read_positions(table, self.columns, path)
        counts = {"tracers read": len(table)}
        for step, keeps in (
            ("with position and redshift", _known),
            ("below max_redshift", self._near),
            ("once", _once),
        ):
            tracers = tracers.where(keeps(tracers))
            counts[f"tracers {step}"] = len(tracers.ra)
        if len(tracers.ra) < 5:
            steps = ", ".join(f"{step}: {count}" for step, count in counts.items())
            raise ValueError(f"{path} leaves {len(tracers.ra)} tracers ({steps}); a fifth neighbor needs at least 5")
        return tracers, counts

    def alpha40_galaxies(self) -> Positions | None:
        """Return the galaxies of alpha.40 with their distance redshifts, None where no table is named."""
        return None if self.alpha40 is None else alpha40_galaxies(self.alpha40)

    def fingerprint(self) -> str:
        """Return a hash of the tables and the decisions that densities are a function of."""
        files = [str(self._path()), *([self.alpha40] if self.alpha40 else [])]
        where = ("path", "alpha40", "_download")
        decisions = {name: value for name, value in vars(self).items() if name not in where}
        text = json.dumps([decisions, [_sha256(pathlib.Path(path)) for path in files]], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def _path(self) -> pathlib.Path:
        """Return the table's path, after downloading it where that is called for and has not been done."""
        if self.path is not None:
            return pathlib.Path(self.path)
        if self._download is None:
            raise FileNotFoundError("tracers.path is null; give the table of tracers with tracers.path=FILE")
        query, root, services = self._download
        folder = pathlib.Path(root)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / query.file_name
        try:
            return path if path.is_file() else query.fetch(folder, services)
        except ConnectionError as error:
            raise type(error)(f"{error}; tracers by hand: tracers.path=FILE") from error

    def _near(self, tracers: Positions) -> np.ndarray:
        return tracers.redshift < (np.inf if self.max_redshift is None else self.max_redshift)


def _known(tracers: Positions) -> np.ndarray:
    return np.isfinite(np.stack(tracers)).all(axis=0)


def _once(tracers: Positions) -> np.ndarray:
    first = np.unique(np.column_stack(tracers), axis=0, return_index=True)[1]
    return np.isin(np.arange(len(tracers.ra)), first)


def _sha256(path: pathlib.Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
