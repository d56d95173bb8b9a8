"""ALFALFA alpha.40: H I gas fractions of galaxies that a blind survey of H I found (Haynes+ 2011)."""

from __future__ import annotations

import pathlib
from collections.abc import Mapping, Sequence

import numpy as np
from astropy.table import Table

from galexp.catalog.match import MATCHED, left_join
from galexp.catalog.read import as_texts, read_catalog
from galexp.config import UsageError, nearest
from galexp.dataset.alfalfa_columns import COLUMNS, DURBALA_COLUMNS, FLAGS, FROM_MPA_JHU
from galexp.dataset.alfalfa_tables import DR7, DURBALA_2020, MAIN_TABLE, MPA_JHU_TABLE
from galexp.dataset.base import Column, Cut, Dataset
from galexp.dataset.column import COUNTS
from galexp.dataset.mpa_jhu import KEY, PUBLISHED, read_mpa_jhu
from galexp.dataset.tables import MAIN
from galexp.mock.survey import mock_alfalfa

MASSES = {"mpa_jhu": MPA_JHU_TABLE, "durbala2020": DURBALA_2020}
SAMPLES = ("a40A", "a40B")
_PHOTOMETRY = {
    "mpa_jhu": ("mag_r", "u_minus_r", "g_minus_r", "log_r50"),
    "durbala2020": ("mag_r", "u_minus_r", "g_minus_i"),
}
_PUBLISHED = {"read": 15855, "in the DR7 table": 12468, "OCcode I": 11739, "H I mass": 11731}
_PUBLISHED_MPA_JHU = PUBLISHED | {"stellar mass": 7411}
_PUBLISHED_SAMPLES = {
    "a40A": {"of these in_a40B": 4797, "with an image": 7399},
    "a40B": {"sample a40B": 4797},
}


class ALFALFA(Dataset):
    """The alpha.40 catalog of 15,855 H I sources, those with an SDSS DR7 counterpart and a stellar mass.

    The target is log10(M_HI / M*) = logMsun - log10(M*). M_HI uses the catalog's distance (a flow model below
    6000 km/s) and M* the redshift's, as in Wu (2020), whose steps and counts are followed: DR7 table, optical
    counterpart ``I``, H I mass, stellar mass by the DR7 identifier, exactly. Its 11,731 H I masses are not reproduced
    by the published files, in which all 11,739 have one.

    Positions are those of the optical counterpart; the catalog writes 0, 0 for the 1,014 sources without one, which
    becomes NaN (the published code of the overdensities took them for galaxies at that place).
    ``redshift`` is Vhelio / c, negative for a few nearby galaxies.

    Args:
        catalog: ``survey``, a folder with the tables under their published names, or the path of the main table.
        targets: Columns to be learned.
        columns: As in :class:`Dataset`, for names in the joined table.
        tables: Paths of ``dr7`` and ``stellar_mass``; None for those that lie beside the main table.
        stellar_mass: ``mpa_jhu`` (as published), or ``durbala2020`` (logMstarTaylor, joined by AGC).
        sample: ``a40A`` for all with a stellar mass; ``a40B`` for those with a metallicity and a star-formation rate
            too, which only ``mpa_jhu`` has.

    Raises:
        UsageError: for an option, a table or a combination that does not exist.
    """

    name = "alfalfa"
    identifiers = ("AGCNr",)
    columns: tuple[Column, ...] = COLUMNS

    def __init__(
        self,
        catalog: str,
        targets: Sequence[str],
        columns: Mapping[str, str] | None = None,
        tables: Mapping[str, str | None] | None = None,
        stellar_mass: str = "mpa_jhu",
        sample: str = "a40A",
    ) -> None:
        _check_options(stellar_mass, sample, tables or {})
        is_mpa_jhu = stellar_mass == "mpa_jhu"
        self.columns = (*COLUMNS, *(FLAGS if is_mpa_jhu else DURBALA_COLUMNS))
        super().__init__(catalog, targets, columns)
        self.given = dict(tables or {})
        self.stellar_mass, self.sample = stellar_mass, sample
        self.tables = (MAIN_TABLE, DR7, MASSES[stellar_mass])
        self.photometry = _PHOTOMETRY[stellar_mass]
        self.published = _PUBLISHED | (_PUBLISHED_MPA_JHU | _PUBLISHED_SAMPLES[sample] if is_mpa_jhu else {})
        self.cuts = (*_CUTS, *([_A40B] if sample == "a40B" else []))
        self.tallies = ("in_a40B",)

    def draw(self, objects: int | None, seed: int, stripping: float) -> Table:
        """Draw a mock of ``objects`` galaxies (7,399 where None); see :func:`galexp.mock.survey.mock_alfalfa`."""
        return mock_alfalfa(objects, seed, stripping)

    def load(self, files: Mapping[str, pathlib.Path], text: Sequence[str]) -> Table:
        """Join the DR7 table and the stellar masses to the main table, a row for each of its 15,855.

        Raises:
            ValueError: for a table without the column that it is joined by, identifiers that are repeated or have lost
                digits, or tables that share no identifier.
        """
        main = self._with_texts(files[MAIN], text, self.renamed.get("id", "AGCNr"))
        other = self._with_texts(files["dr7"], (*text, "SpectObjID"), "AGCNr", "PhotoObjID")
        joined = _joined(main, other, (self.renamed.get("id", "AGCNr"), "AGCNr"), files["dr7"])
        joined.rename_column(MATCHED, "in_dr7_table")
        path = files["stellar_mass"]
        if self.stellar_mass == "durbala2020":
            masses = self._with_texts(path, text, "AGC")
            joined = _joined(joined, masses, (self.renamed.get("id", "AGCNr"), "AGC"), path)
        else:
            masses = read_mpa_jhu(path, FROM_MPA_JHU)
            joined = _joined(joined, masses, ("PhotoObjID", KEY), path, FROM_MPA_JHU)
            joined.meta[COUNTS] = masses.meta[COUNTS]
            self._check_sample(joined, path)
        joined.remove_column(MATCHED)
        return joined

    def _with_texts(self, path: pathlib.Path, text: Sequence[str], *keys: str) -> Table:
        table = read_catalog(path, text=(*text, *keys))
        for key in keys:
            if key not in table.colnames:
                raise ValueError(f"{path} has no column {key} to join by; it has {', '.join(table.colnames)}")
            try:
                table[key] = as_texts(np.asarray(table[key]), key)
            except ValueError as error:
                raise ValueError(f"{path}: {error}") from error
        return table

    def _check_sample(self, joined: Table, path: pathlib.Path) -> None:
        absent = [name for name in ("oh_p50", "sfr_tot_p50") if name not in joined.colnames]
        if self.sample == "a40B" and absent:
            raise ValueError(f"dataset.sample=a40B needs {' and '.join(absent)}, which {path} lacks; give a40A")


def _joined(table: Table, other: Table, keys: tuple[str, str], path: pathlib.Path, only: tuple[str, ...] = ()) -> Table:
    try:
        return left_join(table, other, *keys, only=only)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def _check_options(stellar_mass: str, sample: str, tables: Mapping[str, str | None]) -> None:
    for name, value, known in (("stellar_mass", stellar_mass, MASSES), ("sample", sample, SAMPLES)):
        if value not in known:
            raise UsageError(f"unknown dataset.{name} {value!r}; {nearest(value, known)}")
    for key in tables:
        if key not in (DR7.key, MPA_JHU_TABLE.key):
            raise UsageError(f"dataset.tables has no {key!r}; {nearest(key, (DR7.key, MPA_JHU_TABLE.key))}")
    if sample == "a40B" and stellar_mass != "mpa_jhu":
        raise UsageError(
            f"dataset.sample=a40B needs metallicities and star-formation rates, which stellar_mass={stellar_mass} does "
            "not have; give dataset.stellar_mass=mpa_jhu"
        )


_CUTS = (
    Cut("in the DR7 table", ("in_dr7_table",), lambda table: np.asarray(table["in_dr7_table"], dtype=bool)),
    Cut("OCcode I", ("counterpart_code",), lambda table: np.asarray(table["counterpart_code"]) == "I"),
    Cut("H I mass", ("log_hi_mass",), lambda table: np.isfinite(table["log_hi_mass"])),
    Cut("stellar mass", ("log_stellar_mass",), lambda table: np.isfinite(table["log_stellar_mass"])),
)
_A40B = Cut("sample a40B", ("in_a40B",), lambda table: np.asarray(table["in_a40B"], dtype=bool))
