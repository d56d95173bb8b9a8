"""What a network says of every galaxy, beside the truth."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np
import torch
from astropy.table import Table

from galexp.datamodule import GalaxyDataModule
from galexp.task.base import Predictions, Task

if TYPE_CHECKING:
    import pathlib

    import pytorch_lightning as pl


def load_weights(task: Task, checkpoint: pathlib.Path) -> None:
    """Load the state of a checkpoint into a task; nothing but tensors and plain containers is read.

    Raises:
        ValueError: where the checkpoint belongs to another network.
    """
    state = torch.load(checkpoint, map_location="cpu", weights_only=True)["state_dict"]
    try:
        task.load_state_dict(state)
    except RuntimeError as error:
        raise ValueError(f"{checkpoint} does not fit this network: {str(error).splitlines()[1].strip()}") from error


def predict_rows(
    trainer: pl.Trainer, task: Task, datamodule: GalaxyDataModule, rows: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Predict rows of the catalog, each once, as they are and averaged over views.

    Returns:
        Two arrays (row, target), in the order of ``rows``.
    """
    batches = cast("list[Predictions]", trainer.predict(task, dataloaders=datamodule.predict_loader(rows)))
    found = torch.cat([batch.rows for batch in batches]).numpy()
    assert np.array_equal(found, rows), "every row is predicted once"
    plain, tta = (torch.cat([getattr(batch, name) for batch in batches]) for name in ("preds", "preds_tta"))
    return plain.double().numpy(), tta.double().numpy()


def prediction_table(
    datamodule: GalaxyDataModule,
    targets: list[str],
    rows: np.ndarray,
    predictions: tuple[np.ndarray, np.ndarray],
) -> Table:
    """Put identifier, role, truth and predictions into a table: ``true_<t>``, ``pred_<t>``, ``pred_tta_<t>``.

    Truth is NaN where there is none.
    """
    catalog = datamodule.data.catalog[rows]
    table = Table({"id": catalog["id"], "role": datamodule.roles[rows]})
    for name in ("hi_is_limit", "hi_confused"):
        if name in catalog.colnames:
            table[name] = catalog[name]
    for number, target in enumerate(targets):
        unit = datamodule.data.manifest.units.get(target, "")
        table[f"true_{target}"] = datamodule.truth[rows, number]
        table[f"pred_{target}"] = predictions[0][:, number]
        table[f"pred_tta_{target}"] = predictions[1][:, number]
        for prefix in ("true", "pred", "pred_tta"):
            table[f"{prefix}_{target}"].unit = unit or None
    return table
