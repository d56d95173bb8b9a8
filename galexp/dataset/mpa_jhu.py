"""Stellar masses, metallicities and star-formation rates of SDSS spectra, measured at MPA and JHU."""

from __future__ import annotations

import pathlib
from collections.abc import Sequence

import numpy as np
from astropy.table import Table

from galexp.catalog.match import occurs_once
from galexp.catalog.query import SqlQuery
from galexp.catalog.read import as_texts, read_catalog
from galexp.dataset.column import COUNTS

KEY = "DR7ObjID"
MASS = "lgm_tot_p50"
PERCENTILES = tuple(
    f"{quantity}_p{percent}" for quantity in ("oh", "lgm_tot", "sfr_tot") for percent in ("16", "50", "84")
)
MAGNITUDES = tuple(f"modelMag_{band}" for band in "ugriz")
JOINS = (
    "SpecObj AS S JOIN Galaxy AS G ON G.objID = S.bestObjID JOIN GalSpecLine AS L ON L.specObjID = S.specObjID "
    "JOIN GalSpecInfo AS I ON I.specObjID = S.specObjID JOIN GalSpecExtra AS E ON E.specObjID = S.specObjID"
)
MPA_JHU = SqlQuery(
    name="mpa_jhu",
    key="S.specObjID",
    columns=(
        "G.objID",
        f"P.dr7objid AS {KEY}",
        *(f"G.{name}" for name in (*MAGNITUDES, "petroR50_r", "petroR90_r")),
        "E.bptclass",
        *(f"E.{name}" for name in PERCENTILES),
    ),
    tables=f"{JOINS} JOIN PhotoObjDR7 AS P ON P.dr8objid = S.bestObjID",
)
"""The query behind Wu (2020)'s SDSS_basic_data.csv of 717,778 rows, with the columns that are used."""
_READ, _ONCE, _WITH_MASS = (f"MPA-JHU table: {step}" for step in ("read", f"every {KEY} once", f"{MASS} > 0"))
PUBLISHED = {_READ: 717778, _WITH_MASS: 648000}
"""Step of reading that table -> the number of rows that Wu (2020) has after it."""


def read_mpa_jhu(path: str | pathlib.Path, only: Sequence[str] = (MASS,)) -> Table:
    """Read the table, a row for each DR7 photometric object that has a stellar mass.

    Every row of an object that occurs more than once is dropped (which of them is right cannot be told), and so are
    rows without ``lgm_tot_p50 > 0``, which stands for "not measured" at -9999. ``meta[COUNTS]`` says how many are left
    after each step, under the names that ``PUBLISHED`` has.

    Args:
        path: A table with ``DR7ObjID`` (integers or texts) and ``lgm_tot_p50``.
        only: The columns that are wanted, ``lgm_tot_p50`` among them.

    Raises:
        ValueError: where one of the two columns is not there, identifiers have lost digits, or nothing is left.
    """
    table = read_catalog(path, text=(KEY,), only=(KEY, *only))
    for name in (KEY, MASS):
        if name not in table.colnames:
            raise ValueError(
                f"{path} has no column {name} (of those that are used it has {', '.join(table.colnames) or 'none'}); "
                "expected the MPA-JHU table with the DR7 identifier of each object"
            )
    try:
        table[KEY] = as_texts(np.asarray(table[KEY]), KEY)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error
    counts = {_READ: len(table)}
    table = table[occurs_once(np.asarray(table[KEY]))]
    counts[_ONCE] = len(table)
    table = table[np.asarray(table[MASS]) > 0]
    counts[_WITH_MASS] = len(table)
    if not len(table):
        raise ValueError(f"no row of {path} has a {KEY} of its own and {MASS} > 0 ({counts}); check these columns")
    table.meta[COUNTS] = counts
    return table
