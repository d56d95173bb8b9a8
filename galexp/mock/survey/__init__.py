"""Mock surveys: catalogs with our column names, units and descriptions, ready to be split and rendered.

Each draws parent galaxies of a toy universe, measures their surroundings with the real pipeline, gives them properties
by published relations and keeps what its survey would have kept. Every column is drawn; none is a measurement.
"""

from galexp.mock.survey.alfalfa import mock_alfalfa
from galexp.mock.survey.candidate import check_request
from galexp.mock.survey.gz2 import mock_gz2
from galexp.mock.survey.sdss_metallicity import mock_sdss_metallicity
from galexp.mock.survey.xgass import mock_xgass

__all__ = ["check_request", "mock_alfalfa", "mock_gz2", "mock_sdss_metallicity", "mock_xgass"]
