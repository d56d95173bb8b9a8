"""Claims about pictures that a service gives where it has no image, made against a real server in this process."""

from __future__ import annotations

import pytest

from galexp.config import compose
from galexp.target import instantiate

QUICK = ("imaging.width=64", "imaging.fetcher.requests_per_second=100000", "imaging.fetcher.first_wait=0.01")


@pytest.fixture
def ask(tmp_path):
    """Return a function that makes the images of a survey from a server."""

    def make(server, *words):
        node = compose(["imaging=sdss", *QUICK, *words])["imaging"]
        return instantiate({**node, "root": str(tmp_path / "downloads"), "base_url": server.url})

    return make


def positions(images, catalog):
    return [f"{cutout.ra:.6f} {cutout.dec:.6f}" for cutout in images.cutouts(catalog)]


def test_the_same_bytes_in_two_places_of_the_sky_are_a_placeholder(serve, ask, sky, capsys):
    server = serve()
    images, catalog = ask(server), sky(5)
    places = positions(images, catalog)
    server.faults = {place: ["placeholder"] for place in places[:2]}
    expected = [False, False, True, True, True]
    assert images.available(catalog).tolist() == expected
    assert "(2 identical)" in " ".join(capsys.readouterr().out.split())
    assert images.store.records[images.cutouts(catalog)[0].file].status == "identical"
    assert ask(server).available(catalog).tolist() == expected
    assert len(server.asked) == 5
    assert ask(server, "imaging.retry_failed=true").available(catalog).all()


def test_a_placeholder_whose_retry_meets_an_error_page_does_not_become_a_galaxy(serve, ask, sky):
    server = serve()
    images, catalog = ask(server), sky(4)
    places = positions(images, catalog)
    server.faults = {place: ["placeholder", *["html"] * 4] for place in places[:2]}
    expected = [False, False, True, True]
    assert images.available(catalog).tolist() == expected
    assert ask(server, "imaging.retry_failed=true").available(catalog).tolist() == expected
    assert ask(server).available(catalog).tolist() == expected
    assert ask(server, "imaging.retry_failed=true").available(catalog).all()


def test_placeholders_are_found_by_the_next_command_where_one_was_killed_before_it_looked(serve, ask, sky, monkeypatch):
    server = serve()
    images, catalog = ask(server), sky(4)
    server.faults = {place: ["placeholder"] for place in positions(images, catalog)[:2]}

    def killed(self):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(type(images.store), "flag_identical", killed)
        with pytest.raises(KeyboardInterrupt):
            images.available(catalog)
    assert len(server.asked) == 4
    assert ask(server).available(catalog).tolist() == [False, False, True, True]
    assert len(server.asked) == 4


def test_the_same_bytes_a_few_arcseconds_apart_are_one_galaxy(serve, ask, sky):
    server = serve()
    images, catalog = ask(server), sky(2)
    catalog["ra"], catalog["dec"] = [10.0, 10.0], [20.0, 20.0 + 1 / 3600]
    server.faults = {place: ["placeholder"] for place in positions(images, catalog)}
    assert images.available(catalog).all()
