from __future__ import annotations

import numpy as np
import pytest
from astropy.table import MaskedColumn, Table

from galexp.catalog.query import SqlQuery, VizierTable
from galexp.catalog.read import read_catalog
from galexp.catalog.services import ServiceError
from galexp.config import compose
from galexp.target import instantiate

FIRST = 299489677444933632
QUERY = SqlQuery("spectra", "S.specObjID", ("G.objID", "S.z"), "SpecObj AS S JOIN Galaxy AS G", ("S.z > 0.02",))


def spectra(rows=10):
    return Table(
        {
            "specObjID": FIRST + 7 * np.arange(rows),
            "objID": 1237649770260463687 + np.arange(rows),
            "z": np.linspace(0.03, 0.3, rows),
        }
    )


def test_a_query_pages_by_its_key():
    assert QUERY.page(12, 50) == (
        "SELECT TOP 50 S.specObjID, G.objID, S.z FROM SpecObj AS S JOIN Galaxy AS G "
        "WHERE S.z > 0.02 AND S.specObjID > 12 ORDER BY S.specObjID"
    )


@pytest.mark.parametrize("rows", [1, 4, 7, 8, 10])
def test_pages_join_to_the_whole_table_with_identifiers_exact(serve, impatient, tmp_path, rows):
    server = serve(sql=spectra(rows))
    path = QUERY.fetch(tmp_path, impatient(server))
    found = read_catalog(path)
    assert path.name == "spectra.parquet"
    for name in ("specObjID", "objID", "z"):
        assert found[name].tolist() == spectra(rows)[name].tolist()
    assert [file.name for file in tmp_path.iterdir()] == ["spectra.parquet"]
    assert server.requests[0].startswith("/dr14/en/tools/search/x_results.aspx?cmd= SELECT TOP 4 S.specObjID,")


def test_a_server_that_gives_fewer_rows_than_asked_for_loses_none(serve, impatient, tmp_path):
    server = serve(sql=spectra(), most_rows=3)
    assert len(read_catalog(QUERY.fetch(tmp_path, impatient(server)))) == 10


def test_pages_that_were_fetched_are_not_asked_for_again(serve, impatient, tmp_path):
    server = serve(sql=spectra(), faults=[None, None, 404])
    with pytest.raises(ServiceError, match="spectra cannot be had from http"):
        QUERY.fetch(tmp_path, impatient(server))
    assert len(server.requests) == 3
    assert len(read_catalog(QUERY.fetch(tmp_path, impatient(server)))) == 10
    assert f"S.specObjID > {FIRST + 7 * 5}" in server.requests[3]
    assert not any("S.specObjID > -1" in request for request in server.requests[1:])


def test_pages_of_another_query_are_thrown_away(serve, impatient, tmp_path):
    server = serve(sql=spectra(), faults=[None, 404])
    with pytest.raises(ServiceError):
        QUERY.fetch(tmp_path, impatient(server))
    other = SqlQuery("spectra", "S.specObjID", ("G.objID", "S.z"), "SpecObj AS S JOIN Galaxy AS G", ("S.z > 0.0",))
    other.fetch(tmp_path, impatient(server))
    assert "S.specObjID > -1" in server.requests[2]


@pytest.mark.parametrize("faults", [[503], [500, 429], ["hang"]])
def test_failures_that_pass_are_survived(serve, impatient, tmp_path, faults):
    server = serve(sql=spectra(), faults=faults)
    assert len(read_catalog(QUERY.fetch(tmp_path, impatient(server)))) == 10


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("html", "instead of the column specObjID it answered: .*down for maintenance"),
        ("busy", "instead of the column specObjID it answered: Too many queries in a minute"),
        ("empty", "instead of the column specObjID it answered: nothing"),
    ],
)
@pytest.mark.parametrize("page", [0, 1])
def test_an_error_message_with_status_200_is_never_taken_for_the_end(serve, impatient, tmp_path, fault, reason, page):
    server = serve(sql=spectra(), faults=[None] * page + [fault])
    with pytest.raises(ServiceError, match=reason):
        QUERY.fetch(tmp_path, impatient(server))
    assert not (tmp_path / "spectra.parquet").exists()
    assert len(read_catalog(QUERY.fetch(tmp_path, impatient(server)))) == 10


def test_a_service_that_never_answers_is_refused_in_one_sentence(serve, impatient, tmp_path):
    server = serve(sql=spectra(), faults=["hang"] * 9)
    with pytest.raises(
        ServiceError, match=r"spectra cannot be had from http.*timed out.*try the same command"
    ) as caught:
        QUERY.fetch(tmp_path, impatient(server, retries=1))
    assert "\n" not in str(caught.value)


def test_a_query_without_a_row_is_refused(serve, impatient, tmp_path):
    server = serve(sql=spectra()[:0])
    with pytest.raises(ValueError, match=r"DR14: SELECT S.specObjID, .* gives no row; check the release and the query"):
        QUERY.fetch(tmp_path, impatient(server))


@pytest.mark.parametrize("most_rows", [10**6, 3])
@pytest.mark.parametrize("repeated", range(9))
def test_a_key_with_two_rows_across_the_border_of_a_page_keeps_both(serve, impatient, tmp_path, most_rows, repeated):
    table = spectra()
    table["specObjID"][repeated + 1] = table["specObjID"][repeated]
    server = serve(sql=table, most_rows=most_rows)
    found = read_catalog(QUERY.fetch(tmp_path, impatient(server)))
    assert sorted(found["objID"].tolist()) == table["objID"].tolist()


@pytest.mark.parametrize("most_rows", [10**6, 3])
def test_a_page_that_is_full_of_one_key_is_refused_and_a_longer_one_holds_it(serve, impatient, tmp_path, most_rows):
    table = spectra()
    table["specObjID"][3:8] = table["specObjID"][3]
    server = serve(sql=table, most_rows=most_rows)
    message = (
        rf"spectra: a page of \d rows is full of S\.specObjID {FIRST + 21}, expected fewer .*set services\.page_rows"
    )
    with pytest.raises(ValueError, match=message):
        QUERY.fetch(tmp_path, impatient(server))
    server.most_rows = 10**6
    assert len(read_catalog(QUERY.fetch(tmp_path, impatient(server, page_rows=6)))) == 10


@pytest.mark.parametrize("answer", [b"No objects have been found", b"#Table1\nspecObjID,objID,z\n"])
@pytest.mark.parametrize("number", [0, 1, 2])
def test_one_empty_answer_does_not_end_a_table(serve, impatient, tmp_path, answer, number):
    server = serve(sql=spectra())
    page = server.page
    server.page = lambda command: answer if len(server.requests) == number + 1 else page(command)
    assert len(read_catalog(QUERY.fetch(tmp_path, impatient(server)))) == 10


def test_an_empty_answer_is_not_kept_for_the_next_command(serve, impatient, tmp_path):
    server = serve(sql=spectra()[:0])
    with pytest.raises(ValueError, match="gives no row"):
        QUERY.fetch(tmp_path, impatient(server))
    assert len(server.requests) == 2
    server.sql = spectra()
    assert len(read_catalog(QUERY.fetch(tmp_path, impatient(server)))) == 10


def test_the_address_of_a_query_changes_with_release_and_query_and_not_with_the_size_of_pages(serve, impatient):
    server = serve()
    one, other, later = (
        QUERY.address(impatient(server, **change)) for change in ({}, {"page_rows": 9}, {"release": 17})
    )
    assert one == other != later
    assert "DR14: SELECT S.specObjID, G.objID, S.z FROM SpecObj AS S JOIN Galaxy AS G WHERE S.z > 0.02" in one


def test_a_page_that_does_not_go_on_is_refused(serve, impatient, tmp_path):
    server = serve(sql=spectra())
    server.page = lambda command: type(server).page(server, "SELECT TOP 4 specObjID, z > -1 ORDER BY specObjID")
    with pytest.raises(ServiceError, match=r"rows that do not come after S\.specObjID 299489677444933646"):
        QUERY.fetch(tmp_path, impatient(server))


def test_tracers_are_asked_for_by_position_and_redshift_alone():
    query = instantiate(compose(["tracers=nsa"])["tracers"]["query"])
    assert query.page(-1, 9) == "SELECT TOP 9 nsaid, ra, dec, z FROM nsatlas WHERE nsaid > -1 ORDER BY nsaid"


def test_a_table_of_vizier_comes_whole_with_units_and_gaps(serve, impatient, tmp_path):
    table = Table({"AGC": [1, 3, 4]})
    table["distance"] = MaskedColumn([9.5, 0.0, 10.5], mask=[False, True, False], unit="Mpc")
    server = serve(vizier=table)
    path = VizierTable("durbala", "J/AJ/160/271/table2").fetch(tmp_path, impatient(server))
    found = read_catalog(path)
    np.testing.assert_array_equal(found["distance"], [9.5, np.nan, 10.5])
    assert str(found["distance"].unit) == "Mpc"
    assert server.requests == ["/viz-bin/votable"]


@pytest.mark.parametrize("fault", [404, "html", "empty", "busy"])
def test_vizier_without_the_table_is_refused_in_one_sentence(serve, impatient, tmp_path, fault):
    server = serve(vizier=Table({"AGC": [1]}), faults=[fault])
    with pytest.raises(ServiceError, match=r"durbala cannot be had from http.* J/AJ/160/271/table2"):
        VizierTable("durbala", "J/AJ/160/271/table2").fetch(tmp_path, impatient(server))
    assert list(tmp_path.iterdir()) == []
