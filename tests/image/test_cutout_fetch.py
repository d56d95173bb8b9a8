"""Claims about fetching, made against a real server in this process that misbehaves on purpose."""

from __future__ import annotations

import collections
import json
import re
import signal
import time

import image_server
import numpy as np
import pytest

from galexp.config import compose
from galexp.image.codec import decode
from galexp.image.cutout.pace import Pace
from galexp.target import instantiate

QUICK = (
    "imaging.width=64",
    "imaging.fetcher.connections=8",
    "imaging.fetcher.requests_per_second=100000",
    "imaging.fetcher.connect_timeout=2",
    "imaging.fetcher.read_timeout=0.4",
    "imaging.fetcher.request_timeout=1.5",
    "imaging.fetcher.first_wait=0.01",
)


@pytest.fixture
def ask(tmp_path):
    """Return a function that makes the images of a survey from a server."""

    def make(server, *words, name="sdss", root="downloads"):
        node = compose([f"imaging={name}", f"imaging.base_url={server.url}", *QUICK, *words])["imaging"]
        return instantiate({**node, "root": str(tmp_path / root)})

    return make


def positions(images, catalog):
    return [f"{cutout.ra:.6f} {cutout.dec:.6f}" for cutout in images.cutouts(catalog)]


def journal(images):
    return [json.loads(line) for line in images.store.journal.read_text().splitlines()]


def latest(images):
    return {line["id"]: line for line in journal(images)}


def spread(places, faults, share=0.2):
    """Give every fault, once or in pairs, to the first part of the places."""
    count = int(share * len(places))
    return {
        place: [faults[row % len(faults)], *([faults[row // len(faults) % len(faults)]] if row % 3 == 0 else [])]
        for row, place in enumerate(places[:count])
    }


def test_every_passing_fault_is_outlived_and_each_image_given_once(serve, ask, sky):
    server = serve()
    images, catalog = ask(server), sky(65)
    places = positions(images, catalog)
    server.faults = spread(places, image_server.PASSING)
    assert images.available(catalog).all()
    assert server.given() == dict.fromkeys(places, 1)
    assert {what for _, _, what in server.asked} == {*image_server.PASSING, "image"}
    given = dict(images.images(catalog))
    assert list(given) == catalog["id"].tolist()
    assert given == {name: server.image(place, 64) for name, place in zip(catalog["id"], places, strict=True)}


def test_the_journal_has_a_line_for_each_object_with_its_attempts_hash_and_time(serve, ask, sky):
    server = serve()
    images, catalog = ask(server), sky(3)
    places = positions(images, catalog)
    server.faults = {places[1]: ["500", "empty"], places[2]: ["404", "forever"]}
    before = time.time()
    images.available(catalog)
    lines = latest(images)
    whole, late, absent = (lines[name] for name in catalog["id"])
    assert [line["status"] for line in (whole, late, absent)] == ["fetched", "fetched", "absent"]
    assert [line["attempts"] for line in (whole, late, absent)] == [1, 3, 1]
    assert absent["problem"] == "status 404"
    for line, place in ((whole, places[0]), (late, places[1])):
        image = server.image(place, 64)
        assert (line["size"], line["sha256"]) == (len(image), image_server.hashlib.sha256(image).hexdigest())
        assert (images.store.folder / line["file"]).read_bytes() == image
        assert line["url"].startswith(f"{server.url}?ra={place.split()[0]}")
    assert before - 1 < np.datetime64(whole["time"].removesuffix("+00:00")).astype("int64") / 1000 < time.time() + 1
    assert len(journal(images)) == 3


@pytest.mark.parametrize("fault", ["404", "410"])
def test_what_is_not_there_is_asked_for_once_and_not_again(serve, ask, sky, fault):
    server = serve()
    images, catalog = ask(server), sky(5)
    gone = positions(images, catalog)[2]
    server.faults = {gone: [fault, "forever"]}
    for _ in range(2):
        assert ask(server).available(catalog).tolist() == [True, True, False, True, True]
    assert server.answers[gone] == 1
    assert len(server.asked) == 5


def test_what_failed_is_asked_for_again_only_when_told_to(serve, ask, sky, capsys):
    server = serve()
    images, catalog = ask(server), sky(6)
    places = positions(images, catalog)
    server.faults = {places[0]: ["html"] * 6, places[1]: ["404", "404"]}
    assert images.available(catalog).tolist() == [False, False, True, True, True, True]
    assert server.answers[places[0]] == 4
    assert latest(images)[catalog["id"][0]]["problem"].startswith("no JPEG but")
    out = " ".join(capsys.readouterr().out.split())
    assert "4 of 6 rows have a cutout (1 failed, 1 absent); " in out
    assert "journal.jsonl says why, imaging.retry_failed=true asks again" in out
    ask(server).available(catalog)
    assert (server.answers[places[0]], server.answers[places[1]]) == (4, 1)
    again = ask(server, "imaging.retry_failed=true")
    assert again.available(catalog).tolist() == [True, False, True, True, True, True]
    assert ask(server, "imaging.retry_failed=true").available(catalog).all()
    assert server.given() == dict.fromkeys(places, 1)


def test_what_failed_at_one_address_is_asked_for_at_another(serve, ask, sky):
    server, mirror = serve(), serve()
    images, catalog = ask(server), sky(3)
    server.faults = {positions(images, catalog)[1]: ["404", "forever"]}
    images.available(catalog)
    assert ask(mirror).available(catalog).all()
    assert mirror.given() == {positions(images, catalog)[1]: 1}


def test_another_dataset_with_other_ids_finds_the_same_galaxy_and_the_same_id_elsewhere_does_not(serve, ask, sky):
    server = serve()
    catalog = sky(4)
    first = ask(server)
    first.available(catalog)
    renamed = catalog.copy()
    renamed["id"] = [f"AGC{row}" for row in range(4)]
    second = ask(server)
    assert second.available(renamed).all()
    assert len(server.asked) == 4
    assert list(dict(second.images(renamed)).values()) == list(dict(first.images(catalog)).values())
    assert second.fingerprint(renamed) == first.fingerprint(catalog)
    moved = sky(4, seed=1)
    third = ask(server)
    third.available(moved)
    assert len(server.asked) == 8
    assert dict(third.images(moved)) != dict(first.images(catalog))
    assert dict(first.images(catalog)) == dict(ask(server).images(catalog))


def test_one_galaxy_in_two_rows_is_fetched_once(serve, ask, sky):
    server = serve()
    catalog = sky(2)
    catalog["ra"], catalog["dec"] = 10.0, 20.0
    images = ask(server)
    assert images.available(catalog).all()
    assert len(server.asked) == 1
    assert set(dict(images.images(catalog))) == set(catalog["id"])


def test_blank_images_are_kept_and_flagged(serve, ask, sky):
    server = serve()
    images, catalog = ask(server), sky(4)
    places = positions(images, catalog)
    server.faults = {place: ["blank"] for place in places[:2]}
    assert images.available(catalog).all()
    assert [latest(images)[name]["status"] for name in catalog["id"]] == ["blank", "blank", "fetched", "fetched"]
    assert dict(images.images(catalog))[catalog["id"][0]] == image_server.draw("blank", 64)


def test_as_many_connections_as_told_and_no_more(serve, ask, sky):
    server = serve(delay=0.1)
    ask(server, "imaging.fetcher.connections=3").available(sky(12))
    assert server.most == 3


def test_requests_are_no_faster_than_told_and_say_who_asks(serve, ask, sky):
    server = serve()
    ask(server, "imaging.fetcher.requests_per_second=40").available(sky(21))
    times = [moment for moment, _, _ in server.asked]
    assert times[-1] - times[0] >= 20 / 40 - 0.05
    assert all(agent.startswith("galexp/") for agent in server.agents)


@pytest.mark.parametrize("fault", ["429", "429 date", "503"])
def test_a_service_that_wants_to_be_left_alone_is_left_alone_by_all_connections(serve, ask, sky, fault, monkeypatch):
    server = serve(retry_after="1")
    images, catalog = ask(server), sky(60)
    server.faults = {positions(images, catalog)[20]: [fault]}
    turn, hold, turns, holds = Pace.turn, Pace.hold, [], []

    async def noted_turn(pace):
        await turn(pace)
        turns.append(time.monotonic())

    def noted_hold(pace, seconds):
        holds.append((seconds, len(turns), time.monotonic() + seconds))
        hold(pace, seconds)

    monkeypatch.setattr(Pace, "turn", noted_turn)
    monkeypatch.setattr(Pace, "hold", noted_hold)
    images.available(catalog)
    seconds, before, end = max(holds)
    assert 0 < seconds <= 2
    assert min(turns[before:]) >= end
    assert server.given().total() == 60


def test_a_service_that_wants_to_be_left_alone_for_too_long_ends_the_command(serve, ask, sky):
    server = serve(retry_after="3600")
    images, catalog = ask(server), sky(30)
    server.faults = {positions(images, catalog)[20]: ["429"]}
    with pytest.raises(
        ConnectionError, match=r"getjpeg wants to be left alone for 3,600 s \(status 429\), longer than"
    ):
        images.available(catalog)
    assert ask(server).available(catalog).all()
    assert server.given().total() <= 30 + images.fetcher.connections


@pytest.mark.parametrize("fault", ["silent", "trickle", "reset", "500", "html", "404"])
def test_a_service_that_gives_no_image_ends_in_a_sentence_and_marks_no_object(serve, ask, sky, fault):
    server = serve({"*": [fault, "forever"]})
    patience = ["imaging.fetcher.request_timeout=60"] if fault == "silent" else []
    images, catalog = ask(server, "imaging.fetcher.give_up_after=10", *patience), sky(20)
    message = rf"^{re.escape(server.url)} gave no image in 10 attempts in a row \(the last: .*\); 0 images are kept in "
    with pytest.raises(ConnectionError, match=message):
        images.available(catalog)
    assert len(server.asked) < 10 + images.fetcher.connections
    server.faults = {}
    assert ask(server).available(catalog).all()


def test_a_service_that_is_not_there_ends_in_a_sentence(serve, ask, sky):
    images = ask(serve(), "imaging.base_url=http://127.0.0.1:9/getjpeg", "imaging.fetcher.give_up_after=9")
    with pytest.raises(ConnectionError, match=r"127\.0\.0\.1:9/getjpeg gave no image in 9 attempts"):
        images.available(sky(3))


def test_three_objects_that_all_fail_are_the_services_fault(serve, ask, sky):
    server = serve({"*": ["404", "forever"]})
    with pytest.raises(ConnectionError, match=r"gave no image in 3 attempts in a row \(the last: status 404"):
        ask(server).available(sky(3))


def test_an_outage_in_the_middle_loses_nothing_and_marks_no_object(serve, ask, sky):
    server = serve()
    images, catalog = ask(server, "imaging.fetcher.give_up_after=20"), sky(60)
    places = positions(images, catalog)
    server.faults = {place: ["503", "forever"] for place in places[30:]}
    with pytest.raises(
        ConnectionError, match=r"20 attempts in a row .* 30 images are kept in .*: give the same command"
    ):
        images.available(catalog)
    server.faults = {}
    assert ask(server).available(catalog).all()
    assert server.given() == dict.fromkeys(places, 1)


def test_objects_missing_from_a_service_that_has_others_are_no_outage(serve, ask, sky):
    server = serve()
    images, catalog = ask(server, "imaging.fetcher.give_up_after=10"), sky(60)
    server.faults = {place: ["404", "forever"] for place in positions(images, catalog)[10:]}
    assert images.available(catalog).sum() == 10


def test_an_interruption_loses_nothing(serve, ask, sky, monkeypatch):
    server = serve()
    images, catalog = ask(server), sky(60)
    keep, kept = type(images.store).keep, []

    def interrupted(self, *facts, **more):
        keep(self, *facts, **more)
        kept.append(facts[0])
        if len(kept) == 20:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(type(images.store), "keep", interrupted)
    with pytest.raises(KeyboardInterrupt):
        images.available(catalog)
    asked_before = collections.Counter(f"{cutout.ra:.6f} {cutout.dec:.6f}" for cutout in kept)
    monkeypatch.setattr(type(images.store), "keep", keep)
    assert ask(server).available(catalog).all()
    assert {place: server.given()[place] for place in asked_before} == asked_before


def test_everything_that_was_kept_decodes(serve, ask, sky):
    server = serve()
    images, catalog = ask(server, name="legacy"), sky(3)
    assert images.available(catalog).all()
    for name, image in images.images(catalog):
        assert decode(image, name).shape == (64, 64, 3)
    assert {query["layer"] for query in server.queries} == {"ls-dr10"}
    assert {query["pixscale"] for query in server.queries} == {"0.262000"}
