from __future__ import annotations

import dataclasses
import pathlib

import numpy as np
import pytest
from astropy import units
from astropy.table import Table

from galexp.config import UsageError, compose
from galexp.environment.tracers import Tracers
from galexp.target import instantiate


def table(names=("ra", "dec", "z"), rows=8):
    rng = np.random.default_rng(0)
    columns = rng.uniform(0, 360, rows), rng.uniform(-60, 60, rows), rng.uniform(0.01, 0.06, rows)
    return Table(dict(zip(names, columns, strict=True)))


def written(folder, content, name="tracers.fits"):
    content.write(folder / name, overwrite=True)
    return str(folder / name)


@pytest.mark.parametrize("names", [("ra", "dec", "z"), ("RA", "DEC", "Z"), ("RAdeg", "DEdeg", "redshift")])
@pytest.mark.parametrize("suffix", ["fits", "csv", "ecsv"])
def test_the_usual_names_are_found_in_every_format(names, suffix, tmp_path):
    content = table(names)
    tracers, counts = Tracers(written(tmp_path, content, f"tracers.{suffix}")).read()
    np.testing.assert_allclose(tracers, [content[name] for name in names])
    assert set(counts.values()) == {8}


def test_other_names_are_given(tmp_path):
    content = table(("alpha", "delta", "zspec"))
    columns = {"ra": "alpha", "dec": "delta", "redshift": "zspec"}
    tracers, _ = Tracers(written(tmp_path, content), columns=columns).read()
    np.testing.assert_array_equal(tracers.redshift, content["zspec"])


def test_angles_in_another_unit_are_converted(tmp_path):
    content = table()
    expected = np.array(content["ra"])
    content["ra"] = (expected / 15) * units.hourangle
    tracers, _ = Tracers(written(tmp_path, content, "tracers.ecsv")).read()
    np.testing.assert_allclose(tracers.ra, expected)


def test_gaps_repeats_and_far_tracers_are_left_out_and_counted(tmp_path):
    content = table(rows=12)
    content["z"][0], content["ra"][1], content["z"][2] = np.nan, np.inf, 0.07
    for name in content.colnames:
        content[name][3] = content[name][4]
    tracers, counts = Tracers(written(tmp_path, content), max_redshift=0.07).read()
    assert list(counts.values()) == [12, 10, 9, 8]
    np.testing.assert_array_equal(tracers.ra, content["ra"][[3, 5, 6, 7, 8, 9, 10, 11]])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.remove_column("dec"), r"has no column dec or DEC .* for dec; it has ra, z; name another with tr"),
        (lambda t: t.replace_column("z", t["z"] + 20), r"column 'z' of .* holds 20\.\d+, but redshift lies"),
        (
            lambda t: t.replace_column("z", t["z"] * 3e5 * units.km / units.s),
            r"is in km / s, and redshift is expected w",
        ),
        (lambda t: t.replace_column("ra", t["ra"] * units.m), r"is in m, and ra is expected in deg; convert it"),
        (lambda t: t.replace_column("dec", t["ra"] + 100), r"column 'dec' .* but dec lies between -90 and 90; name"),
        (lambda t: t.replace_column("ra", t["ra"].astype(str)), r"column 'ra' of .* is not made of numbers; name"),
        (lambda t: t.remove_rows(slice(0, 4)), r"leaves 4 tracers \(tracers read: 4, .*a fifth neighbor needs at leas"),
    ],
)
def test_a_table_that_cannot_serve_is_an_error_that_says_what_to_do(change, message, tmp_path):
    content = table()
    change(content)
    with pytest.raises(ValueError, match=message):
        Tracers(written(tmp_path, content, "tracers.ecsv")).read()


def test_a_velocity_without_unit_is_refused_as_a_redshift(tmp_path):
    content = table()
    content["z"] *= 3e5
    with pytest.raises(
        ValueError, match=r"redshift lies between -0\.1 and 20; name another with tracers\.columns\.red"
    ):
        Tracers(written(tmp_path, content)).read()


def test_settings_that_cannot_be_meant_are_refused(tmp_path):
    with pytest.raises(UsageError, match=r"tracers\.columns has no 'redshft'; did you mean 'redshift'\?"):
        Tracers("t.fits", columns={"redshft": "z"})
    with pytest.raises(ValueError, match=r"tracers\.footprint_radius is 0 deg; expected more than 0"):
        Tracers("t.fits", footprint_radius=0)
    with pytest.raises(FileNotFoundError, match=r"tracers\.path is null; give the table of tracers with tracers\.path"):
        Tracers(None).read()
    with pytest.raises(FileNotFoundError, match=r"no catalog at .*none\.fits"):
        Tracers(str(tmp_path / "none.fits")).read()


@dataclasses.dataclass
class Query:
    """Stand in for a service: write a table and count how often it is asked."""

    file_name: str = "answer.csv"
    asked: int = 0

    def fetch(self, folder: pathlib.Path, services: object) -> pathlib.Path:
        self.asked += 1
        table().write(folder / self.file_name)
        return folder / self.file_name


def test_without_a_table_the_query_is_asked_once_and_its_answer_kept(tmp_path):
    query = Query()
    tracers = Tracers(None, query=query, root=str(tmp_path / "downloads"), services=object())
    first, again = tracers.read()[0], tracers.read()[0]
    np.testing.assert_array_equal(first, again)
    assert query.asked == 1
    assert Tracers(written(tmp_path, table(rows=6)), query=query).read()[1]["tracers read"] == 6
    assert query.asked == 1


def test_a_service_that_fails_leaves_the_way_of_a_local_table(tmp_path):
    class Failing(Query):
        def fetch(self, folder, services):
            raise ConnectionError("no answer")

    with pytest.raises(ConnectionError, match=r"no answer; tracers by hand: tracers\.path=FILE"):
        Tracers(None, query=Failing(), root=str(tmp_path), services=object()).read()


def test_the_fingerprint_follows_content_and_decisions_and_not_the_place(tmp_path):
    path = written(tmp_path, table())
    fingerprint = Tracers(path).fingerprint()
    assert Tracers(written(tmp_path, table(), "elsewhere.fits")).fingerprint() == fingerprint
    others = [
        Tracers(written(tmp_path, table(rows=9), "other.fits")),
        Tracers(path, max_redshift=0.05),
        Tracers(path, survey="xgass"),
        Tracers(path, reject_near_edge=False),
        Tracers(path, alpha40=path),
    ]
    assert len({fingerprint, *(other.fingerprint() for other in others)}) == 6


def test_the_configuration_says_whose_galaxies_get_a_density():
    settings = compose(["dataset=sdss_metallicity", "tracers=file", "tracers.path=t.fits"])
    tracers = instantiate(settings["tracers"])
    assert (tracers.path, tracers.survey, tracers.max_redshift) == ("t.fits", "sdss_metallicity", None)
    assert "tracers" not in compose([])
