"""Claims about `prepare` with images from a real server in this process that misbehaves, on the command line."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import image_server
import numpy as np
import pytest
from astropy.table import Table

from galexp.shard.read import PreparedData

FIRST = 1237649770260463687
OBJECTS = 1179
CONNECTIONS = 8


@pytest.fixture
def survey(shell, serve):
    """Put a table of positions into the test's folder and start a server; return a function for the words."""
    server = serve()

    def start(rows, seed=0):
        rng = np.random.default_rng(seed)
        table = Table({"objID": FIRST + np.arange(rows), "oh_p50": rng.uniform(8.4, 9.1, rows)})
        table["ra"], table["dec"] = rng.uniform(0, 360, rows).round(5), rng.uniform(-60, 60, rows).round(5)
        table.write(shell.folder / "table.csv", overwrite=True)
        return server, [f"{row['ra']:.6f} {row['dec']:.6f}" for row in table], words(server)

    return start


def words(server):
    quick = {
        "connections": CONNECTIONS,
        "requests_per_second": 100000,
        "connect_timeout": 5,
        "read_timeout": 0.5,
        "request_timeout": 5,
        "first_wait": 0.01,
    }
    return [
        "prepare",
        "dataset=sdss_metallicity",
        "dataset.catalog=table.csv",
        "imaging=sdss",
        "imaging.width=64",
        f"imaging.base_url={server.url}",
        *(f"imaging.fetcher.{name}={value}" for name, value in quick.items()),
    ]


def prepared(shell):
    return PreparedData(shell.folder / "data" / "sdss_metallicity-file-sdss")


def downloads(shell):
    (folder,) = (shell.folder / "data" / ".downloads").iterdir()
    return folder


def test_prepare_takes_images_from_a_service_as_from_a_folder(survey, shell):
    server, places, command = survey(8)
    server.faults = {places[2]: ["404", "forever"], places[3]: ["blank"], places[4]: ["html", "truncated"]}
    status, out, err = shell(*command)
    assert (status, err) == (0, "")
    data = prepared(shell)
    assert data.catalog["id"].tolist() == [str(FIRST + row) for row in range(8) if row != 2]
    for row, place in enumerate(place for number, place in enumerate(places) if number != 2):
        expected = image_server.draw("blank", 64) if place == places[3] else server.image(place, 64)
        assert data.image(row) == expected
    assert data.catalog["image_is_blank"].tolist() == [place == places[3] for place in places if place != places[2]]
    assert (data.manifest.imaging, data.manifest.bands, data.manifest.pixel_scale) == (
        "sdss",
        ["i", "r", "g"],
        0.295928,
    )
    assert (data.manifest.counts["with an image"], data.manifest.mock) == (7, [])
    assert "7 of 8 rows have a cutout (1 absent, 1 blank)" in " ".join(out.split())
    assert downloads(shell).name == "sdss-dr14-64px-0.295928"


def test_preparing_again_asks_for_nothing(survey, shell):
    server, _, command = survey(5)
    assert shell(*command)[0] == 0
    hashed = prepared(shell).manifest.content_sha256
    count = len(server.asked)
    assert shell(*command)[0] == 0
    assert shell(*command, "paths.data=elsewhere", "imaging.root=data/.downloads")[0] == 0
    assert (len(server.asked), prepared(shell).manifest.content_sha256) == (count, hashed)


def test_a_download_that_was_damaged_later_is_named(survey, shell):
    _, _, command = survey(3)
    assert shell(*command)[0] == 0
    image = next(downloads(shell).rglob("*.jpg"))
    content = bytearray(image.read_bytes())
    content[-10] ^= 1
    image.write_bytes(content)
    sentence = shell.refuses(*command, "paths.data=other", "imaging.root=data/.downloads")
    assert sentence.startswith(f"{image.relative_to(shell.folder)} no longer holds what was fetched")


def test_a_service_that_never_answers_is_one_sentence(survey, shell):
    server, _, command = survey(20)
    server.faults = {"*": ["silent", "forever"]}
    sentence = shell.refuses(*command, "imaging.fetcher.read_timeout=0.1", "imaging.fetcher.give_up_after=10")
    assert sentence.startswith(f"{server.url} gave no image in 10 attempts in a row (the last: no answer in time, for ")
    assert not (shell.folder / "data" / "sdss_metallicity-file-sdss").exists()


def test_a_table_without_positions_is_refused(survey, shell):
    _, _, command = survey(3)
    Table({"objID": [FIRST], "oh_p50": [9.0]}).write(shell.folder / "table.csv", overwrite=True)
    assert shell.refuses(*command).startswith("cutouts need the column ra, the catalog has id, metallicity")


@pytest.mark.slow
def test_1179_cutouts_with_a_fifth_of_faults_arrive_once_each_and_none_is_lost_by_a_kill_in_the_middle(survey, shell):
    server, places, command = survey(OBJECTS)
    faulty = np.random.default_rng(1).permutation(OBJECTS)[: OBJECTS // 5]
    kinds = [kind for kind in image_server.PASSING for _ in range(1 if kind in ("silent", "429 date") else 8)]
    server.faults = {places[row]: [kinds[number % len(kinds)]] for number, row in enumerate(faulty)}
    server.faults |= {places[row]: [*server.faults[places[row]], "html"] for row in faulty[::10]}
    process = subprocess.Popen([sys.executable, "-m", "galexp", *command], cwd=shell.folder, env=os.environ)
    deadline = time.monotonic() + 120
    while server.given().total() < OBJECTS // 2:
        assert process.poll() is None, "the command ended before it was killed"
        assert time.monotonic() < deadline, "the images did not come"
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait(10) == -signal.SIGKILL
    time.sleep(1)
    on_disk = {path.stem for path in downloads(shell).rglob("*.jpg")}
    before = server.given()
    assert OBJECTS // 2 - CONNECTIONS <= len(on_disk) < OBJECTS
    assert shell(*command)[0] == 0

    data, after = prepared(shell), server.given()
    assert len(data) == OBJECTS
    for row, place in enumerate(places):
        assert data.image(row) == server.image(place, 64)
    assert set(after) == set(places)
    twice = {place for place, count in after.items() if count > 1}
    assert len(twice) <= CONNECTIONS
    kept = {place for place in places if file_name(place) in on_disk}
    assert len(kept) == len(on_disk)
    assert all(after[place] == before[place] == 1 for place in kept)
    assert {what for _, _, what in server.asked} == {*image_server.PASSING, "image"}
    lines = [json.loads(line) for line in (downloads(shell) / "journal.jsonl").read_text().splitlines()]
    assert {line["id"] for line in lines} == {str(FIRST + row) for row in range(OBJECTS)}
    assert {line["status"] for line in lines} == {"fetched"}


def file_name(place):
    ra, dec = map(float, place.split())
    return f"{ra:010.6f}{dec:+010.6f}"
