"""The two checks of a method on one network, over some galaxies, as tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import torch
from astropy.table import Table

from galexp.attribution.deletion import Curves, area, center_order, deletion_curves, order_of, random_order
from galexp.attribution.heat import enlarged
from galexp.attribution.method import Maps
from galexp.attribution.name import CENTER, DELETION, INSERTION, RANDOM
from galexp.attribution.randomize import Stage, cascade, map_similarity, rank_correlation
from galexp.evaluation.mean import mean_and_error

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jaxtyping import Float, Int64
    from torch import Tensor, nn

    from galexp.attribution.output import Explained

    Found = Float[np.ndarray, "galaxy map_height map_width"]


class Checked(NamedTuple):
    """Galaxies that the checks are made of, with the output that is explained of each.

    Attributes:
        images: In [0, 1].
        target: Place of the output among the names: the class that the network gives each galaxy, or one number.
        batch_size: Images at once.
    """

    images: Float[Tensor, "galaxy band height width"]
    target: Int64[Tensor, " galaxy"]
    batch_size: int

    def batches(self) -> Iterator[tuple[Tensor, Tensor]]:
        """Yield images and their outputs."""
        return zip(self.images.split(self.batch_size), self.target.split(self.batch_size), strict=True)

    def maps(self, maps: Maps, method: str) -> Float[np.ndarray, "galaxy map_height map_width"]:
        """Return the signed map of each galaxy."""
        return np.concatenate([maps(method, images, target).cpu().numpy() for images, target in self.batches()])


def deletion_tables(
    explained: Explained,
    found: Mapping[str, Found],
    checked: Checked,
    seed: int,
    progress: Callable[[], None] = lambda: None,
) -> tuple[Table, dict[str, dict[str, float]]]:
    """Take images apart in the order of each method's maps, by chance, and from the center outward.

    Of a class the output is its probability, which should fall early when the image is taken apart and rise early when
    it is put together. Of a number it is the absolute change against the prediction for the whole image: it should rise
    early and fall early; the order is then that of |M|, since either sign changes it.

    Args:
        explained: The network.
        found: Method -> its maps of the galaxies.
        checked: Galaxies.
        seed: Of the random order.
        progress: Called after each order.

    Returns:
        Curves, averaged over galaxies: ``order``, ``kind``, ``fraction``, ``output`` and its standard ``error``; and of
        each order the areas under them, with ``<kind>_gain``: by how much it is better than the random one (above 0),
        with the standard error of the paired difference.
    """
    galaxies, _, height, width = checked.images.shape
    orders = {method: _order(enlarged(maps, height, width), explained.are_classes) for method, maps in found.items()}
    orders |= {RANDOM: random_order(galaxies, height, width, seed), CENTER: center_order(galaxies, height, width)}
    curves = {}
    for name, order in orders.items():
        curves[name] = _curves(explained, checked, order)
        progress()
    rows = [row for name, own in curves.items() for row in _curve_rows(name, own)]
    table = Table(rows=rows, names=("order", "kind", "fraction", "output", "error"))
    return table, {name: _areas(own, curves[RANDOM], explained.are_classes) for name, own in curves.items()}


def _order(maps: np.ndarray, are_classes: bool) -> Tensor:
    return order_of(torch.from_numpy(maps if are_classes else np.abs(maps)))


def _curves(explained: Explained, checked: Checked, order: Tensor) -> Curves:
    parts = []
    for (images, target), own in zip(checked.batches(), order.split(checked.batch_size), strict=True):

        def output(shown: Tensor, target: Tensor = target) -> Tensor:
            return explained.values(shown).gather(1, target[:, None])[:, 0]

        parts.append(deletion_curves(output, images, own))
    deletion, insertion = (np.concatenate([getattr(part, kind) for part in parts]) for kind in (DELETION, INSERTION))
    if not explained.are_classes:
        whole = deletion[:, :1]
        deletion, insertion = np.abs(deletion - whole), np.abs(insertion - whole)
    return Curves(parts[0].fraction, deletion, insertion)


def _curve_rows(name: str, curves: Curves) -> Iterator[tuple[object, ...]]:
    for kind in (DELETION, INSERTION):
        values = getattr(curves, kind)
        for step, fraction in enumerate(curves.fraction):
            yield (name, kind, fraction, *mean_and_error(values[:, step]))


def _areas(curves: Curves, chance: Curves, are_classes: bool) -> dict[str, float]:
    found: dict[str, float] = {}
    for kind, better in ((DELETION, -1 if are_classes else 1), (INSERTION, 1 if are_classes else -1)):
        own, other = (area(getattr(one, kind), one.fraction) for one in (curves, chance))
        found[kind], found[f"{kind}_error"] = mean_and_error(own)
        found[f"{kind}_gain"], found[f"{kind}_gain_error"] = mean_and_error(better * (own - other))
    return found


class Cascade(NamedTuple):
    """What maps come to while a network loses what it has learned.

    Attributes:
        table: A row a stage and method: ``method``, ``stage`` (0 as it was trained), ``layers`` (the random layer
            nearest to the image), ``share`` of the parameters that are random, and ``rank_correlation`` of M and
            ``ssim`` of |M| with the trained network's maps, with their standard errors over galaxies.
        examples: Maps of the first galaxies at each stage, of the first method.
    """

    table: Table
    examples: Float[np.ndarray, "stage galaxy map_height map_width"]


def cascade_table(
    maps: Maps,
    found: Mapping[str, Found],
    checked: Checked,
    fresh: nn.Module,
    examples: int = 3,
    progress: Callable[[], None] = lambda: None,
) -> Cascade:
    """Compare the maps of a network with those of the same one, more and more of which is random.

    Args:
        maps: What makes them; the network is as before in the end.
        found: Method -> the trained network's maps of the galaxies.
        checked: Galaxies, with the output that the trained network is explained by; it stays.
        fresh: A network of the same kind that has learned nothing.
        examples: Galaxies whose maps are kept.
        progress: Called after each stage.
    """
    first = next(iter(found))
    rows = [_row(method, 0, Stage("", 0.0), before, before, checked) for method, before in found.items()]
    kept = [found[first][:examples]]
    for number, stage in enumerate(cascade(maps.explained, fresh, checked.images[:1]), start=1):
        now = {method: checked.maps(maps, method) for method in found}
        rows += [_row(method, number, stage, before, now[method], checked) for method, before in found.items()]
        kept.append(now[first][:examples])
        progress()
    return Cascade(Table(rows=rows), np.stack(kept))


def _row(
    method: str, number: int, stage: Stage, before: np.ndarray, now: np.ndarray, checked: Checked
) -> dict[str, Any]:
    row: dict[str, Any] = {"method": method, "stage": number, "layers": stage.layers, "share": stage.share}
    values = {
        "rank_correlation": rank_correlation(before, now),
        "ssim": map_similarity(before, now, *checked.images.shape[-2:]),
    }
    for name, found in values.items():
        row[name], row[f"{name}_error"] = mean_and_error(found)
    return row
