import numpy as np
import pytest
from astropy.table import Table

from galexp.environment.alpha40 import alpha40_galaxies, distance_redshift


def test_the_redshift_of_a_distance_follows_the_hubble_law_beyond_ten_megaparsec():
    redshift = distance_redshift(np.array([9.9, 10.0, 10.1, 3e5 / 70, np.nan]))
    np.testing.assert_allclose(redshift, [np.nan, np.nan, 10.1 * 70 / 3e5, 1.0, np.nan])


def test_galaxies_within_ten_megaparsec_are_left_out(tmp_path):
    table = Table({"RAdeg_OC": [1.0, 2.0, 3.0], "DECdeg_OC": [4.0, 5.0, 6.0], "Dist": [9.0, 60.0, 90.0]})
    table.write(tmp_path / "a40.csv")
    galaxies = alpha40_galaxies(tmp_path / "a40.csv")
    np.testing.assert_allclose(galaxies, [[2, 3], [5, 6], [0.014, 0.021]])


def test_another_table_is_refused_by_its_columns(tmp_path):
    Table({"RAdeg_OC": [1.0], "AGCNr": [2]}).write(tmp_path / "mine.csv")
    with pytest.raises(
        ValueError, match=r"mine\.csv has no column DECdeg_OC, Dist; tracers\.alpha40 is the main table"
    ):
        alpha40_galaxies(tmp_path / "mine.csv")


def test_a_table_in_other_units_is_refused(tmp_path):
    Table({"RAdeg_OC": [1.0], "DECdeg_OC": [1.0], "Dist": [0.09]}).write(tmp_path / "a40.csv")
    with pytest.raises(ValueError, match=r"none of 1 rows of .*a40\.csv has a position and Dist above 10 Mpc; check"):
        alpha40_galaxies(tmp_path / "a40.csv")


def test_alpha40_has_the_published_number_of_galaxies_beyond_ten_megaparsec(real_data):
    galaxies = alpha40_galaxies(real_data / "alfalfa/a40.datafile1.csv")
    assert len(galaxies.ra) == 14_932
    assert np.sum((galaxies.ra == 0) & (galaxies.dec == 0)) == 176
