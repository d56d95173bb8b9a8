"""The tables of alpha.40: their published names and where they can be downloaded."""

from __future__ import annotations

from galexp.catalog.download import WebFile
from galexp.catalog.query import VizierTable
from galexp.dataset.mpa_jhu import MPA_JHU
from galexp.dataset.tables import MAIN, PublishedTable

MAIN_TABLE = PublishedTable(
    MAIN, ("a40.datafile1.csv",), (WebFile("cornell", "alfalfa/data/a40files/a40.datafile1.csv"),)
)
DR7 = PublishedTable("dr7", ("a40.datafile3.csv",), (WebFile("cornell", "alfalfa/data/a40files/a40.datafile3.csv"),))
MPA_JHU_TABLE = PublishedTable("stellar_mass", ("SDSS_basic_data.csv",), (MPA_JHU,))
DURBALA_2020 = PublishedTable(
    "stellar_mass",
    ("durbala2020_table2.fits", "durbala2020-table2.21-Sep-2020.fits"),
    (
        WebFile("cornell", "alfalfa/data/durbala2020-table2.21-Sep-2020.fits.gz"),
        VizierTable("durbala2020_vizier", "J/AJ/160/271/table2"),
    ),
)
