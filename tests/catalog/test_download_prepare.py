"""Claims about `prepare dataset.catalog=survey`, made through the command line and a service on this machine."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest
from astropy.table import Table
from PIL import Image

from galexp.shard.read import PreparedData

FIRST = 1237649770260463687
ALFALFA = "alfalfa/data/a40files/a40.datafile"


def csv(table):
    return "\n".join([",".join(table.colnames), *(",".join(map(str, row)) for row in table)]).encode()


def fits(table):
    stream = io.BytesIO()
    table.write(stream, format="fits")
    return stream.getvalue()


def write_images(folder, names):
    (folder / "images").mkdir()
    for number, name in enumerate(names):
        pixels = np.random.default_rng(number).integers(0, 256, (16, 16, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / "images" / f"{name}.png")


def words(server, dataset, *more):
    hosts = [f"services.{host}={server.address}" for host in ("cornell", "icrar", "skyserver", "vizier")]
    manners = ["services.timeout=0.4", "services.retries=1", "services.pause=0.01", "services.page_rows=3"]
    images = ["imaging=files", "imaging.root=images"]
    return ("prepare", f"dataset={dataset}", "dataset.catalog=survey", *hosts, *manners, *images, *more)


def xgass():
    table = Table({"GASS": [1, 2, 3], "RA": [1.0, 2.0, 3.0], "DEC": [0.0] * 3, "lgGF": [-1.0, -0.5, 0.5]})
    table["HI_FLAG"] = [99, 1, 1]
    return table


@pytest.fixture
def survey(shell, serve):
    """Put images into the test's folder and serve xGASS."""
    write_images(shell.folder, [1, 2, 3])
    return shell, serve(files={"assets/data/xGASS_representative_sample.fits": fits(xgass())})


def downloads(shell, dataset):
    return shell.folder / "data" / ".downloads" / dataset


def test_a_survey_is_downloaded_prepared_and_listed(survey):
    shell, server = survey
    status, out, err = shell(*words(server, "xgass"))
    assert (status, err) == (0, "")
    assert "         3  read  (published: 1,179)" in out
    data = PreparedData(shell.folder / "data" / "xgass-survey-files")
    assert data.catalog["id"].tolist() == ["1", "2", "3"]
    assert data.manifest.published_counts == {"read": 1179, "of these hi_is_limit": 375}
    assert "  xgass-survey-files                         3 galaxies" in shell("list")[1]


def test_what_was_downloaded_is_kept_with_its_hash_and_not_asked_for_again(survey):
    shell, server = survey
    shell(*words(server, "xgass"))
    entry = json.loads((downloads(shell, "xgass") / "downloads.json").read_text())["xGASS_representative_sample.fits"]
    assert entry["address"] == f"{server.address}/assets/data/xGASS_representative_sample.fits"
    assert (entry["size"], len(entry["sha256"])) == (len(fits(xgass())), 64)
    assert shell(*words(server, "xgass"))[0] == 0
    assert len(server.requests) == 1


def test_a_download_that_was_changed_is_refused(survey):
    shell, server = survey
    shell(*words(server, "xgass"))
    changed = xgass()
    changed["lgGF"][0] = -2.0
    changed.write(downloads(shell, "xgass") / "xGASS_representative_sample.fits", overwrite=True)
    sentence = shell.refuses(*words(server, "xgass"))
    assert "is not what was downloaded on" in sentence
    assert "delete it to download it again" in sentence


def test_training_finds_the_survey_before_anything_else(survey):
    shell, server = survey
    shell(*words(server, "xgass"))
    shell("prepare", "dataset=xgass", "size=tiny", "mock.objects=4", "mock.image_size=8")
    status, out, _ = shell(*words(server, "xgass", "verify=true"))
    assert status == 0
    assert out.startswith("data/xgass-survey-files: ")
    assert shell("prepare", "dataset=xgass", "verify=true")[1].startswith("data/xgass-survey-files: ")


def test_a_service_that_never_answers_is_one_sentence_and_nothing_is_prepared(survey):
    shell, server = survey
    server.faults = ["hang"] * 9
    sentence = shell.refuses(*words(server, "xgass"))
    assert sentence.startswith(f"xGASS_representative_sample.fits cannot be had from {server.address}/assets/data/")
    assert not (shell.folder / "data" / "xgass-survey-files").exists()


def test_training_on_a_survey_that_is_not_prepared_says_so_and_downloads_nothing(survey):
    shell, server = survey
    sentence = shell.refuses("train", *words(server, "xgass", "size=tiny")[1:])
    assert sentence == "nothing is prepared for dataset=xgass imaging=files below data/; run prepare first"
    assert server.requests == []


def alfalfa_files():
    main = Table({"AGCNr": [1, 2, 3], "RAdeg_OC": [1.0, 2.0, 3.0], "DECdeg_OC": [1.0] * 3, "Vhelio": [3000] * 3})
    main["Dist"], main["logMsun"], main["OCcode"] = [40.0] * 3, [9.5] * 3, ["I"] * 3
    dr7 = Table({"AGCNr": [1, 2, 3], "PhotoObjID": 587730775499407375 + np.arange(3), "rmodelmag": [15.0] * 3})
    durbala = Table({"AGC": [1, 2, 3], "logMstarTaylor": [9.0, 9.5, 10.0]})
    return {
        f"{ALFALFA}1.csv": csv(main),
        f"{ALFALFA}3.csv": csv(dr7),
        "alfalfa/data/durbala2020-table2.21-Sep-2020.fits": fits(durbala),
    }


def test_several_tables_are_downloaded_each_once_and_what_came_before_a_failure_stays(shell, serve):
    write_images(shell.folder, [1, 2, 3])
    server = serve(files=alfalfa_files(), faults=[None, 404])
    mass = "dataset.stellar_mass=durbala2020"
    assert "a40.datafile3.csv cannot be had" in shell.refuses(*words(server, "alfalfa", mass))
    server.files["alfalfa/data/durbala2020-table2.21-Sep-2020.fits.gz"] = None
    server.vizier = Table({"AGC": [1, 2, 3], "logMsT": [9.0, 9.5, 10.0]})
    status, out, _ = shell(*words(server, "alfalfa", mass))
    assert status == 0
    assert "trying http" in out
    assert [request.rsplit("/", 1)[-1] for request in server.requests] == [
        "a40.datafile1.csv", "a40.datafile3.csv", "a40.datafile3.csv", "durbala2020-table2.21-Sep-2020.fits.gz",
        "votable",
    ]  # fmt: skip
    data = PreparedData(shell.folder / "data" / "alfalfa-survey-files")
    assert data.catalog["log_hi_fraction"].tolist() == [0.5, 0.0, -0.5]


def test_stellar_masses_come_by_sql_and_another_choice_of_them_is_not_mistaken(shell, serve):
    write_images(shell.folder, [1, 2, 3])
    sql = Table({"specObjID": np.arange(1, 8), "DR7ObjID": 587730775499407375 + np.arange(7)})
    sql["lgm_tot_p50"], sql["oh_p50"], sql["sfr_tot_p50"] = [9.25] * 7, [8.9] * 7, [-0.5] * 7
    server = serve(files=alfalfa_files(), sql=sql)
    assert shell(*words(server, "alfalfa"))[0] == 0
    data = PreparedData(shell.folder / "data" / "alfalfa-survey-files")
    assert data.catalog["log_hi_fraction"].tolist() == [0.25] * 3
    assert data.manifest.counts["stellar mass"] == 3
    sentence = shell.refuses("train", "dataset=alfalfa", "dataset.stellar_mass=durbala2020", "size=tiny")
    assert "was prepared with dataset.stellar_mass=mpa_jhu, not durbala2020; run prepare with force=true" in sentence
    sentence = shell.refuses(*words(server, "alfalfa", "dataset.sample=a40B"))
    assert "was prepared from other input (options: " in sentence


def test_metallicities_come_by_sql_with_published_counts_beside_ours(shell, serve):
    rows = 7
    write_images(shell.folder, [FIRST + row for row in range(rows)])
    sql = Table({"specObjID": 299489677444933632 + np.arange(rows), "objID": FIRST + np.arange(rows)})
    for name, value in {"z": 0.05, "zErr": 1e-5, "rChi2": 1.0, "petroMag_r": 17.0, "oh_p50": 8.9}.items():
        sql[name] = value + 0.001 * np.arange(rows) * (name == "oh_p50")
    for number, band in enumerate("ugriz"):
        sql[f"modelMag_{band}"] = [19.0 - 0.5 * number] * rows
    sql["lgm_tot_p50"] = [-9999.0] + [10.0] * (rows - 1)
    status, out, err = shell(*words(serve(sql=sql), "sdss_metallicity"))
    assert (status, err) == (0, "")
    data = PreparedData(shell.folder / "data" / "sdss_metallicity-survey-files")
    assert data.catalog["id"].tolist() == [str(FIRST + row) for row in range(rows)]
    assert data.manifest.published_counts["one spectrum an object"] == 142182
    assert "         6  of these log_stellar_mass  (published: 142,145)" in out
