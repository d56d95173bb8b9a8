"""What is claimed of the files of published numbers, of their reader, and of the bibliography."""

from __future__ import annotations

import pytest
import yaml

from galexp.config import choices, compose
from galexp.page import published
from galexp.page.cite import ALWAYS, bibliography, bibtex, keys_of, read_bibliography
from galexp.page.published import HOW, PublishedNumber, PublishedTable, experiments_dir, read_study, studies, study

FILES = sorted(experiments_dir().glob("*/published.yaml"))
NUMBER = {"name": "a", "quantity": "rmse", "value": 0.3, "where": "Table 1", "evidence": "P"}
TABLE = {
    "name": "curve",
    "columns": ["q", "rmse"],
    "rows": [[0.1, 0.3], [0.2, 0.4]],
    "where": "Figure 4",
    "evidence": "F",
}


@pytest.fixture
def write(tmp_path):
    def write_study(number=(), table=(), **changed):
        content = {"study": "Mine", "references": ["wu2020"], "numbers": [{**NUMBER, **dict(number)}]}
        content |= {"tables": [{**TABLE, **dict(table)}], **changed}
        path = tmp_path / "mine" / "published.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(yaml.safe_dump({key: value for key, value in content.items() if value is not None}))
        return path

    return write_study


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parent.name)
def test_every_study_is_read_and_cites_what_there_is(path):
    found = read_study(path)
    assert found.numbers
    assert set(found.references) <= set(bibliography())
    assert found in studies()


def test_a_number_and_a_table_are_read_as_they_are_written(write):
    found = read_study(write(number={"error": 0.01, "error_kind": "sd", "match": {"split": "random"}}))
    assert (found.folder, found.number("a").error, found.number("a").method) == ("mine", 0.01, "network")
    assert found.table("curve").column("rmse") == [0.3, 0.4]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"number": {"valeu": 1}}, "number 'a' has the unknown key 'valeu'; did you mean 'value'"),
        ({"number": {"where": None}}, "number 'a' lacks where; add it"),
        ({"number": {"value": "0.3 dex"}}, "has the value '0.3 dex'; expected a number"),
        ({"number": {"error": 0.1}}, "has an error and no error_kind; say what the error is"),
        ({"number": {"evidence": "X"}}, "has the evidence 'X'; choose from P, K, F, V, I, M"),
        (
            {"number": {"match": {"splt": "random"}}},
            "matches the group 'splt', which there is not; did you mean 'split'",
        ),
        ({"number": {"match": {"split": "rndom"}}}, "matches split=rndom, which there is not; did you mean 'random'"),
        ({"table": {"rows": [[1]]}}, r"has a row of 1 values for 2 columns: \[1\]"),
        ({"table": {"colums": []}}, "table 'curve' has the unknown key 'colums'; did you mean 'columns'"),
        ({"numbers": None}, "lacks numbers; add it"),
        ({"nubmers": []}, "has the unknown key 'nubmers'; did you mean 'numbers'"),
        ({"numbers": [NUMBER, NUMBER]}, "has 'a' twice; give each a name of its own"),
    ],
)
def test_a_file_that_is_wrong_is_refused_by_what_is_wrong_in_it(write, changed, message):
    with pytest.raises(ValueError, match=message):
        read_study(write(**changed))


def test_a_file_without_keys_and_one_that_is_no_yaml_are_refused(write):
    path = write()
    path.write_text("- a\n")
    with pytest.raises(ValueError, match="holds a list; expected the keys study, references"):
        read_study(path)
    path.write_text("a: [")
    with pytest.raises(ValueError, match=r"cannot be read .*; mend it"):
        read_study(path)


@pytest.mark.parametrize(("kind", "facts"), [(PublishedNumber, NUMBER), (PublishedTable, TABLE)])
def test_a_number_and_a_table_are_of_the_runs_that_chose_everything_that_they_match(kind, facts):
    settings = {"choices": {"split": "random", "dataset": "xgass"}, "datamodule": {"image_size": 64}}
    of = [{"split": "random"}, {"split": "random", "datamodule.image_size": 64}]
    not_of = [{}, {"split": "kfold"}, {"split": "random", "datamodule.image_size": 32}, {"loss.beta.gamma": 1}]
    assert [kind(**facts, match=match).fits(settings) for match in of] == [True, True]
    assert not any(kind(**facts, match=match).fits(settings) for match in not_of)


def fitting(settings, besides=()):
    return [number.name for study in studies() for number in study.numbers if number.fits(settings, besides)]


def test_rows_of_table_1_are_held_against_runs_like_the_papers_alone_and_shown_beside_others():
    settings = compose(["experiment=wu2020_table1", "imaging=sdss", "environment=code"])
    rows = [f"xgass_lower_higher_{quantity}" for quantity in ("rmse", "normalized_rmse", "scatter")]
    assert fitting(settings) == rows
    others = {"environment": "fixed", "model": "small_cnn", "imaging": "mock"}
    for group, other in others.items():
        assert not fitting({**settings, "choices": {**settings["choices"], group: other}})
    assert not fitting({**settings, "trainer": {"max_epochs": 100}})
    assert fitting({**settings, "choices": {**settings["choices"], **others}}, HOW) == rows


def test_networks_of_random_weights_and_of_few_real_galaxies_are_held_against_no_published_metallicity():
    names = {"rmse_128px", "nmad_128px", "correlation", "mass_rmse", "mass_nmad"}
    settings = compose(["experiment=wu2019_metallicity_code", "model.pretrained=true"])
    assert names <= set(fitting(settings))
    assert not names & set(fitting({**settings, "model": {**settings["model"], "pretrained": False}}))
    few = fitting(compose(["experiment=sdss_metallicity_small"]))
    assert few == ["true_above", "predicted_above"]


@pytest.mark.slow
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parent.name)
def test_everything_that_is_matched_can_be_chosen_together(path):
    found = read_study(path)
    for match in {str(item.match): item.match for item in (*found.numbers, *found.tables) if item.match}.values():
        words = [f"{key}={'null' if value is None else value}" for key, value in match.items()]
        assert PublishedNumber(**NUMBER, match=match).fits(compose(words)), match


def test_what_is_not_published_is_refused_with_the_nearest(write):
    found = read_study(write())
    with pytest.raises(ValueError, match=r"published.yaml of mine has no 'b'; choose from a"):
        found.number("b")
    with pytest.raises(ValueError, match="has no 'curv'; did you mean 'curve'"):
        found.table("curv")
    with pytest.raises(ValueError, match="has no column 'rms'; did you mean 'rmse'"):
        found.table("curve").column("rms")
    with pytest.raises(ValueError, match="no study 'nobody'; choose from"):
        study("nobody")


def test_the_folder_of_the_studies_is_in_the_package_or_beside_it(tmp_path, monkeypatch):
    monkeypatch.setattr(published, "PACKAGE", tmp_path / "galexp")
    with pytest.raises(FileNotFoundError, match=r"no experiments/references\.bib in .*galexp or beside it; reinstall"):
        experiments_dir()
    for folder in (tmp_path / "experiments", tmp_path / "galexp" / "experiments"):
        folder.mkdir(parents=True)
        (folder / "references.bib").touch()
        assert experiments_dir() == folder


def test_every_reference_has_a_title_and_an_author():
    for key, entry in bibliography().items():
        assert "  title = {" in entry, key
        assert "  author = {" in entry, key
        assert entry.count("{") == entry.count("}")


def test_what_a_choice_cites_is_there_and_so_is_the_choice():
    content = yaml.safe_load((experiments_dir() / "citations.yaml").read_text())
    assert set(content.pop(ALWAYS)) <= set(bibliography())
    known = choices()
    for group, options in content.items():
        names = known.get(group.partition("@")[0], {"optuna": ""})
        for option, keys in options.items():
            assert any(name == option or name.startswith(option.rstrip("*")) for name in names), (group, option)
            assert set(keys) <= set(bibliography()), (group, option)


def test_the_keys_of_a_run_are_those_of_its_choices_and_of_all_runs():
    found = keys_of({"dataset": "gz2", "model": "xresnet18", "optimizer": None, "mine": "whatever"})
    assert found[:3] == ["willett2013", "he2016", "he2019"]
    assert "paszke2019" in found
    assert len(found) == len(set(found))


def test_an_unknown_key_is_refused_with_the_nearest():
    with pytest.raises(ValueError, match=r"references\.bib has no 'wu2021'; did you mean 'wu20"):
        bibtex(["wu2021"])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("@misc{a,\n}\n@misc{a,\n}\n", "has 'a' twice; give each entry a key of its own"),
        ("@misc{a,\n title = {b}\n", "the braces of a in .* do not close; mend the entry"),
    ],
)
def test_a_bibliography_that_is_wrong_is_refused(tmp_path, text, message):
    path = tmp_path / "references.bib"
    path.write_text(text)
    with pytest.raises(ValueError, match=message):
        read_bibliography(path)
