"""Where the attribution lies in many galaxies: of each class, or of the lowest and the highest predictions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from astropy.table import Table

from galexp.attribution.heat import enlarged
from galexp.attribution.method import Maps
from galexp.attribution.name import effects_of
from galexp.attribution.profile import annuli, mean_profile, radial_profile
from galexp.attribution.radius import Radii

if TYPE_CHECKING:
    from jaxtyping import Float, Int
    from torch import Tensor

    Images = Callable[[Int[np.ndarray, " galaxy"]], Float[Tensor, "galaxy band height width"]]


class Group(NamedTuple):
    """Galaxies whose maps are averaged.

    Attributes:
        name: Such as ``gas_poor``, or ``lowest third``.
        target: Place of the output that is explained.
        galaxies: Places among the population.
    """

    name: str
    target: int
    galaxies: Int[np.ndarray, " galaxy"]


def groups_of(
    values: Float[np.ndarray, "galaxy name"], names: Sequence[str], targets: Sequence[int], are_classes: bool
) -> list[Group]:
    """Sort a population by what the network says of it.

    Args:
        values: Of all outputs.
        names: Of all outputs.
        targets: Places of those that are explained.
        are_classes: Whether they exclude one another: then a group is a class, of the galaxies to which the network
            gives it. Else the groups of each number are the lowest and the highest third of its predictions.

    Returns:
        Groups with a galaxy at least.

    Example:
        >>> found = groups_of(np.array([[3.0], [1.0], [2.0]]), ["mass"], [0], are_classes=False)
        >>> [(group.name, group.galaxies.tolist()) for group in found]
        [('lowest third', [1]), ('highest third', [0])]
    """
    if are_classes:
        best = values.argmax(axis=1)
        found = [Group(names[target], target, np.flatnonzero(best == target)) for target in targets]
        return [group for group in found if len(group.galaxies)]
    third = max(1, len(values) // 3)
    groups = []
    for target in targets:
        order = np.argsort(values[:, target], kind="stable")
        groups += [Group("lowest third", target, order[:third]), Group("highest third", target, order[-third:])]
    return groups


def profile_table(
    maps: Maps,
    method: str,
    images: Images,
    groups: Sequence[Group],
    radii: Radii,
    batch_size: int,
    progress: Callable[[int], None] = lambda galaxies: None,
) -> Table:
    """Average the radial profiles of each group; see :func:`galexp.attribution.profile.radial_profile`.

    Args:
        maps: What makes them.
        method: Of the maps.
        images: From places among the population to images in [0, 1].
        groups: To be averaged.
        radii: Of the population, on the images.
        batch_size: Images at once.
        progress: Called with the number of galaxies that came to those before.

    Returns:
        A row an annulus: ``target``, ``group``, ``effect``, ``inner`` and ``outer`` (in the unit of the radii),
        ``density`` (1 as by chance), its standard ``error`` over galaxies, and how many ``galaxies`` have it.
    """
    rows: list[tuple[object, ...]] = []
    edges: np.ndarray | None = None
    effects = effects_of(method, maps.explained.are_classes)
    for group in groups:
        parts: dict[str, list[np.ndarray]] = {effect: [] for effect in effects}
        for place in _batches(group.galaxies, batch_size):
            shown = images(place)
            side = shown.shape[-1]
            edges = annuli(radii.pixels, side) if edges is None else edges
            signed = enlarged(maps(method, shown, group.target).cpu().numpy(), side, side)
            for effect, sign in effects.items():
                parts[effect].append(radial_profile(np.maximum(sign * signed, 0), radii.pixels[place], edges))
            progress(len(place))
        assert edges is not None
        for effect, profiles in parts.items():
            found = mean_profile(np.concatenate(profiles))
            facts = (maps.explained.names[group.target], group.name, effect)
            rows += [(*facts, *line) for line in zip(edges[:-1], edges[1:], *found, strict=True)]
    names = ("target", "group", "effect", "inner", "outer", "density", "error", "galaxies")
    return Table(rows=rows, names=names)


def _batches(galaxies: np.ndarray, batch_size: int) -> Iterator[np.ndarray]:
    return (galaxies[start : start + batch_size] for start in range(0, len(galaxies), batch_size))
