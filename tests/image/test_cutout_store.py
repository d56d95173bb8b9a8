"""Claims about what stays on disk, whatever happens."""

from __future__ import annotations

import dataclasses
import fcntl
import json
import resource
import signal
import threading

import image_server
import pytest

from galexp.image.cutout.answer import Answer
from galexp.image.cutout.record import Cutout, Record, are_apart
from galexp.image.cutout.store import Store

IMAGE = image_server.draw("10.000000 20.000000", 64)
ONE = Cutout("1237649770260463687", 10.0, 20.0, "http://here/getjpeg?ra=10", "010/010.000000+20.000000.jpg")
TWO = dataclasses.replace(ONE, id="2", ra=11.0, file="011/011.000000+20.000000.jpg")


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "sdss", 64)


def keep(store, *cutouts):
    with store.writing():
        for cutout in cutouts:
            store.keep(cutout, Answer(IMAGE), attempts=1)


def test_what_was_kept_is_there_for_the_next_process_with_its_id_as_text(store):
    keep(store, ONE)
    again = Store(store.folder, 64)
    assert again.has(ONE)
    assert not again.has(TWO)
    assert again.records[ONE.file].id == "1237649770260463687"
    assert again.path(ONE).read_bytes() == IMAGE
    assert not list(store.folder.rglob("*.part"))


@pytest.mark.parametrize("torn", [b'{"id": "1237', b'{"id": 3}', b"\x00"])
def test_a_line_that_a_killed_process_left_unfinished_is_dropped(store, torn):
    keep(store, ONE)
    with store.journal.open("ab") as journal:
        journal.write(torn)
    assert Store(store.folder, 64).has(ONE)
    keep(store, TWO)
    assert set(Store(store.folder, 64).records) == {ONE.file, TWO.file}


@pytest.mark.parametrize("line", ["{", '{"id": "3"}', "[]"])
def test_a_broken_line_in_the_middle_is_refused_with_its_number_and_file(store, line):
    keep(store, ONE)
    store.journal.write_text(f"{store.journal.read_text()}{line}\n")
    with pytest.raises(ValueError, match=r"line 2 of .*journal\.jsonl cannot be read \(.*\); remove that line"):
        Store(store.folder, 64)


def test_an_image_whose_line_was_never_written_is_given_one_and_not_fetched_again(store):
    keep(store, ONE)
    store.journal.unlink()
    again = Store(store.folder, 64)
    with again.writing():
        assert again.has(ONE)
    assert again.records[ONE.file].attempts == 0
    assert Store(store.folder, 64).records[ONE.file].status == "fetched"


@pytest.mark.parametrize("left", [0, 100])
def test_an_image_that_lost_bytes_does_not_count(store, left):
    keep(store, ONE)
    store.path(ONE).write_bytes(IMAGE[:left])
    assert not Store(store.folder, 64).has(ONE)
    store.journal.unlink()
    assert not Store(store.folder, 64).has(ONE)


def test_half_written_files_of_a_killed_process_are_removed(store):
    keep(store, ONE)
    (store.folder / "011.000000+20.000000.jpg.part").write_bytes(IMAGE[:50])
    keep(store, TWO)
    assert not list(store.folder.rglob("*.part"))


def test_the_last_line_about_a_file_holds(store):
    with store.writing():
        store.note(ONE, "failed", 4, problem="status 500")
    keep(store, ONE)
    found = Store(store.folder, 64).records[ONE.file]
    assert (found.status, found.problem, found.attempts) == ("fetched", "", 1)
    assert len(store.journal.read_text().splitlines()) == 2


@pytest.mark.parametrize("status", ["absent", "failed"])
def test_a_placeholder_whose_retry_fails_stays_one_and_says_why(store, status):
    keep(store, ONE, TWO)
    with store.writing():
        store.flag_identical()
        store.note_missing(ONE, status, 4, "status 500")
    again = Store(store.folder, 64)
    assert again.has(ONE)
    found = again.records[ONE.file]
    assert (found.status, found.problem, found.attempts) == ("identical", "status 500", 4)


def test_a_placeholder_whose_file_was_removed_is_missing_when_its_retry_fails(store):
    keep(store, ONE, TWO)
    with store.writing():
        store.flag_identical()
        store.path(ONE).unlink()
        store.note_missing(ONE, "absent", 1, "status 404")
    assert Store(store.folder, 64).records[ONE.file].status == "absent"


def test_a_placeholder_that_comes_again_stays_one_although_no_other_has_its_bytes_any_more(store):
    keep(store, ONE, TWO)
    with store.writing():
        store.flag_identical()
        store.keep(ONE, Answer(image_server.draw("10.5 20", 64)), attempts=1)
        store.keep(TWO, Answer(IMAGE), attempts=1)
        store.flag_identical()
    assert [store.records[cutout.file].status for cutout in (ONE, TWO)] == ["fetched", "identical"]


def test_a_second_process_waits_for_the_first_and_then_sees_what_it_fetched(store, capsys):
    second, seen = Store(store.folder, 64), []

    def write():
        with second.writing():
            seen.append(second.has(ONE))

    thread = threading.Thread(target=write)
    with store.writing():
        thread.start()
        thread.join(0.3)
        assert thread.is_alive()
        store.keep(ONE, Answer(IMAGE), attempts=1)
    thread.join(10)
    assert seen == [True]
    assert "another command fetches into" in capsys.readouterr().out
    with (store.folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_a_full_disk_ends_in_a_sentence_and_what_was_kept_stays(store):
    keep(store, ONE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024, hard))
    try:
        with pytest.raises(OSError, match=r"cannot write .*011/011\.000000\+20\.000000\.jpg .*imaging\.root=FOLDER"):
            keep(store, TWO)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)
    again = Store(store.folder, 64)
    assert again.has(ONE)
    assert not again.has(TWO)


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").touch()
    with (
        pytest.raises(OSError, match=r"cannot write .*file/sdss .*set imaging\.root=FOLDER"),
        Store(tmp_path / "file" / "sdss", 64).writing(),
    ):
        pass


@pytest.mark.parametrize(("arcsec", "expected"), [(0.0, False), (9.9, False), (10.1, True), (3600.0, True)])
def test_ten_arcseconds_are_apart_also_across_the_zero_of_right_ascension(arcsec, expected):
    fields = {"id": "a", "url": "", "file": "", "status": "fetched", "attempts": 1}
    middle = [Record(ra=ra, dec=0.0, **fields) for ra in (360 - arcsec / 7200, arcsec / 7200)]
    assert are_apart(middle) is expected
    assert are_apart([*middle[:1] * 3, middle[1]]) is expected
    assert not are_apart(middle[:1])


def test_a_line_is_plain_json_with_the_fields_of_a_record(store):
    keep(store, ONE)
    line = json.loads(store.journal.read_text())
    assert list(line) == [field.name for field in dataclasses.fields(Record)]
