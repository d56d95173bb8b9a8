"""What galexp makes itself: mock surveys, drawn and rendered, and simulated mergers."""

from __future__ import annotations

import pathlib
from typing import Any

from galexp.config import Settings
from galexp.dataset import location
from galexp.dataset.base import Dataset, Selection
from galexp.dataset.location import AUTO, MOCK, SIMULATION
from galexp.dataset.mergers import described
from galexp.launch import on_gpu
from galexp.mock.imaging import MockImaging
from galexp.nbody.export import export_hdf5
from galexp.nbody.fleet import simulate_all
from galexp.nbody.frames import SimulationImaging, simulated_catalog, simulation_facts
from galexp.nbody.quality import Quality
from galexp.preparation.write import all_but_identifiers, is_there, write
from galexp.shard.origin import Origin
from galexp.target import instantiate
from galexp.terminal import progress_bar, say


def make(settings: Settings, dataset: Dataset, path: pathlib.Path) -> None:
    """Make the data of a configuration, unless they stand there.

    Raises:
        ValueError: where images from elsewhere are asked for, or a number is out of its range.
        OSError: where the disk is full.
    """
    kind = location.made(settings)
    if settings["choices"]["imaging"] not in (AUTO, kind):
        raise ValueError(f"a {kind} catalog has {kind} images only; give dataset.catalog=FILE|survey, or imaging=auto")
    recipe = location.made_recipe(settings)
    if is_there(path, recipe, settings["force"]):
        return
    (_simulate if kind == SIMULATION else _draw)(settings, dataset, path)


def _draw(settings: Settings, dataset: Dataset, path: pathlib.Path) -> None:
    imaging: MockImaging = instantiate(settings["imaging"])
    options = settings["mock"]
    catalog = dataset.draw(options["objects"], options["seed"], options["stripping"])
    say(f"rendering {len(catalog):,} mock galaxies")
    selection = Selection(catalog, {"drawn": len(catalog)}, origin=Origin.MOCK)
    facts: dict[str, Any] = {"mock": ["catalog", "images"], "drawn_columns": all_but_identifiers(catalog.colnames)}
    write(settings, dataset, path, location.made_recipe(settings), selection, imaging, catalog=MOCK, **facts)


def check_export(settings: Settings) -> None:
    """Refuse an export of what is not simulated here, and one onto a file that is there.

    Raises:
        ValueError: naming the file and what to do.
    """
    file = settings["export"]
    if not file:
        return
    if not (location.is_made(settings) and location.made(settings) == SIMULATION):
        raise ValueError(f"export={file}: frames of simulated mergers alone can be exported; give dataset=mergers")
    if not pathlib.Path(file).absolute().parent.is_dir():
        raise ValueError(f"export={file}: there is no folder {pathlib.Path(file).parent}; make it first")
    if pathlib.Path(file).exists() and not settings["force"]:
        raise ValueError(f"export={file} is there already; force=true replaces it")


def export(settings: Settings) -> None:
    """Write the frames of the simulations in the HDF5 layout of DeepGalaxy.

    Raises:
        OSError: where the disk is full.
    """
    path = pathlib.Path(settings["export"])
    export_hdf5(_simulations(settings), path, settings["quality"]["image_size"])
    say(f"frames in the layout of DeepGalaxy: {path}")


def _simulations(settings: Settings) -> list[pathlib.Path]:
    """Return the file of each simulation; those missing are run first, on the GPU where training would be."""
    quality: Quality = instantiate(settings["quality"])
    folder = pathlib.Path(settings["paths"]["data"]) / ".simulations"
    with progress_bar("steps") as bar:
        task = bar.add_task(f"simulating {len(quality.simulations)} mergers", total=None, note="")
        device = "cuda" if on_gpu(settings["trainer"]) else "cpu"
        return simulate_all(quality, folder, lambda done, total: bar.update(task, completed=done, total=total), device)


def _simulate(settings: Settings, dataset: Dataset, path: pathlib.Path) -> None:
    files = _simulations(settings)
    catalog = described(simulated_catalog(files))
    selection = Selection(catalog, {"frames": len(catalog)}, origin=Origin.SIMULATION)
    imaging = SimulationImaging(files, settings["quality"]["image_size"])
    write(
        settings,
        dataset,
        path,
        location.made_recipe(settings),
        selection,
        imaging,
        catalog=SIMULATION,
        simulations=simulation_facts(files),
    )
