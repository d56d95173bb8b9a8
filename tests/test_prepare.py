"""Claims about `prepare`, made through the command line."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest
from astropy.table import Table
from PIL import Image

from galexp.dataset.location import find, settled
from galexp.shard.origin import Origin
from galexp.shard.read import PreparedData

ROWS = 8
FIRST = 1237649770260463687
WORDS = ("prepare", "dataset=sdss_metallicity", "dataset.catalog=table.csv", "imaging=files", "imaging.root=images")


@pytest.fixture
def survey(shell, monkeypatch):
    """Put a table and a folder of images into the test's folder, and fill three shards with them."""
    monkeypatch.setattr("galexp.shard.build.IMAGES_PER_SHARD", 3)
    write_table(shell.folder)
    write_images(shell.folder)
    return shell


def write_table(folder, **columns):
    whole = {"objID": FIRST + np.arange(ROWS), "oh_p50": np.linspace(8.4, 9.1, ROWS), **columns}
    table = Table({name: values for name, values in whole.items() if values is not None})
    table.write(folder / "table.csv", overwrite=True)


def write_images(folder, first=FIRST):
    (folder / "images").mkdir()
    for row in range(ROWS):
        pixels = np.random.default_rng(row).integers(0, 256, (16, 16, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / "images" / f"{first + row}.png")


def prepared(shell):
    return shell.folder / "data" / "sdss_metallicity-file-files"


def contents(folder):
    return {
        path.relative_to(folder): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_catalog_and_images_become_shards_that_hold_the_same_bytes(survey):
    status, out, err = survey(*WORDS)
    assert (status, err) == (0, "")
    data = PreparedData(prepared(survey))
    assert data.catalog["id"].tolist() == [str(FIRST + row) for row in range(ROWS)]
    for row, name in enumerate(data.catalog["id"]):
        assert data.image(row) == (survey.folder / "images" / f"{name}.png").read_bytes()
    assert (data.origin, data.manifest.counts["written"]) == (Origin.OBSERVED, ROWS)
    assert "8  written" in out
    assert "MOCK" not in out


def test_preparing_again_touches_nothing(survey):
    survey(*WORDS)
    before = contents(prepared(survey))
    assert survey(*WORDS)[0] == 0
    assert contents(prepared(survey)) == before


def test_an_interrupted_preparation_goes_on_from_its_finished_shards(survey, monkeypatch):
    whole = survey.folder / "elsewhere"
    survey(*WORDS, f"paths.data={whole}")
    from galexp.image.folder import ImageFolder

    read, seen = ImageFolder._read, []

    def interrupted(self, path):
        if len(seen) == 7:
            raise KeyboardInterrupt
        seen.append(path.name)
        return read(self, path)

    monkeypatch.setattr(ImageFolder, "_read", interrupted)
    status, _, err = survey(*WORDS)
    assert (status, err) == (130, "galexp: interrupted; the same command goes on from what was finished\n")
    assert not prepared(survey).exists()
    seen.clear()
    assert survey(*WORDS)[0] == 0
    assert seen == [f"{FIRST + row}.png" for row in (6, 7)]
    resumed, uninterrupted = contents(prepared(survey)), contents(whole / prepared(survey).name)
    assert {path: found[0] for path, found in resumed.items()} == {p: found[0] for p, found in uninterrupted.items()}


def test_other_input_is_refused_without_force_and_the_old_data_stays(survey):
    survey(*WORDS)
    before = contents(prepared(survey))
    write_table(survey.folder, oh_p50=np.linspace(8.5, 9.0, ROWS))
    assert "was prepared from other input (catalog_sha256: " in survey.refuses(*WORDS)
    assert contents(prepared(survey)) == before
    assert survey(*WORDS, "force=true")[0] == 0
    assert PreparedData(prepared(survey)).catalog["metallicity"][0] == 8.5


def test_training_on_another_table_than_was_prepared_is_refused(survey):
    survey(*WORDS)
    write_table(survey.folder, oh_p50=np.linspace(8.5, 9.0, ROWS))
    sentence = survey.refuses("train", *WORDS[1:], "size=tiny")
    assert (
        sentence == "data/sdss_metallicity-file-files was prepared from another table than table.csv; run prepare first"
    )


def test_verify_passes_and_then_finds_one_flipped_bit(survey):
    survey(*WORDS)
    status, out, _ = survey(*WORDS, "verify=true")
    assert (status, out) == (0, "data/sdss_metallicity-file-files: 3 shards and 8 images are what was written\n")
    data = PreparedData(prepared(survey))
    shard = prepared(survey) / "shards" / str(data.catalog["shard"][4])
    content = bytearray(shard.read_bytes())
    content[int(data.catalog["offset"][4]) + 40] ^= 1
    shard.write_bytes(content)
    status, out, _ = survey(*WORDS, "verify=true")
    assert status == 1
    assert out.splitlines() == [
        f"{shard.relative_to(survey.folder)} does not have the hash of the manifest",
        f"image {FIRST + 4} does not have the hash of the catalog",
    ]


def test_verify_without_data_says_so(shell):
    assert shell.refuses("prepare", "verify=true") == "nothing is prepared for xgass; run prepare without verify"


@pytest.mark.parametrize(
    ("columns", "words", "sentence"),
    [
        ({"oh_p50": None, "flux": np.ones(ROWS)}, (), "table.csv has no column for the target metallicity"),
        ({"objID": None}, (), "table.csv has no column id or objID or objid or OBJID; it has oh_p50"),
        ({"oh_p50": np.full(ROWS, np.nan)}, (), "no row of table.csv has a finite metallicity"),
        ({"objID": np.full(ROWS, FIRST)}, (), "table.csv: 1 identifiers in column 'objID' occur more than once"),
        (
            {"objID": [f"s_0.{row}" for row in range(ROWS)]},
            (),
            f"table.csv: {ROWS} identifiers in column 'objID' are not made of letters, digits, '_' and '-'",
        ),
        ({"z": np.full(ROWS, 0.001)}, (), "no row of table.csv is left by the cuts of sdss_metallicity"),
        ({}, ("imaging.root=nowhere",), "imaging.root is 'nowhere', which is no folder"),
        ({}, ("dataset.catalog=nowhere.csv",), "nowhere.csv"),
        ({}, ("imaging.unreadable=never",), "imaging.unreadable is 'never'; choose raise or skip"),
        ({}, ("imaging=auto", "imaging.root"), "a catalog of your own needs its images"),
        ({}, ("dataset.columns.redshift=zz",), "dataset.columns.redshift is 'zz', which table.csv does not have"),
    ],
)
def test_input_that_cannot_be_used_is_refused_in_one_sentence(survey, columns, words, sentence):
    write_table(survey.folder, **columns)
    replaced = {word.split("=")[0] for word in words}
    kept = [word for word in WORDS if word.split("=")[0] not in replaced]
    found = survey.refuses(*kept, *(word for word in words if "=" in word))
    assert sentence in found
    assert not prepared(survey).exists()


def test_a_column_of_another_name_is_named_on_the_command_line(survey):
    write_table(survey.folder, oh_p50=None, mine=np.linspace(8.5, 9.0, ROWS))
    assert survey(*WORDS, "dataset.columns.metallicity=mine")[0] == 0
    assert PreparedData(prepared(survey)).catalog["metallicity"][0] == 8.5


def test_a_target_or_column_that_the_survey_does_not_know_exits_with_2_and_the_nearest_name(survey):
    sentence = survey.refuses(*WORDS, "dataset.targets=[metalicity]", status=2)
    assert sentence.startswith("sdss_metallicity knows no target 'metalicity'; did you mean 'metallicity'")
    sentence = survey.refuses(*WORDS, "dataset.columns.metalicity=oh_p50", status=2)
    assert "dataset.columns has no 'metalicity'; did you mean 'metallicity'" in sentence


def test_a_truncated_image_stops_unless_it_may_be_skipped_and_counted(survey):
    broken = survey.folder / "images" / f"{FIRST + 5}.png"
    broken.write_bytes(broken.read_bytes()[:200])
    sentence = survey.refuses(*WORDS)
    assert f"images/{FIRST + 5}.png" in sentence
    assert sentence.endswith("or set imaging.unreadable=skip to drop and count it")
    assert not prepared(survey).exists()
    assert survey(*WORDS, "imaging.unreadable=skip")[0] == 0
    counts = PreparedData(prepared(survey)).manifest.counts
    assert (counts["with an image"], counts["written"]) == (ROWS, ROWS - 1)


def test_a_catalog_that_shares_no_id_with_the_images_is_refused(survey):
    write_table(survey.folder, objID=np.arange(ROWS))
    assert "none of 8 catalog ids (such as 0, 1, 2) has an image in images" in survey.refuses(*WORDS)


def test_data_of_a_survey_whose_name_begins_like_anothers_is_not_taken_for_it(shell):
    folder = shell.folder / "data" / "xgass-mine-file-files"
    folder.mkdir(parents=True)
    (folder / "manifest.json").touch()
    settings = {
        "choices": {"dataset": "xgass", "imaging": "auto", "size": "tiny"},
        "dataset": {"_target_": "galexp.dataset.xgass.XGASS", "catalog": "auto"},
        "imaging": {},
        "paths": {"data": "data"},
        "mock": {},
    }
    assert find(settings) is None
    settings["choices"]["dataset"] = "xgass-mine"
    assert find(settings).name == "xgass-mine-file-files"


def test_images_of_ones_own_imaging_are_found_after_the_known_ones_and_before_a_mock(shell):
    settings = {
        "choices": {"dataset": "xgass", "imaging": "auto", "size": "paper"},
        "dataset": {"_target_": "galexp.dataset.xgass.XGASS", "catalog": "auto"},
        "imaging": {},
        "paths": {"data": "data"},
        "mock": {},
    }
    for name in ("xgass-mock-mock", "xgass-file-my-camera", "xgass-file-gray"):
        assert getattr(find(settings), "name", None) != name
        (shell.folder / "data" / name).mkdir(parents=True)
        (shell.folder / "data" / name / "manifest.json").touch()
        assert find(settings).name == name
    assert settled(settings, find(settings))["choices"]["imaging"] == "gray"
    settings["choices"]["imaging"] = "my-camera"
    assert find(settings).name == "xgass-file-my-camera"
    assert settled(settings, find(settings))["choices"]["imaging"] == "my-camera"


def test_on_a_full_disk_the_old_data_stays_and_the_same_command_completes_later(shell, files_of_at_most):
    write_table(shell.folder)
    write_images(shell.folder)
    assert shell(*WORDS)[0] == 0
    before = contents(prepared(shell))
    write_table(shell.folder, oh_p50=np.linspace(8.5, 9.0, ROWS))
    with files_of_at_most(4096):
        sentence = shell.refuses(*WORDS, "force=true")
    assert "cannot write" in sentence
    assert sentence.endswith("then run prepare again: finished shards are kept")
    assert contents(prepared(shell)) == before
    assert shell(*WORDS, "force=true")[0] == 0
    assert PreparedData(prepared(shell)).catalog["metallicity"][0] == 8.5


def test_fits_images_are_stretched_and_stored_as_png(shell):
    from astropy.io import fits

    write_table(shell.folder)
    (shell.folder / "images").mkdir()
    for row in range(ROWS):
        planes = np.random.default_rng(row).exponential(0.1, (3, 16, 16)).astype(">f4")
        fits.writeto(shell.folder / "images" / f"{FIRST + row}.fits", planes)
    assert shell(*WORDS)[0] == 0
    image = Image.open(io.BytesIO(PreparedData(prepared(shell)).image(0)))
    assert (image.format, image.size, image.mode) == ("PNG", (16, 16), "RGB")


def test_data_that_an_earlier_version_prepared_from_the_same_input_stays(survey):
    survey(*WORDS)
    path = prepared(survey) / "manifest.json"
    manifest = json.loads(path.read_text())
    for key in ("tables_sha256", "options", "surroundings"):
        del manifest["recipe"][key]
    path.write_text(json.dumps(manifest))
    before = contents(prepared(survey))
    assert survey(*WORDS)[0] == 0
    assert contents(prepared(survey)) == before


def test_overdensities_are_written_where_tracers_are_chosen(survey):
    rng = np.random.default_rng(0)
    positions = {"ra": rng.uniform(150, 153, ROWS), "dec": rng.uniform(0, 3, ROWS), "z": np.full(ROWS, 0.025)}
    write_table(survey.folder, **positions)
    tracers = Table({"ra": rng.uniform(140, 163, 2000), "dec": rng.uniform(-10, 13, 2000)})
    tracers["z"] = rng.uniform(0.02, 0.03, 2000)
    tracers.write(survey.folder / "tracers.fits")
    words = [*WORDS, "tracers=file", "tracers.path=tracers.fits"]
    status, out, _ = survey(*words)
    assert status == 0
    assert "     2,000  tracers read" in out
    catalog = PreparedData(prepared(survey)).catalog
    for variant in ("fixed", "paper", "code"):
        assert np.isfinite(catalog[f"log_one_plus_delta5_{variant}"]).all()
    assert "was prepared from other input (surroundings: " in survey.refuses(*WORDS)
