"""Claims about `prepare` for a survey that is published in several tables."""

from __future__ import annotations

import numpy as np
from astropy.table import Table

from galexp.shard.read import PreparedData


def alfalfa(folder, image_bytes, mass=9.0):
    """Write three ALFALFA sources as published, in three tables, and an image of each."""
    (folder / "tables").mkdir(exist_ok=True)
    main = Table({"AGCNr": [11, 12, 13], "RAdeg_OC": [1.0, 2.0, 3.0], "DECdeg_OC": [1.0] * 3, "Vhelio": [3000] * 3})
    main["Dist"], main["logMsun"], main["OCcode"] = 40.0, 9.5, ["I", "I", "P"]
    main.write(folder / "tables" / "a40.datafile1.csv", overwrite=True)
    dr7 = Table({"AGCNr": [11, 12, 13], "PhotoObjID": 587730775499407375 + np.arange(3)})
    dr7.write(folder / "tables" / "a40.datafile3.csv", overwrite=True)
    masses = Table({"AGC": [11, 12, 13], "logMstarTaylor": [mass] * 3})
    masses.write(folder / "tables" / "durbala2020_table2.fits", overwrite=True)
    (folder / "images").mkdir(exist_ok=True)
    for name in (11, 12, 13):
        (folder / "images" / f"{name}.png").write_bytes(image_bytes(str(name)))
    words = ["dataset=alfalfa", "dataset.stellar_mass=durbala2020", "imaging=files", "imaging.root=images"]
    return ["prepare", "dataset.catalog=tables", *words]


def test_a_folder_holds_the_tables_of_a_survey_that_has_several(shell, image_bytes):
    status, out, err = shell(*alfalfa(shell.folder, image_bytes))
    assert (status, err) == (0, "")
    data = PreparedData(shell.folder / "data" / "alfalfa-file-files")
    assert data.catalog["id"].tolist() == ["11", "12"]
    assert data.catalog["log_hi_fraction"].tolist() == [0.5, 0.5]
    assert "         2  OCcode I  (published: 11,739)" in out


def test_a_change_in_a_table_beside_the_main_one_is_noticed(shell, image_bytes):
    words = alfalfa(shell.folder, image_bytes)
    shell(*words)
    alfalfa(shell.folder, image_bytes, mass=9.5)
    assert "was prepared from other input (tables_sha256: " in shell.refuses(*words)
    sentence = shell.refuses("train", *words[1:], "size=tiny")
    assert sentence.endswith("was prepared from another table than tables/durbala2020_table2.fits; run prepare first")
    assert shell(*words, "force=true")[0] == 0
    assert PreparedData(shell.folder / "data" / "alfalfa-file-files").catalog["log_hi_fraction"][0] == 0.0


def test_a_table_of_ones_own_choice_is_named_by_its_key(shell, image_bytes):
    words = alfalfa(shell.folder, image_bytes)
    (shell.folder / "tables" / "a40.datafile3.csv").rename(shell.folder / "mine.csv")
    assert "tables holds no a40.datafile3.csv (it holds a40.datafile1.csv, durbala2020" in shell.refuses(*words)
    assert shell(*words, "dataset.tables.dr7=mine.csv")[0] == 0
