"""Claims about the recipes of the studies: each composes, says where it comes from, and runs by its name."""

from __future__ import annotations

import functools
import json
import os
import pathlib

import numpy as np
import pytest
from astropy.table import Table

from galexp.catalog.parquet import read_parquet
from galexp.config import choices, compose
from galexp.optimizer.sgdr import sgdr

RECIPES = sorted(choices()["experiment"])
SAID = {
    "wu2019": ["Wu & Boada (2019)", "as we would learn them"],
    "wu2020": ["Wu (2020)"],
    "gz2": ["Galaxy Zoo 2"],
    "deepgalaxy": ["DeepGalaxy", "as we would learn them", "autoencoder"],
}
STUDIES = tuple(SAID)
NEEDS_WEIGHTS = {"wu2020_transfer": "wu2020_xgass", "deepgalaxy_vae_time": "deepgalaxy_vae"}
ON_REAL_IMAGES_ALONE = {"gz2_odd_spiral", "gz2_representation"}  # Their label comes with the images; no mock has it.
REAL = pathlib.Path(os.environ.get("GALEXP_REAL_DATA", ""))
needs_real_data = pytest.mark.skipif(
    "GALEXP_REAL_DATA" not in os.environ, reason="GALEXP_REAL_DATA is not set: no real images"
)
SMALL = ("size=tiny", "logger=none", "evaluation.bootstrap=20")


@functools.cache
def composed(name, *words):
    return compose([f"experiment={name}", *words])


def plain(value) -> bool:
    if isinstance(value, dict):
        return type(value) is dict and all(type(key) is str and plain(child) for key, child in value.items())
    if isinstance(value, list):
        return type(value) is list and all(map(plain, value))
    return value is None or type(value) in (bool, int, float, str)


@pytest.mark.parametrize("name", RECIPES)
def test_every_recipe_composes_into_plain_containers_and_shrinks_with_a_size(name):
    tiny = composed(name, "size=tiny")
    assert plain(tiny)
    assert json.loads(json.dumps(tiny)) == tiny
    assert tiny["choices"]["experiment"] == name
    assert (tiny["datamodule"]["image_size"], tiny["trainer"]["max_epochs"]) == (32, 1)


@pytest.mark.parametrize("name", [name for name in RECIPES if not name.startswith("demo")])
def test_a_recipe_that_reproduces_a_paper_refuses_a_mock(name):
    assert composed(name, "size=tiny")["allow_mock"] is False


def test_every_study_has_recipes():
    for study in STUDIES:
        assert [name for name in RECIPES if name.startswith(study)]


@pytest.mark.slow
@pytest.mark.parametrize("name", NEEDS_WEIGHTS)
def test_a_recipe_that_goes_on_from_a_network_asks_for_it(name, desk):
    words = ["allow_mock=true", "quality=tiny"] if name.startswith("deepgalaxy") else ["allow_mock=true"]
    sentence = desk.refuses("train", f"experiment={name}", *SMALL, *words)
    assert "model.weights is RUN, which is not there; give a run's folder" in sentence


def test_paper_and_code_of_the_metallicities_differ_as_published():
    paper, code = composed("wu2019_metallicity_paper"), composed("wu2019_metallicity_code")
    assert (paper["datamodule"]["batch_size"], code["datamodule"]["batch_size"]) == (256, 64)
    assert (paper["layers"]["rates"], code["layers"]["rates"]) == ([0.1, 1, 1], None)
    assert [node["optimizer"]["_target_"] for node in (paper, code)] == ["torch.optim.AdamW", "torch.optim.SGD"]
    assert (code["optimizer"]["lr"], code["optimizer"]["weight_decay"], code["optimizer"]["momentum"]) == (0.1, 0, 0.9)
    for settings in (paper, code):
        assert settings["split"]["val_fraction"] == 0
        assert settings["callback"]["freeze"]["epochs"] == 2
        assert settings["trainer"]["max_epochs"] == 10
        assert settings["schedule"]["_target_"] == f"{sgdr.__module__}.{sgdr.__name__}"
        assert sum(next(iter(stage.values())) for stage in settings["schedule"]["stages"]) == 10


def test_the_headline_run_of_the_gas_fractions_is_as_published():
    settings = composed("wu2020_alfalfa")
    assert settings["choices"]["model"] == "xresnet50"
    assert (settings["optimizer"]["lr"], settings["optimizer"]["weight_decay"]) == (0.1, 0.001)
    assert (settings["trainer"]["max_epochs"], settings["datamodule"]["batch_size"]) == (100, 32)
    assert settings["split"]["val_fraction"] == 0
    assert composed("wu2020_xgass")["optimizer"]["lr"] == 0.03
    assert composed("wu2020_environment")["optimizer"]["weight_decay"] == 0.0001


def test_gas_poor_and_gas_rich_are_bounded_as_published():
    assert composed("wu2020_gas_classes")["task"]["classes"] == {"gas_poor": [None, -0.5], "gas_rich": [0.5, None]}
    assert composed("wu2020_gas_classes_xgass")["task"]["classes"] == {
        "gas_poor": [None, -1.5],
        "gas_rich": [-0.5, None],
    }


def test_merger_times_are_classes_in_an_order_with_a_width():
    settings = composed("deepgalaxy_paper")
    assert settings["dataset"]["targets"] == ["snapshot_class"]
    assert (settings["task"]["ordered"], settings["task"]["width_column"]) == (True, "snapshot_interval")
    assert settings["optimizer"]["lr"] == 8.0
    assert settings["datamodule"]["batch_size"] == 8
    assert settings["choices"]["split"] == "random"
    assert composed("deepgalaxy")["choices"]["split"] == "simulation"


@pytest.mark.parametrize(("study", "words"), SAID.items())
def test_recipes_say_their_study_in_their_first_line(study, words):
    for name in RECIPES:
        if name.startswith(study):
            assert any(word in choices()["experiment"][name] for word in words), name


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    """Return a folder in which the recipes of this module find each other's mocks and runs."""
    return tmp_path_factory.mktemp("recipes")


@pytest.fixture
def at(room, shell, monkeypatch):
    """Return a command line in that folder."""
    monkeypatch.chdir(room)
    monkeypatch.setattr("galexp.job.train.run_figures", lambda *facts: {})
    return shell


def run_of(name, root):
    return max((root / "multirun" / name).glob("*/metrics.json"), key=os.path.getmtime).parent


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:the random forest is left out:UserWarning")
@pytest.mark.filterwarnings("ignore:only simulation:UserWarning")
@pytest.mark.filterwarnings("ignore:callback.freeze holds a body still:UserWarning")
@pytest.mark.parametrize(
    "name", sorted(set(RECIPES) - ON_REAL_IMAGES_ALONE, key=lambda name: (name in NEEDS_WEIGHTS, name))
)
def test_every_recipe_runs_by_its_name_on_its_mock(name, room, at):
    words = ["allow_mock=true"]
    if name in NEEDS_WEIGHTS:
        words.append(f"model.weights={run_of(NEEDS_WEIGHTS[name], room)}")
    if compose([f"experiment={name}", *words])["choices"]["dataset"] == "mergers":
        words += ["quality=tiny", "split.val_fraction=0"]
    if "legacy" in name:
        words.append("imaging=auto")
    status, out, err = at("train", f"experiment={name}", *SMALL, *words)
    assert status == 0, err
    assert "MOCK" in out or "SIMULATION" in out
    metrics = json.loads((run_of(name, room) / "metrics.json").read_text())
    assert metrics["data"] in ("mock", "simulation")
    predictions = read_parquet(run_of(name, room) / "predictions.parquet")
    drawn = [column for column in predictions.colnames if column.startswith(("pred_", "prob_", "sigma_", "latent_"))]
    assert drawn
    assert all(np.isfinite(predictions[column]).all() for column in drawn)


def real_metallicity(_):
    folder = REAL / "sdss_metallicity"
    return [f"dataset.catalog={folder / 'catalog.csv'}", "imaging=files", f"imaging.root={folder / 'images'}"]


def real_spirals(_):
    folder = REAL / "gz2"
    images = ["imaging=files", f"imaging.root={folder / 'images'}"]
    return [f"dataset.catalog={folder / 'odd_spiral_labels.csv'}", "dataset.targets=[odd_spiral]", *images]


def real_xgass(_):
    return [f"dataset.catalog={REAL / 'xgass' / 'xGASS_representative_sample.fits'}", "imaging=mock"]


def real_alfalfa(_):
    return [f"dataset.catalog={REAL / 'alfalfa'}", "dataset.stellar_mass=durbala2020", "imaging=mock"]


def real_frames(room):
    """Write a table of the published frames under the names that a table of mergers has; ten snapshots are a class."""
    table = Table.read(REAL / "nbody" / "frames" / "labels.csv")
    frames = Table({"id": [pathlib.Path(name).stem.replace(".", "") for name in table["file"]]})
    frames["simulation"], frames["camera"] = "s_100_m_050", table["camera"]
    frames["snapshot_class"], frames["simulation_time"] = table["t_index"] // 10, 10.0 * table["t_index"]
    frames["snapshot_interval"] = 100.0
    (room / "frames").mkdir(exist_ok=True)
    for name, identifier in zip(table["file"], frames["id"], strict=True):
        target = room / "frames" / f"{identifier}.png"
        if not target.exists():
            target.symlink_to(REAL / "nbody" / "frames" / name)
    frames.write(room / "frames.csv", overwrite=True)
    return ["dataset.catalog=frames.csv", "imaging=files", "imaging.root=frames"]


TRACERS = [
    "tracers=file",
    f"tracers.path={REAL / 'tracers' / 'sdss_dr7_volume_limited.fits'}",
    f"tracers.alpha40={REAL / 'alfalfa' / 'a40.datafile1.csv'}",
]
REAL_PIECES = {
    "wu2019_metallicity_paper": ("sdss_metallicity", real_metallicity),
    "wu2019_metallicity_code": ("sdss_metallicity", real_metallicity),
    "wu2019_metallicity": ("sdss_metallicity", real_metallicity),
    "sdss_metallicity_gaussian": ("sdss_metallicity", real_metallicity),
    "gz2_odd_spiral": ("gz2", real_spirals),
    "gz2_representation": ("gz2", real_spirals),
    "wu2020_xgass": ("xgass", real_xgass),
    "wu2020_environment": ("xgass", real_xgass),
    "wu2020_gas_classes_xgass": ("xgass", real_xgass),
    "wu2020_alfalfa": ("alfalfa", real_alfalfa),
    "deepgalaxy_paper": ("mergers", real_frames),
}


@pytest.mark.slow
@needs_real_data
@pytest.mark.filterwarnings("ignore:the random forest is left out:UserWarning")
@pytest.mark.filterwarnings("ignore:mock:UserWarning")
@pytest.mark.filterwarnings("ignore:callback.freeze holds a body still:UserWarning")
@pytest.mark.parametrize("name", REAL_PIECES)
def test_a_recipe_runs_on_the_real_piece_of_its_survey(name, room, at):
    dataset, words_of = REAL_PIECES[name]
    words = [f"dataset={dataset}", *words_of(room), "mock.image_size=32"]
    assert at("prepare", *words, *(TRACERS if dataset == "xgass" else []))[0] == 0
    small = [*SMALL, "mock.image_size=32", "allow_mock=true", f"paths.runs={room / 'real'}"]
    small += ["model=small_cnn"] if dataset == "alfalfa" else []  # An xresnet50 takes minutes for 11,328 rows.
    status, _, err = at("train", f"experiment={name}", *words_of(room), *small)
    assert status == 0, err
    (run,) = (path.parent for path in (room / "real" / name).glob("*/metrics.json"))
    metrics = json.loads((run / "metrics.json").read_text())
    assert metrics["counts"]["test"] > 0
    kind = "simulation" if dataset == "mergers" else "mock" if "imaging=mock" in words else "observed"
    assert metrics["data"] == kind
