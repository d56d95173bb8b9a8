import numpy as np
import pytest
from astropy.table import Table

from galexp.environment.attach import with_groups
from galexp.environment.group import env_code
from galexp.environment.yang import YangGroups

ARCSEC = 1 / 3600


@pytest.fixture
def groups(tmp_path):
    """Three groups on the equator: 7 with galaxies at ra 10 and 11, 8 with one at 20, and one galaxy in none."""
    (tmp_path / "SDSS7").write_text("1 1 10 0 0.02\n2 2 11 0 0.02\n3 3 20 0 0.03\n4 4 30 0 0.03\n")
    (tmp_path / "imodelB_1").write_text("1 1 7 1 1\n2 2 7 2 2\n3 3 8 1 1\n4 4 0 2 2\n")
    return YangGroups(str(tmp_path / "SDSS7"), str(tmp_path / "imodelB_1"))


def catalog(*ra):
    return Table({"id": [f"g{row}" for row in range(len(ra))], "ra": np.array(ra), "dec": np.zeros(len(ra))})


def test_every_galaxy_gets_its_group_richness_and_code(groups):
    table, counts = with_groups(catalog(20.0, 10.0, 11.0 + 2.9 * ARCSEC, 30.0, 40.0, np.nan), groups)
    np.testing.assert_array_equal(table["group_id"], [8, 7, 7, -1, -1, -1])
    np.testing.assert_array_equal(table["group_richness"], [1, 2, 2, 0, 0, 0])
    np.testing.assert_array_equal(table["env_code"], [1, 2, 0, -1, -1, -1])
    assert counts == {"in the group catalog": 4, "isolated centrals": 1, "group centrals": 1, "satellites": 1}


def test_beyond_the_tolerance_there_is_no_match(groups):
    table, _ = with_groups(catalog(10.0, 11.0 + 3.1 * ARCSEC), groups)
    np.testing.assert_array_equal(table["group_id"], [7, -1])


def test_two_galaxies_at_one_member_are_refused_by_name(groups):
    with pytest.raises(ValueError, match=r"1 galaxies, such as g1, lie within 3 arcsec of a member that a nearer"):
        with_groups(catalog(10.0, 10.0 + 2 * ARCSEC, 20.0), groups)


def test_no_match_at_all_is_refused(groups):
    with pytest.raises(ValueError, match="none of 2 galaxies lies within 3 arcsec of one of 4 in the group catalog"):
        with_groups(catalog(50.0, 60.0), groups)


def test_a_catalog_without_positions_is_refused(groups):
    with pytest.raises(ValueError, match="groups need the columns ra and dec; the catalog lacks ra and has id, dec"):
        with_groups(catalog(10.0)["id", "dec"], groups)


def test_codes_of_xgass_follow_from_its_own_groups(real_data):
    xgass = Table.read(real_data / "xgass/xGASS_representative_sample.fits")
    code, richness = (np.asarray(xgass[name]) for name in ("env_code_B", "Ngal_B"))
    group = np.where(code >= 0, xgass["group_id_B"], -1)
    np.testing.assert_array_equal(env_code(group, richness, (code == 1) | (code == 2)), code)
    assert [int(np.sum(code == value)) for value in (1, 0, 2, -1)] == [541, 352, 262, 24]
