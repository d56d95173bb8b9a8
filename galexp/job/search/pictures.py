"""The pictures of a search: queries with their neighbors, the plane between four galaxies, the gap of the graph."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import torch

from galexp.figure.contact_sheet import contact_sheet
from galexp.figure.eigenvalues import eigenvalue_gap
from galexp.figure.interpolation_grid import between, interpolation_grid
from galexp.job.search.compare import FIRST, RECOMMENDED, shown_queries
from galexp.job.search.images import as_shown
from galexp.similarity.embed import LATENT, embed_images, kind_of
from galexp.similarity.index import nearest
from galexp.similarity.interpolation import CORNERS, bilinear_grid, far_apart
from galexp.similarity.view import NONE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxtyping import UInt8
    from matplotlib.figure import Figure
    from PIL import Image

    from galexp.job.search.compare import Comparison
    from galexp.job.search.images import SearchImages
    from galexp.shard.origin import Origin
    from galexp.similarity.agreement import Property
    from galexp.task.base import Task

STEPS = 7
_TOLD = 2  # properties under an image


@dataclasses.dataclass(frozen=True)
class Interpolation:
    """Images on the plane between four galaxies.

    Args:
        images: Of rows and columns.
        corners: Names of the galaxies.
        is_decoded: Whether the network drew them; else they are the galaxies of the gallery nearest to each point.
    """

    images: UInt8[np.ndarray, "row column side side band"]
    corners: tuple[str, ...]
    is_decoded: bool

    @property
    def title(self) -> str:
        """What is seen."""
        return between(self.is_decoded)

    def figure(self, origin: Origin) -> Figure:
        """Draw it."""
        return interpolation_grid(self.images, self.corners, self.title, origin=origin)


@torch.inference_mode()
def interpolation(
    task: Task | None,
    features: tuple[np.ndarray, np.ndarray],
    names: tuple[Sequence[str], Sequence[str]],
    images: SearchImages,
    device: torch.device,
) -> Interpolation | None:
    """Return what lies between four galaxies that are far from each other: queries, or of the gallery if these are few.

    Args:
        task: That draws images from these features; None, or one that draws none, for the nearest galaxies.
        features: Of gallery and queries.
        names: Likewise.
        images: Likewise.
        device: On which the network runs.

    Returns:
        The images; None where there are not four galaxies.
    """
    side = 1 if len(features[1]) >= CORNERS else 0
    if len(features[side]) < CORNERS:
        return None
    picked = far_apart(features[side])
    own = (images.of_queries if side else images.of_gallery)(picked.tolist())
    is_decoded = task is not None and kind_of(task) == LATENT
    if is_decoded:
        latent = embed_images(cast("Task", task), own, device, NONE)
        points = torch.from_numpy(bilinear_grid(latent, STEPS, STEPS).reshape(STEPS**2, -1)).float()
        drawn = cast("Any", task).decode(points.to(device))
        shown = (drawn.clamp(0, 1) * 255).round().byte().cpu()
    else:
        grid = bilinear_grid(features[side][picked], STEPS, STEPS).reshape(STEPS**2, -1)
        shown = images.of_gallery(nearest(features[0], grid, 1).place[:, 0].tolist())
    stack = np.stack([as_shown(image) for image in shown]).reshape(STEPS, STEPS, images.side, images.side, -1)
    if not is_decoded:
        stack[[0, 0, -1, -1], [0, -1, 0, -1]] = [as_shown(image) for image in own]
    return Interpolation(stack, tuple(str(names[side][place]) for place in picked), is_decoded)


def neighbor_sheet(
    comparison: Comparison,
    method: str,
    names: tuple[Sequence[str], Sequence[str]],
    images: SearchImages,
    known: Sequence[Property],
    ssim: tuple[np.ndarray, np.ndarray],
    *,
    origin: Origin,
) -> Image.Image:
    """Draw some queries, each with its six nearest to the right of it, as in Figure 6 of Cai et al. (2020).

    Args:
        comparison: What was found.
        method: Whose neighbors.
        names: Of gallery and queries.
        images: Likewise.
        known: Of which the first two are told.
        ssim: Queries that were compared, and their structural similarities by this method.
        origin: What the galaxies are.
    """
    found, told = comparison.methods[method], known[:_TOLD]
    alike = dict(zip(ssim[0].tolist(), ssim[1], strict=True))
    stamps, captions = [], []
    nobody = "no other in its cluster" if method == RECOMMENDED else "no other that is not its kin"
    for query in shown_queries(len(found.place)).tolist():
        stamps.append(as_shown(images.of_queries([query])[0]))
        captions.append("\n".join(["query", str(names[1][query])[-24:], *_said(told, query, None)]))
        for rank, place in enumerate(found.place[query, :FIRST].tolist()):
            stamps.append(as_shown(images.of_gallery([place])[0]) if place >= 0 else np.full((8, 8, 3), 255, np.uint8))
            near = f"SSIM {alike[query][rank]:.2f}" if query in alike else f"d {found.distance[query, rank]:.3g}"
            lines = [near, str(names[0][place])[-24:], *_said(told, None, place)]
            captions.append("\n".join(lines) if place >= 0 else nobody)
    title = {RECOMMENDED: "nearest in the query's cluster"}.get(method, f"nearest by {method} features")
    columns = 1 + min(FIRST, found.place.shape[1])
    return contact_sheet(stamps, captions, f"Queries, and the {title}", columns, origin=origin)


def _said(told: Sequence[Property], query: int | None, place: int | None) -> list[str]:
    """Return what is known of a query, if anything is, or of a galaxy of the gallery."""
    values = [(one, float(one.gallery[place] if query is None else one.queries[query])) for one in told]
    return [one.told(value) for one, value in values if query is None or np.isfinite(value)]


def gap_figure(comparison: Comparison, origin: Origin) -> Figure | None:
    """Draw the eigengap; None where the pieces of the graph are the clusters, so that none was looked for."""
    clusters = comparison.clusters
    if not len(clusters.eigenvalues):
        return None
    return eigenvalue_gap(clusters.eigenvalues, clusters.number, comparison.graph.pieces, origin=origin)
