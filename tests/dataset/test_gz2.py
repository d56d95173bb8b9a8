"""Claims about Galaxy Zoo 2, from a table to predictions, made in part through the command line."""

from __future__ import annotations

import re
import zipfile

import numpy as np
import pytest
from astropy.table import Table

from galexp.catalog.parquet import read_parquet
from galexp.catalog.vote_tree import ANSWERS, ROUNDING
from galexp.config import compose
from galexp.dataset.gz2 import GZ2, votes_of
from galexp.shard.read import PreparedData

TARGETS = [answer.name for answer in ANSWERS]
KAGGLE = [answer.kaggle for answer in ANSWERS]
ROWS = 24


def votes_table(rows=ROWS):
    """Return votes as Kaggle writes them: every galaxy has features, is face-on, spiral, and odd or not."""
    share = np.random.default_rng(0).uniform(0, 1, rows)
    votes = np.zeros((rows, len(ANSWERS)))
    votes[:, [1, 4, 6, 7, 10, 28, 32]] = 1
    votes[:, 13], votes[:, 14], votes[:, 23] = share, 1 - share, share
    table = Table({"GalaxyID": 100008 + 7 * np.arange(rows)[::-1]})
    for column, name in enumerate(KAGGLE):
        table[name] = np.round(votes[:, column], 6)
    return table


def read(path, targets=TARGETS):
    return GZ2(str(path), targets).read(path)


@pytest.fixture
def kaggle(shell, image_bytes, monkeypatch):
    """Put the table and the images, still packed, where the commands are typed; no figures are drawn."""
    for verb in ("train", "evaluate"):
        monkeypatch.setattr(f"galexp.job.{verb}.run_figures", lambda *facts: {})
    table = votes_table()
    table.write(shell.folder / "votes.csv")
    pack(shell.folder / "images.zip", table["GalaxyID"], image_bytes)
    return shell


def pack(path, identifiers, image_bytes):
    with zipfile.ZipFile(path, "w") as file:
        for identifier in map(str, identifiers):
            file.writestr(f"images_training_rev1/{identifier}.jpg", image_bytes(identifier, side=48, kind="JPEG"))


def test_the_targets_of_the_configuration_are_the_answers_of_the_tree():
    assert compose(["dataset=gz2"])["dataset"]["targets"] == TARGETS


def test_kaggles_columns_come_under_our_names_sorted_by_identifier(tmp_path):
    table = votes_table()
    table.write(tmp_path / "t.csv")
    selection = read(tmp_path / "t.csv")
    catalog = selection.catalog
    assert catalog.colnames == ["id", *TARGETS]
    assert catalog["id"].tolist() == sorted(map(str, table["GalaxyID"]))
    np.testing.assert_array_equal(catalog["odd_type_merger"], table["Class8.6"][::-1])
    np.testing.assert_array_equal(votes_of(catalog), np.stack([table[name][::-1] for name in KAGGLE], axis=1))
    assert catalog["odd_type_merger"].description == "vote fraction of answer a24"
    assert (selection.counts, selection.ignored) == ({"read": ROWS}, ())


def test_votes_that_close_within_rounding_pass_in_silence(tmp_path):
    table = votes_table()
    table["Class8.6"] += 0.9 * ROUNDING
    table.write(tmp_path / "t.csv")
    assert len(read(tmp_path / "t.csv").catalog) == ROWS


def test_votes_that_break_the_tree_are_kept_with_a_warning_that_counts_and_names_the_worst(tmp_path):
    table = votes_table()
    table["Class4.1"][3], table["Class7.1"][5] = 0.5, 0.25
    table.write(tmp_path / "t.csv")
    worst = table["GalaxyID"][3]
    message = (
        rf"2 of {ROWS} galaxies of .*t\.csv break the sums of the decision tree by more than 1e-05; worst is {worst}, "
        r"whose answers to spiral sum to 0\.5 where 1 reached the question"
    )
    with pytest.warns(UserWarning, match=message):
        assert len(read(tmp_path / "t.csv").catalog) == ROWS


@pytest.mark.parametrize(("value", "shown"), [(38.3, "38.3"), (-0.25, "-0.25")])
def test_what_is_no_fraction_is_refused_with_the_galaxy(tmp_path, value, shown):
    table = votes_table()
    table["Class1.1"][0] = value
    table.write(tmp_path / "t.csv")
    message = (
        rf"1 rows of .*t\.csv hold a vote fraction outside 0 to 1, such as Class1\.1 = {shown} of 100169; expected"
    )
    with pytest.raises(ValueError, match=message):
        read(tmp_path / "t.csv")


def test_a_file_of_a_published_name_is_compared_with_the_published_number(kaggle):
    words = ["prepare", "dataset=gz2", "imaging=zip", "imaging.path=images.zip"]
    status, out, _ = kaggle(*words, "dataset.catalog=votes.csv")
    assert (status, "published" in out) == (0, False)
    (kaggle.folder / "votes.csv").rename(kaggle.folder / "training_solutions_rev1.csv")
    status, out, _ = kaggle(*words, "dataset.catalog=training_solutions_rev1.csv", "paths.data=other")
    assert status == 0
    assert f"{ROWS}  read  (published: 61,578)" in out
    (kaggle.folder / "images.zip").rename(kaggle.folder / "images_test_rev1.zip")
    status, out, _ = kaggle(
        *words[:-1], "dataset.catalog=images_test_rev1.zip", "dataset.targets=[]", "paths.data=third"
    )
    assert status == 0
    assert f"{ROWS}  read  (published: 79,975)" in out


def test_a_folder_with_the_published_table_is_the_table_whatever_else_lies_there(kaggle):
    (kaggle.folder / "kaggle").mkdir()
    for name, place in (("votes.csv", "training_solutions_rev1.csv"), ("images.zip", "images_training_rev1.zip")):
        (kaggle.folder / name).rename(kaggle.folder / "kaggle" / place)
    (kaggle.folder / "kaggle" / "look.jpg").touch()
    assert read(kaggle.folder / "kaggle").catalog.colnames == ["id", *TARGETS]
    words = ["prepare", "dataset=gz2", "imaging=zip", "imaging.path=kaggle/images_training_rev1.zip"]
    status, out, _ = kaggle(*words, "dataset.catalog=kaggle")
    assert (status, f"{ROWS}  read  (published: 61,578)" in out) == (0, True)
    sentence = kaggle.refuses(*words, "dataset.catalog=survey")
    assert sentence.startswith("data/.downloads/gz2 holds no training_solutions_rev1.csv; Kaggle asks for an account")
    (kaggle.folder / "kaggle").rename(kaggle.folder / "data" / ".downloads" / "gz2")
    words[-1] = "imaging.path=data/.downloads/gz2/images_training_rev1.zip"
    status, out, _ = kaggle(*words, "dataset.catalog=survey")
    assert (status, f"{ROWS}  read  (published: 61,578)" in out) == (0, True)
    assert len(PreparedData(kaggle.folder / "data" / "gz2-survey-zip")) == ROWS


@pytest.mark.parametrize("name", ["kaggle/training_solutions_rev1.csv", "images_test_rev1.zip", "images_test_rev1"])
def test_where_the_files_are_absent_a_sentence_says_whence_under_which_name_and_how(name):
    message = (
        rf"there is no {name}; Kaggle asks .* from kaggle\.com/c/galaxy-zoo-.* imaging\.path=FOLDER/images_training"
    )
    with pytest.raises(FileNotFoundError, match=message):
        read(name)


def test_a_label_of_the_users_own_is_a_target_like_any_other(tmp_path):
    Table({"GalaxyID": [100134, 101623], "odd_spiral": [1, 0], "note": ["a", "b"]}).write(tmp_path / "t.csv")
    selection = read(tmp_path / "t.csv", ["odd_spiral"])
    assert selection.catalog["odd_spiral"].tolist() == [1, 0]
    assert selection.ignored == ("note",)
    with pytest.raises(
        ValueError, match=r"t\.csv has no column for the target odd_spirals .*it has GalaxyID, odd_spiral"
    ):
        read(tmp_path / "t.csv", ["odd_spirals"])


def test_images_alone_are_a_catalog_without_targets(tmp_path, image_bytes):
    pack(tmp_path / "images.zip", [100023, 100008], image_bytes)
    (tmp_path / "images").mkdir()
    for name in ("100008.jpg", "100023.PNG", "notes.txt", "._100008.jpg"):
        (tmp_path / "images" / name).touch()
    for path in (tmp_path / "images.zip", tmp_path / "images"):
        dataset = GZ2(str(path), TARGETS)
        message = (
            r"images.* holds images alone, so dataset\.targets \(smooth_or_features_smooth, .*, \.\.\.\) are ignored"
        )
        with pytest.warns(UserWarning, match=message):
            selection = dataset.read(path)
        assert selection.catalog["id"].tolist() == ["100008", "100023"]
        assert (selection.catalog.colnames, dataset.targets) == (["id"], [])
        assert read(path, []).catalog["id"].tolist() == ["100008", "100023"]


@pytest.mark.parametrize("name", ["solutions.csv", "solutions.csv.gz", "Solutions.CSV"])
def test_a_folder_with_a_table_under_another_name_is_not_taken_for_images_alone(tmp_path, image_bytes, name):
    (tmp_path / "1.jpg").write_bytes(image_bytes("1", kind="JPEG"))
    (tmp_path / name).touch()
    message = (
        rf"holds a table under a name that is not known, {name}, where training_solutions_rev1\.csv was expected; give "
        rf"dataset\.catalog=.*/{name}, or take it away"
    )
    with pytest.raises(ValueError, match=message):
        read(tmp_path)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ([], "holds no image; expected {id}.jpg or {id}.png"),
        (["s_0.25.png"], "1 identifiers in column 'file name' are not made of letters, digits"),
        (["a.png", "a.jpg"], "1 identifiers in column 'file name' occur more than once, such as 'a'"),
    ],
)
def test_a_folder_that_cannot_be_a_catalog_is_refused(tmp_path, names, message):
    for name in names:
        (tmp_path / name).touch()
    with pytest.raises(ValueError, match=re.escape(message)):
        read(tmp_path)


@pytest.mark.filterwarnings("ignore:the random forest is left out:UserWarning")
def test_table_and_archive_are_prepared_trained_on_and_the_unlabeled_images_predicted(kaggle, image_bytes):
    words = ["dataset=gz2", "dataset.catalog=votes.csv", "imaging=zip", "imaging.path=images.zip"]
    status, out, _ = kaggle("prepare", *words)
    assert (status, "MOCK" in out) == (0, False)
    data = PreparedData(kaggle.folder / "data" / "gz2-file-zip")
    assert list(data.manifest.targets) == TARGETS
    for row, name in enumerate(data.catalog["id"]):
        assert data.image(row) == image_bytes(name, side=48, kind="JPEG")
    own = ["size=tiny", "model=small_cnn", "datamodule.batch_size=8", "logger=none", "evaluation.bootstrap=0"]
    assert kaggle("train", "dataset=gz2", "task=regression", *own, "dataset.targets=[odd_yes,odd_type_merger]")[0] == 0
    (run,) = (kaggle.folder / "multirun" / "adhoc").iterdir()
    pack(kaggle.folder / "test.zip", range(900001, 900005), image_bytes)
    words = ["dataset=gz2", "dataset.catalog=test.zip", "imaging=zip", "paths.data=unlabeled"]
    assert kaggle("prepare", *words, "dataset.targets=[]")[0] == 0
    status, out, _ = kaggle("evaluate", str(run.relative_to(kaggle.folder)), *words)
    assert status == 0
    assert "no row has a measured odd_yes, odd_type_merger: predictions only" in out
    (folder,) = (run / "evaluations").iterdir()
    predictions = read_parquet(folder / "predictions.parquet")
    assert predictions["id"].tolist() == [str(name) for name in range(900001, 900005)]
    assert np.isfinite(predictions["pred_odd_type_merger"]).all()
    assert np.isnan(predictions["true_odd_type_merger"]).all()
    assert not (folder / "metrics.json").exists()


def test_training_on_images_without_labels_is_refused(kaggle):
    words = ["dataset=gz2", "dataset.catalog=images.zip", "imaging=zip"]
    assert kaggle("prepare", *words, "dataset.targets=[]")[0] == 0
    sentence = kaggle.refuses("train", *words, "size=tiny", "model=small_cnn", "logger=none")
    assert "task.targets has 'smooth_or_features_smooth', which the prepared catalog lacks" in sentence


def test_a_damaged_image_in_the_archive_stops_or_is_dropped_and_counted(kaggle, image_bytes):
    with zipfile.ZipFile(kaggle.folder / "images.zip", "w") as file:
        for number in range(ROWS):
            image = image_bytes(str(number), side=48, kind="JPEG")
            file.writestr(f"{100008 + 7 * number}.jpg", image[:-99] if number == 3 else image)
    words = ["prepare", "dataset=gz2", "dataset.catalog=votes.csv", "imaging=zip", "imaging.path=images.zip"]
    assert "100029.jpg in images.zip is not a whole 8-bit image" in kaggle.refuses(*words)
    assert kaggle(*words, "imaging.unreadable=skip")[0] == 0
    counts = PreparedData(kaggle.folder / "data" / "gz2-file-zip").manifest.counts
    assert (counts["with an image"], counts["written"]) == (ROWS, ROWS - 1)


def test_an_archive_that_was_not_named_is_asked_for(kaggle):
    sentence = kaggle.refuses("prepare", "dataset=gz2", "dataset.catalog=votes.csv", "imaging=zip")
    assert sentence.startswith("votes.csv is no whole zip file")
    assert "name another with imaging.path=FILE.zip" in sentence


def test_the_six_real_rows_of_the_kaggle_table_close(real_data):
    selection = read(real_data / "gz2" / "training_solutions_rev1_excerpt.csv")
    assert selection.catalog["id"].tolist() == ["100008", "100123", "100134", "100143", "100445", "135453"]
    assert selection.catalog["odd_type_merger"][1] == 0.473788783


@pytest.mark.slow
def test_real_labels_and_images_are_prepared_byte_by_byte(real_data, shell):
    root = real_data / "gz2"
    words = [f"dataset.catalog={root / 'odd_spiral_labels.csv'}", "imaging=files", f"imaging.root={root / 'images'}"]
    assert shell("prepare", "dataset=gz2", "dataset.targets=[odd_spiral]", *words)[0] == 0
    data = PreparedData(shell.folder / "data" / "gz2-file-files")
    assert (len(data), int(data.catalog["odd_spiral"].sum())) == (1500, 343)
    assert data.manifest.image_shapes == {"424x424x3": 1500}
    for row in range(0, 1500, 100):
        assert data.image(row) == (root / "images" / f"{data.catalog['id'][row]}.jpg").read_bytes()


def test_gas_cannot_be_taken_from_a_mock_that_tells_nothing_of_it():
    survey = GZ2("mock", ["bar_yes"])
    with pytest.warns(UserWarning, match=r"mock\.stripping=1\.0 is ignored: it takes H I, of which gz2 tells nothing"):
        drawn = survey.draw(20, 0, 1.0)
    assert len(drawn) == 20
