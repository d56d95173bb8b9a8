"""What weights a network started from, as its run says it."""

from __future__ import annotations

import json
import pathlib
from typing import Any

from galexp.run.directory import RunDirectory
from galexp.shard.origin import Origin, least_real

_PUBLISHED = ("pretrained", "body_weights")


def learned_on(weights: str | pathlib.Path) -> Origin | None:
    """Return what data the weights of a run were learned on, or those that that run started from; None of a file.

    Args:
        weights: Folder of a run, or one of its checkpoints. A mock or a simulation anywhere behind it counts.
    """
    path = pathlib.Path(weights)
    folder = path if path.is_dir() else path.parent.parent
    if not (folder / "metrics.json").is_file():
        return None
    metrics = json.loads((folder / "metrics.json").read_text())
    own, before = Origin(metrics["data"]), metrics.get("started_from", {}).get("data")
    return least_real([own, Origin(before)]) if before else own


def learned_by(run: RunDirectory) -> Origin:
    """Return what data the network of a finished run was learned on.

    Raises:
        ValueError: where the run did not come to its end, and so does not say it.
    """
    found = learned_on(run.folder)
    if found is None:
        command = run.command or "the command that began it"
        raise ValueError(f"{run.folder} is not finished and does not say what it learned on; finish it by: {command}")
    return found


def started_from(settings: dict[str, Any]) -> dict[str, Any]:
    """Return what ``metrics.json`` says of the start: ``recipe``, ``pretrained`` and, where there are, its weights.

    ``pretrained`` is ``false``, ``true`` for published weights, or ``weights``, with MOCK or SIMULATION before it where
    they were learned on one.
    """
    model = settings["model"]
    head: dict[str, Any] = {"recipe": settings["choices"].get("experiment"), "pretrained": "false"}
    if any(model.get(key) for key in _PUBLISHED):
        head["pretrained"] = "true"
    if model["weights"] is not None:
        origin = learned_on(model["weights"])
        head["pretrained"] = f"{origin.word if origin else ''}weights"
        head["started_from"] = {"weights": str(model["weights"])} | ({"data": str(origin)} if origin else {})
    return head


def refuse_mock_start(settings: dict[str, Any]) -> None:
    """Refuse weights of a mock or a simulation where none is allowed.

    Raises:
        ValueError: naming them.
    """
    origin = learned_on(settings["model"]["weights"]) if settings["model"]["weights"] else None
    if origin not in (None, Origin.OBSERVED) and not settings["allow_mock"]:
        raise ValueError(
            f"the weights of {settings['model']['weights']} were learned on a {origin} and allow_mock is false; start "
            "from others, or set allow_mock=true"
        )
