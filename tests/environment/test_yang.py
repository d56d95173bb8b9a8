import numpy as np
import pytest

from galexp.environment.yang import YangGroups

GALAXIES = """\
1 501 10.0 1.0 0.02 17.1 17.6 0.98 -19.1 0.61 -19.2 0.60 1
2 502 10.1 1.0 0.02 17.2 17.6 0.98 -19.3 0.71 -19.2 0.70 1
3 503 20.0 2.0 0.03 16.1 17.6 0.97 -20.1 0.41 -20.2 0.40 1
4 504 30.0 3.0 0.04 15.1 17.6 0.96 -21.1 0.81 -21.2 0.80 3
"""
MEMBERS = """\
4 504 0 2 2
2 502 77 1 2
1 501 77 2 1
3 503 5 1 1
"""


@pytest.fixture
def files(tmp_path):
    (tmp_path / "SDSS7").write_text(GALAXIES)
    (tmp_path / "imodelB_1").write_text(MEMBERS)
    return str(tmp_path / "SDSS7"), str(tmp_path / "imodelB_1")


@pytest.mark.parametrize(("central", "is_central"), [("most_massive", [0, 0, 1, 1]), ("brightest", [0, 1, 0, 1])])
def test_members_get_their_place_by_galaxy_and_groups_their_size(central, is_central, files):
    members = YangGroups(*files, central=central).read()
    np.testing.assert_array_equal(members["ra"], [30.0, 10.1, 10.0, 20.0])
    np.testing.assert_array_equal(members["group_id"], [-1, 77, 77, 5])
    np.testing.assert_array_equal(members["richness"], [0, 2, 2, 1])
    np.testing.assert_array_equal(members["is_central"], np.array(is_central, bool))


@pytest.mark.parametrize(
    ("which", "old", "new", "message"),
    [
        (1, "4 504", "4 505", r"1 of 4 rows of .*imodelB_1 name another galaxy or row of the NYU-VAGC than .*SDSS7"),
        (1, "4 504", "9 504", r"1 of 4 rows of .*imodelB_1 name another galaxy"),
        (1, "77 1 2", "77 1 3", r"imodelB_1 has 1 rows of 4 whose columns 3 to 5 are no group and two flags of 1 or 2"),
        (1, "1 501 77", "2 502 77", r"imodelB_1 has 0 rows of 4 .*or a galaxy twice; expected the file of members"),
        (1, "77 1 2", "77 1", r"imodelB_1 is not 5 or more columns of numbers between blanks \(.*\); give a published"),
        (0, "20.0 2.0", "20.0 -92.0", r"SDSS7 has 1 rows of 4 whose columns 3 to 5 are no right ascension"),
        (0, "20.0 2.0", "twenty 2.0", r"SDSS7 is not 5 or more columns of numbers"),
        (
            0,
            "3 503",
            "4 503",
            r"SDSS7 has 0 rows of 4 .*or a galaxy twice; expected the file of galaxies, such as SDSS7",
        ),
    ],
)
def test_files_of_another_layout_or_release_are_refused(which, old, new, message, files, tmp_path):
    path = tmp_path / ("SDSS7", "imodelB_1")[which]
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(ValueError, match=message):
        YangGroups(*files).read()


def test_files_in_the_wrong_place_are_refused(files):
    with pytest.raises(ValueError, match=r"columns 3 to 5 are no"):
        YangGroups(files[1], files[0]).read()


def test_a_file_that_is_missing_is_named(files):
    with pytest.raises(FileNotFoundError, match=r"groups\.galaxies is None, which is no file; give .*galaxies=SDSS7"):
        YangGroups(None, files[1]).read()
    with pytest.raises(FileNotFoundError, match=r"groups\.members is 'none', which is no file; give .*=imodelB_1"):
        YangGroups(files[0], "none").read()


def test_settings_that_cannot_be_meant_are_refused(files):
    with pytest.raises(ValueError, match=r"groups\.central is 'median' and .* expected brightest or most_massive"):
        YangGroups(*files, central="median")
    with pytest.raises(ValueError, match=r"groups\.tolerance 0; expected .* more than 0 arcsec"):
        YangGroups(*files, tolerance=0)


def test_the_fingerprint_follows_content_and_decisions(files, tmp_path):
    fingerprint = YangGroups(*files).fingerprint()
    assert YangGroups(*files, central="brightest").fingerprint() != fingerprint
    (tmp_path / "SDSS7").write_text(GALAXIES.replace("0.04", "0.05"))
    assert YangGroups(*files).fingerprint() != fingerprint
