"""From a subject and a question to an explanation: galaxies are picked, maps made, averaged and checked."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from galexp.attribution.explanation import Explanation, Gallery
from galexp.attribution.method import Maps, sky_level
from galexp.attribution.name import GRAD_CAM, INTEGRATED_GRADIENTS
from galexp.attribution.pick import CHOSEN, find_ids, pick_classes, pick_numbers, pick_targets
from galexp.attribution.population import groups_of, profile_table
from galexp.attribution.randomize import STAGES
from galexp.attribution.table import attribution_table
from galexp.attribution.trust import Checked, cascade_table, deletion_tables
from galexp.job.subject import Subject, as_stored
from galexp.terminal import progress_bar, say

if TYPE_CHECKING:
    from astropy.table import Table
    from torch import nn

_EXAMPLES = 3


@dataclasses.dataclass(frozen=True)
class Picked:
    """What was picked to look at.

    Args:
        kinds: Kind of galaxy -> its rows.
        values: What the network says of every row that it was asked about, of all outputs.
        targets: Places of the outputs that are explained.
    """

    kinds: dict[str, np.ndarray]
    values: dict[int, np.ndarray]
    targets: list[int]

    @property
    def rows(self) -> np.ndarray:
        """The rows of all kinds, each once."""
        return np.array(list(dict.fromkeys(np.concatenate(list(self.kinds.values())).tolist())), dtype=np.int64)


@dataclasses.dataclass(frozen=True)
class Study:
    """A question to a network.

    Args:
        asked: Block ``explain`` of the configuration, checked.
        subject: The network and its galaxies.
        seed: Of what is drawn at random.
        untrained: Makes a network of the same kind that has learned nothing.
    """

    asked: dict[str, Any]
    subject: Subject
    seed: int
    untrained: Callable[[], nn.Module]

    @functools.cached_property
    def maps(self) -> Maps:
        """What makes the maps, with the layer that was asked for."""
        return self.subject.maps(self.methods, self.asked["layer"], self.asked["steps"])

    @property
    def methods(self) -> list[str]:
        """That are asked for."""
        return list(self.asked["methods"])

    @functools.cached_property
    def population(self) -> np.ndarray:
        """Held-out rows behind the profile and the checks."""
        return self.subject.population(self.asked["population"], self.seed)

    def explain(self, facts: dict[str, Any]) -> Explanation:
        """Pick, show, average and check.

        Args:
            facts: Head of ``metrics.json``.
        """
        subject, maps = self.subject, self.maps
        picked = self._pick()
        gallery = self._gallery(picked)
        radii = subject.radii(picked.rows)
        table = attribution_table(gallery, radii.pixels, subject.datamodule.roles[picked.rows].tolist())
        found: dict[str, Any] = {"methods": self.methods, "targets": gallery.targets}
        found |= {"are_classes": maps.explained.are_classes, "radius": radii.unit, "held_out": len(subject.held_out)}
        found |= {"shown": {kind: [gallery.ids[place] for place in places] for kind, places in gallery.kinds.items()}}
        found |= {"layer": self._layer(gallery)}
        if INTEGRATED_GRADIENTS in gallery.maps:
            found["integrated_gradients"] = self._completeness(gallery, picked)
        profile, of_profile = self._profile(picked) if len(self.population) else (None, {})
        checks, of_checks = self._checks(picked.targets) if self.asked["checked"] else ({}, {})
        return Explanation(gallery, {**facts, **found, **of_profile, **of_checks}, table, profile, **checks)

    def _pick(self) -> Picked:
        subject, ids = self.subject, self.asked["ids"]
        network, data = subject.network, subject.datamodule.data
        named = np.array(find_ids(ids or [], data.catalog["id"].tolist(), str(data.folder)), dtype=np.int64)
        rows = np.unique(np.concatenate([named, self.population])) if ids else subject.held_out
        predicted = subject.values(rows)
        targets = pick_targets(network.names, predicted, self.asked["targets"])
        values = dict(zip(rows.tolist(), predicted, strict=True))
        if ids:
            return Picked({CHOSEN: named}, values, targets)
        question = (network.names, targets, self.asked["show"], self.asked["count"])
        if network.are_classes:
            found = pick_classes(predicted, subject.datamodule.truth[rows, 0], *question)
        else:
            found = pick_numbers(predicted, subject.truth(rows), *question)
        if not found:
            raise ValueError(
                f"nothing is of explain.show={self.asked['show']}: no truth is known, or the network is never wrong; "
                "add extremes, or name galaxies by explain.ids"
            )
        return Picked({kind: rows[places] for kind, places in found.items()}, values, targets)

    def _gallery(self, picked: Picked) -> Gallery:
        subject, rows, targets = self.subject, picked.rows, picked.targets
        place = {row: number for number, row in enumerate(rows.tolist())}
        found: dict[str, list[np.ndarray]] = {method: [] for method in self.methods}
        images = []
        with progress_bar("galaxies") as bar:
            shown = bar.add_task("heat maps", total=len(rows), note="")
            for batch in subject.batches(rows):
                seen = subject.images(batch)
                images.append(as_stored(seen))
                for method, parts in found.items():
                    parts.append(
                        np.stack([self.maps(method, seen, target).cpu().numpy() for target in targets], axis=1)
                    )
                bar.update(shown, advance=len(batch))
        return Gallery(
            ids=[str(subject.datamodule.data.catalog["id"][row]) for row in rows],
            kinds={kind: [place[row] for row in own.tolist()] for kind, own in picked.kinds.items()},
            images=np.concatenate(images),
            targets=[subject.network.names[target] for target in targets],
            values=np.stack([picked.values[row][targets] for row in rows.tolist()]),
            truth=subject.truth(rows)[:, targets],
            maps={method: np.concatenate(parts) for method, parts in found.items()},
        )

    def _layer(self, gallery: Gallery) -> dict[str, Any] | None:
        """Tell of the map of Grad-CAM."""
        if GRAD_CAM not in gallery.maps:
            return None
        cells = list(gallery.maps[GRAD_CAM].shape[-2:])
        return {"name": self.asked["layer"] or "last feature map", "cells": cells, "image": list(gallery.size)}

    @torch.no_grad()
    def _completeness(self, gallery: Gallery, picked: Picked) -> dict[str, float]:
        """Tell how far the sums of integrated gradients are from what they must be, the difference to the bare sky."""
        network, parts = self.subject.network, []
        for batch in self.subject.batches(picked.rows):
            images = self.subject.images(batch)
            scores = network(images) - network(sky_level(images).expand_as(images))
            parts.append(scores[:, picked.targets].double().cpu().numpy())
        difference = np.concatenate(parts)
        gap = np.abs(gallery.maps[INTEGRATED_GRADIENTS].sum(axis=(-2, -1)) - difference)
        relative = gap / np.maximum(np.abs(difference), 1e-6)
        return {"steps": self.asked["steps"], "median_gap": float(np.median(relative))}

    def _profile(self, picked: Picked) -> tuple[Table | None, dict[str, Any]]:
        """Average the first method's maps over the population; None where none of it is given to a class asked for."""
        subject, rows, method = self.subject, self.population, self.methods[0]
        own = np.stack([picked.values[row] for row in rows.tolist()])
        groups = groups_of(own, subject.network.names, picked.targets, subject.network.are_classes)
        if not groups:
            names = ", ".join(subject.network.names[target] for target in picked.targets)
            say(f"no profile: the network gives none of the {len(rows)} galaxies of explain.population to {names}")
            return None, {}
        radii, size = subject.radii(rows), subject.datamodule.batch_size
        with progress_bar("galaxies") as bar:
            shown = bar.add_task("profile", total=sum(len(group.galaxies) for group in groups), note="")
            made = (self.maps, method, lambda places: subject.images(rows[places]), groups, radii, size)
            table = profile_table(*made, lambda galaxies: bar.update(shown, advance=galaxies))
        return table, {"profile": {"method": method, "unit": radii.unit, "galaxies": len(rows)}}

    def _checks(self, targets: list[int]) -> tuple[dict[str, Any], dict[str, Any]]:
        """Take images apart, and the network: the tables, and what they come to."""
        network, checked = self.subject.network, self._checked(targets)
        with progress_bar("steps") as bar:
            shown = bar.add_task("checks", total=2 * len(self.methods) + 2 + STAGES, note="")
            step = functools.partial(bar.update, shown, advance=1)
            maps = {}
            for method in self.methods:
                maps[method] = checked.maps(self.maps, method)
                step()
            curves, areas = deletion_tables(network, maps, checked, self.seed, step)
            found = cascade_table(self.maps, maps, checked, self.untrained(), _EXAMPLES, step)
        output = "class" if network.are_classes else network.names[targets[0]]
        facts: dict[str, Any] = {"output": output, "unit": self.subject.datamodule.data.manifest.units.get(output, "")}
        facts |= {"galaxies": len(checked.images), **areas}
        tables = {"deletion": curves, "cascade": found.table, "examples": found.examples}
        tables["example_images"] = as_stored(checked.images[:_EXAMPLES])
        return tables, {"deletion": facts, "cascade": _last_stage(found.table)}

    def _checked(self, targets: list[int]) -> Checked:
        """Return the galaxies of the checks with the class that the network gives each, or the first number."""
        subject, rows = self.subject, self.population[: self.asked["checked"]]
        images = torch.cat([subject.images(batch) for batch in subject.batches(rows)])
        size = subject.datamodule.batch_size
        if subject.network.are_classes:
            best = torch.cat([subject.network.values(part).argmax(1) for part in images.split(size)])
        else:
            best = torch.full((len(rows),), targets[0], device=subject.device)
        return Checked(images, best, size)


def _last_stage(table: Table) -> dict[str, dict[str, float]]:
    """Return what is left of each method's maps in a network that is random throughout."""
    last = table[table["stage"] == table["stage"].max()]
    names = [name for name in last.colnames if name.startswith(("rank_correlation", "ssim"))]
    return {str(row["method"]): {name: float(row[name]) for name in names} for row in last}
