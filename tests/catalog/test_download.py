from __future__ import annotations

import gzip

import pytest

from galexp.catalog.download import WebFile
from galexp.catalog.read import read_catalog
from galexp.catalog.services import ServiceError, Services

ROWS = 400
CSV = ("AGCNr,logMsun\n" + "\n".join(f"{row},{8 + row / 1000}" for row in range(ROWS)) + "\n").encode()
FILE = WebFile("cornell", "data/table.csv")


def fetch(serve, impatient, folder, faults=(), content=CSV, **changes):
    server = serve(files={"data/table.csv": content}, faults=faults)
    return server, FILE.fetch(folder, impatient(server, **changes))


def test_a_file_arrives_byte_by_byte_under_its_published_name(serve, impatient, tmp_path):
    server, path = fetch(serve, impatient, tmp_path)
    assert (path.name, path.read_bytes()) == ("table.csv", CSV)
    assert server.requests == ["/data/table.csv"]
    assert [file.name for file in tmp_path.iterdir()] == ["table.csv"]


@pytest.mark.parametrize("faults", [[503], [429, 500], ["hang"], ["cut"], ["cut", "cut"]])
def test_a_failure_that_passes_is_survived(serve, impatient, tmp_path, faults):
    server, path = fetch(serve, impatient, tmp_path, faults)
    assert path.read_bytes() == CSV
    assert len(server.requests) == len(faults) + 1


def test_after_half_a_file_only_the_other_half_is_asked_for(serve, impatient, tmp_path):
    server, path = fetch(serve, impatient, tmp_path, ["cut"])
    assert path.read_bytes() == CSV
    assert server.sent == len(CSV)


def test_what_an_earlier_attempt_left_is_gone_on_from(serve, impatient, tmp_path):
    server = serve(files={"data/table.csv": CSV}, faults=["cut"])
    with pytest.raises(ServiceError, match=r"table\.csv cannot be had from http.*/data/table\.csv .*kept, so try"):
        FILE.fetch(tmp_path, impatient(server, retries=0))
    assert (tmp_path / "table.csv.part").read_bytes() == CSV[: len(CSV) // 2]
    assert FILE.fetch(tmp_path, impatient(server, retries=0)).read_bytes() == CSV
    assert server.sent == len(CSV)


def test_a_server_that_gives_no_parts_is_asked_for_the_whole(serve, impatient, tmp_path):
    server = serve(files={"data/table.csv": CSV}, faults=["cut"])
    server.ranges = False
    assert FILE.fetch(tmp_path, impatient(server)).read_bytes() == CSV


def test_leftovers_longer_than_the_file_are_thrown_away(serve, impatient, tmp_path):
    (tmp_path / "table.csv.part").write_bytes(CSV + b"more")
    _, path = fetch(serve, impatient, tmp_path)
    assert path.read_bytes() == CSV


def test_a_compressed_file_stays_compressed(serve, impatient, tmp_path):
    server = serve(files={"data/table.csv.gz": gzip.compress(CSV)})
    path = WebFile("cornell", "data/table.csv.gz").fetch(tmp_path, impatient(server))
    assert gzip.decompress(path.read_bytes()) == CSV
    assert len(read_catalog(path)) == ROWS


@pytest.mark.parametrize(
    ("faults", "reason"), [(["hang"] * 9, "timed out"), ([503] * 9, "503"), ([404], "404"), (["cut"] * 9, "Incomplete")]
)
def test_a_service_that_does_not_give_the_file_is_refused_in_one_sentence(serve, impatient, tmp_path, faults, reason):
    with pytest.raises(ServiceError, match=reason) as caught:
        fetch(serve, impatient, tmp_path, faults)
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert sentence.startswith("table.csv cannot be had from http://127.0.0.1:")
    assert sentence.endswith("try the same command again later, or download it by hand and give dataset.catalog=FOLDER")
    assert not (tmp_path / "table.csv").exists()


def test_a_host_that_is_not_there_is_refused_in_one_sentence(serve, impatient, tmp_path):
    services = impatient(serve(), cornell="http://127.0.0.1:9")
    with pytest.raises(ServiceError, match=r"cannot be had from http://127\.0\.0\.1:9/data/table\.csv .*refused"):
        FILE.fetch(tmp_path, services)


@pytest.mark.parametrize(
    ("fault", "message"), [("html", "gave a web page instead of table.csv"), ("empty", "gave nothing instead of table")]
)
def test_an_error_page_with_status_200_is_no_table(serve, impatient, tmp_path, fault, message):
    with pytest.raises(ServiceError, match=message):
        fetch(serve, impatient, tmp_path, [fault])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", [b"Service temporarily unavailable, try again", b"busy\n", CSV.split(b"\n")[0]])
def test_a_sentence_with_status_200_is_no_table_and_the_next_command_asks_again(serve, impatient, tmp_path, text):
    server = serve(files={"data/table.csv": text})
    with pytest.raises(ServiceError, match=r"/data/table\.csv gave something that is no table: it has no row below '"):
        FILE.fetch(tmp_path, impatient(server))
    assert list(tmp_path.iterdir()) == []
    server.files["data/table.csv"] = CSV
    assert FILE.fetch(tmp_path, impatient(server)).read_bytes() == CSV


def test_a_table_without_the_column_that_its_source_names_is_refused(serve, impatient, tmp_path):
    server = serve(files={"data/table.csv": b"The service is busy\nplease come back later\n"})
    source = WebFile("cornell", "data/table.csv", column="AGCNr")
    with pytest.raises(ServiceError, match="its columns are 'The service is busy', expected 'AGCNr' among them"):
        source.fetch(tmp_path, impatient(server))
    assert list(tmp_path.iterdir()) == []
    server.files["data/table.csv"] = CSV
    assert source.fetch(tmp_path, impatient(server)).read_bytes() == CSV


def test_nothing_stands_under_the_name_of_a_table_before_it_was_read(serve, impatient, tmp_path, monkeypatch):
    def interrupted(path):
        raise KeyboardInterrupt

    monkeypatch.setattr("galexp.catalog.download.read_catalog", interrupted)
    with pytest.raises(KeyboardInterrupt):
        fetch(serve, impatient, tmp_path)
    assert not (tmp_path / "table.csv").exists()
    monkeypatch.undo()
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert fetch(serve, impatient, tmp_path)[1].read_bytes() == CSV
    assert [file.name for file in tmp_path.iterdir()] == ["table.csv"]


def test_what_does_not_read_as_a_table_is_not_kept(serve, impatient, tmp_path):
    server = serve(files={"table.vot": b"<?xml version='1.0'?><VOTABLE>"})
    with pytest.raises(ServiceError, match=r"gave something that is no table: .*table\.vot cannot be read as votable"):
        WebFile("icrar", "table.vot").fetch(tmp_path, impatient(server))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"skyserver": "skyserver.sdss.org"}, r"services\.skyserver is 'skyserver\.sdss\.org'; expected http://"),
        ({"timeout": 0}, r"services\.timeout is 0; expected at least 0\.001"),
        ({"retries": -1}, r"services\.retries is -1; expected at least 0"),
        ({"page_rows": 0}, r"services\.page_rows is 0; expected at least 1"),
    ],
)
def test_settings_that_cannot_be_are_refused(change, message):
    good = dict.fromkeys(("cornell", "icrar", "skyserver", "vizier"), "https://example.org")
    good |= {"release": 14, "timeout": 1, "retries": 0, "pause": 0, "page_rows": 1}
    with pytest.raises(ValueError, match=message):
        Services(**good | change)
