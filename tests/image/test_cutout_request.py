"""Claims about what is asked for."""

from __future__ import annotations

import dataclasses
import urllib.parse

import numpy as np
import pytest
from astropy.table import Table
from hypothesis import given
from hypothesis import strategies as st

from galexp.config import choices, compose
from galexp.target import instantiate

RA, DEC = st.floats(0, 360), st.floats(-90, 90)
SURVEYS = ("sdss", "legacy")


def survey(name: str, *words: str):
    return instantiate(compose([f"imaging={name}", *words])["imaging"])


@pytest.fixture(scope="module")
def defaults():
    return {name: survey(name) for name in SURVEYS}


@pytest.fixture(scope="module")
def adaptive():
    return survey("sdss", "imaging.radius_column=r90")


def asked(cutout) -> dict[str, str]:
    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(cutout.url).query, strict_parsing=True))


def table(**columns) -> Table:
    rows = len(next(iter(columns.values())))
    return Table({"id": [f"g{row}" for row in range(rows)], **columns})


def test_sdss_is_asked_as_published_with_its_scale_said(defaults):
    found = defaults["sdss"].cutout("1237649770260463687", 150.1, 2.2, 0.396127)
    assert found.url == (
        "https://skyserver.sdss.org/dr14/SkyserverWS/ImgCutout/getjpeg"
        "?ra=150.100000&dec=2.200000&scale=0.396127&width=224&height=224"
    )
    assert found.id == "1237649770260463687"


def test_legacy_is_asked_as_published_and_its_layer_is_recorded():
    legacy = survey("legacy", "imaging.layer=dr8")
    found = legacy.cutout("a", 150.1, -2.2, 0.262)
    assert found.url == (
        "https://www.legacysurvey.org/viewer/cutout.jpg?ra=150.100000&dec=-2.200000&layer=dr8&pixscale=0.262000&size=448"
    )
    assert legacy.store.folder.name == "legacy-dr8-448px-0.262000"


@pytest.mark.parametrize("name", SURVEYS)
def test_the_field_of_the_paper_is_covered(defaults, name):
    images = defaults[name]
    assert images.width * images.pixel_scale / 60 == pytest.approx({"sdss": 1.479, "legacy": 1.956}[name], abs=1e-3)


@given(name=st.sampled_from(SURVEYS), ra=RA, dec=DEC, scale=st.floats(0.01, 10))
def test_an_address_says_the_position_to_a_hundredth_of_an_arcsecond(defaults, name, ra, dec, scale):
    query = asked(defaults[name].cutout("a", ra, dec, scale))
    turned = abs(float(query["ra"]) - ra)
    assert min(turned, 360 - turned) * 3600 < 0.01
    assert 0 <= float(query["ra"]) < 360
    assert abs(float(query["dec"]) - dec) * 3600 < 0.01
    assert float(query.get("scale", query.get("pixscale"))) == pytest.approx(scale, abs=1e-6)
    assert int(query.get("width", query.get("size"))) == defaults[name].width
    assert "e" not in query["ra"] + query["dec"]
    assert not query["dec"].startswith("-0.000000")


@given(RA, DEC, RA, DEC)
def test_two_cutouts_share_a_file_where_they_share_an_address_whatever_their_ids(defaults, ra, dec, ra2, dec2):
    one, other = (defaults["sdss"].cutout(name, *where, 0.4) for name, where in (("a", (ra, dec)), ("b", (ra2, dec2))))
    assert (one.file == other.file) == (one.url == other.url)
    assert dataclasses.replace(one, id="b") == defaults["sdss"].cutout("b", ra, dec, 0.4)


@given(RA, DEC, st.floats(0.01, 1), st.floats(0.01, 1))
def test_adaptive_cutouts_of_two_scales_are_two_files(adaptive, ra, dec, scale, scale2):
    one, other = (adaptive.cutout("a", ra, dec, value) for value in (scale, scale2))
    assert (one.file == other.file) == (one.url == other.url)


@pytest.mark.parametrize("word", ["width=128", "pixel_scale=0.3", "release=dr17", "radius_column=r90"])
def test_whatever_changes_the_image_changes_the_folder(defaults, word):
    other = survey("sdss", f"imaging.{word}")
    assert other.store.folder != defaults["sdss"].store.folder
    assert ("dr17" in other.base_url) == (word == "release=dr17")


def test_the_same_galaxy_in_another_turn_of_the_sky_is_the_same_file(defaults):
    sdss = defaults["sdss"]
    assert sdss.cutout("a", 0.0, 0.0, 0.4) == sdss.cutout("a", 360.0, -0.0, 0.4)


def test_an_adaptive_cutout_has_five_radii_along_a_side_and_the_manifest_no_scale(adaptive):
    catalog = table(ra=[1.0, 2.0, 3.0], dec=[1.0, 2.0, 3.0], r90=[7.5, 15.0, np.nan])
    first, second, none = adaptive.cutouts(catalog)
    assert adaptive.pixel_scale is None
    for found, radius in ((first, 7.5), (second, 15.0)):
        assert float(asked(found)["scale"]) * 224 == pytest.approx(2 * radius / 0.396, rel=1e-5)
    assert none is None


def test_rows_without_a_position_are_not_asked_for(defaults):
    first, second, third = defaults["sdss"].cutouts(table(ra=[1.0, np.nan, 3.0], dec=[1.0, 2.0, np.inf * 0]))
    assert first is not None
    assert (second, third) == (None, None)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"ra": [1.0]}, "cutouts need the column dec, the catalog has id, ra; .*dataset.columns.dec=COLUMN"),
        ({"ra": [1.0, 400.0], "dec": [0.0, 0.0]}, "1 of 2 values of ra are not between 0 and 360 deg, such as 400"),
        ({"ra": [1.0], "dec": [-91.0]}, "values of dec are not between -90 and 90 deg, such as -91"),
    ],
)
def test_positions_that_cannot_be_are_refused(defaults, columns, message):
    with pytest.raises(ValueError, match=message):
        defaults["sdss"].cutouts(table(**columns))


def test_a_column_of_radii_that_is_not_there_is_refused(adaptive):
    with pytest.raises(ValueError, match="cutouts need the column r90"):
        adaptive.cutouts(table(ra=[1.0], dec=[1.0]))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["sdss", "imaging.width=32"], "imaging.width is 32; SkyServer draws 64 to 2048 pixels"),
        (["legacy", "imaging.width=0"], "imaging.width is 0, pixel_scale 0.262; both must be more than 0"),
        (["sdss", "imaging.pixel_scale=null"], "pixel_scale None; both must be more than 0"),
        (
            ["sdss", "imaging.base_url=skyserver.sdss.org"],
            "imaging.base_url is 'skyserver.sdss.org'; it must begin with",
        ),
        (["legacy", "imaging.layer=../dr8"], r"'../dr8' is no legacy release: letters, digits"),
        (["sdss", "imaging.fetcher.connections=0"], "connections is 0; it must be more than 0"),
        (["sdss", "imaging.fetcher.read_timeout=-1"], r"read_timeout is -1; it must be more than 0"),
    ],
)
def test_settings_that_cannot_be_are_refused(words, message):
    name, *rest = words
    with pytest.raises(ValueError, match=message):
        survey(name, *rest)


@pytest.mark.parametrize("name", SURVEYS)
def test_help_says_that_the_live_service_was_never_met(defaults, name):
    assert "never met live" in choices()["imaging"][name]
    assert "Never exercised against the live service" in type(defaults[name]).__doc__
