"""What a network says of every galaxy, beside the truth."""

from __future__ import annotations

from pickle import UnpicklingError
from typing import TYPE_CHECKING, cast

import numpy as np
import torch
from astropy.table import Table

from galexp import world
from galexp.datamodule import GalaxyDataModule
from galexp.task.base import Predictions, Task

if TYPE_CHECKING:
    import pathlib

    import pytorch_lightning as pl

_REMEDY = "put this run's own file back, or train it anew with force=true"


def load_weights(task: Task, checkpoint: pathlib.Path) -> None:
    """Load the state of a checkpoint into a task; nothing but tensors and plain containers is read.

    Raises:
        ValueError: where the checkpoint belongs to another network or to images of other bands, or is no whole file.
    """
    try:
        state = torch.load(checkpoint, map_location="cpu", weights_only=True)["state_dict"]
    except (RuntimeError, UnpicklingError, EOFError, KeyError, OSError) as error:
        reason = " ".join(str(error).split())[:120]
        raise ValueError(f"{checkpoint} cannot be read as a checkpoint ({reason}); {_REMEDY}") from error
    learned = state.get("network.normalize.mean")
    if learned is not None and len(learned) != task.network.in_chans:
        raise ValueError(
            f"the network of {checkpoint} takes images of {len(learned)} bands and these have {task.network.in_chans}; "
            "choose galaxies with as many bands, as imaging=gray makes one of several, or train a run on these"
        )
    try:
        task.load_state_dict(state)
    except RuntimeError as error:
        reason = str(error).splitlines()[1].strip()[:200]
        raise ValueError(f"{checkpoint} is of another network than this one ({reason}); {_REMEDY}") from error


def predict_rows(
    trainer: pl.Trainer, task: Task, datamodule: GalaxyDataModule, rows: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Predict rows of the catalog, each once, as they are and averaged over views.

    Several processes share the rows, unpadded, and all of them get all predictions.

    Returns:
        Two arrays (row, column) of what the task reads from the network, in the order of ``rows``.
    """
    own = rows[world.rank() :: world.size()] if len(rows) >= world.size() else rows
    batches = cast("list[Predictions]", trainer.predict(task, dataloaders=datamodule.predict_loader(own)))
    parts = world.gathered(tuple(torch.cat(column).double().numpy() for column in zip(*batches, strict=True)))
    found, plain, tta = (np.concatenate(column) for column in zip(*parts, strict=True))
    once, order = np.unique(found, return_index=True)
    assert np.array_equal(once, np.sort(rows)), "every row is predicted"
    place = order[np.searchsorted(once, rows)]
    return plain[place], tta[place]


def prediction_table(
    datamodule: GalaxyDataModule, task: Task, rows: np.ndarray, predictions: tuple[np.ndarray, np.ndarray]
) -> Table:
    """Put identifier, role, truth and predictions into a table.

    Per target ``true_<t>``, ``pred_<t>`` and, averaged over views, ``pred_tta_<t>``; and likewise what else the task
    reads from its network, such as ``sigma_<t>`` and ``sigma_tta_<t>``, or ``prob_<class>``. Truth is NaN where there
    is none.
    """
    catalog = datamodule.data.catalog[rows]
    table = Table({"id": catalog["id"], "role": datamodule.roles[rows]})
    for name in ("hi_is_limit", "hi_confused"):
        if name in catalog.colnames:
            table[name] = catalog[name]
    for number, target in enumerate(task.targets):
        table[f"true_{target}"] = datamodule.truth[rows, number]
        _set_unit(table, f"true_{target}", datamodule, target)
    plain, tta = (task.named(values) for values in predictions)
    for kind, name in plain:
        for column, values in ((f"{kind}_{name}", plain), (f"{kind}_tta_{name}", tta)):
            table[column] = values[kind, name]
            _set_unit(table, column, datamodule, name)
    return table


def _set_unit(table: Table, column: str, datamodule: GalaxyDataModule, name: str) -> None:
    table[column].unit = datamodule.data.manifest.units.get(name, "") or None
