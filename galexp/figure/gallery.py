"""Galaxies to look at: the worst, the best, and some at random."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galexp.figure.style import mark, new_figure, styled, with_unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxtyping import Float, Int, UInt8
    from matplotlib.figure import Figure

    from galexp.shard.origin import Origin

ACROSS = 6


def pick_rows(
    truth: Float[np.ndarray, " galaxy"], prediction: Float[np.ndarray, " galaxy"], count: int = ACROSS, seed: int = 0
) -> dict[str, Int[np.ndarray, " picked"]]:
    """Pick rows worth a look, none twice: the worst on either side, then the best, then some of the rest at random.

    Args:
        truth: Of one target.
        prediction: Of that target.
        count: Rows of each kind; fewer where there are not four times as many.
        seed: Of the random ones.

    Returns:
        Kind -> rows, the most extreme first, in the order most over-predicted, most under-predicted, best, random.
        Rows with a NaN are never picked, and a kind that no row is of is not there.

    Example:
        >>> picked = pick_rows(np.zeros(4), np.array([0.1, -3.0, 2.0, 0.5]), count=1)
        >>> {kind: rows.tolist() for kind, rows in picked.items()}
        {'most over-predicted': [2], 'most under-predicted': [1], 'best': [0], 'random': [3]}
    """
    residual = np.asarray(prediction) - np.asarray(truth)
    finite = np.flatnonzero(np.isfinite(residual))
    count = min(count, -(-len(finite) // 4))
    order = finite[np.argsort(residual[finite], kind="stable")]
    over = order[::-1][:count]
    under = order[:count]
    picked = {"most over-predicted": over[residual[over] > 0], "most under-predicted": under[residual[under] < 0]}
    rest = np.setdiff1d(finite, np.concatenate(list(picked.values())))
    picked["best"] = rest[np.argsort(np.abs(residual[rest]), kind="stable")][:count]
    rest = np.setdiff1d(rest, picked["best"])
    picked["random"] = np.random.default_rng(seed).permutation(rest)[:count]
    return {kind: rows for kind, rows in picked.items() if len(rows)}


def captions(truth: Float[np.ndarray, " galaxy"], prediction: Float[np.ndarray, " galaxy"]) -> list[str]:
    r"""Return what stands under each stamp.

    Example:
        >>> captions(np.array([8.951]), np.array([9.1]))
        ['true 8.95\npred 9.10']
    """
    return [f"true {t:.2f}\npred {p:.2f}" for t, p in zip(truth, prediction, strict=True)]


@styled
def gallery(
    images: UInt8[np.ndarray, " galaxy height width band"],
    titles: Sequence[str],
    suptitle: str = "",
    row_titles: Sequence[str] = (),
    across: int = ACROSS,
    *,
    origin: Origin,
) -> Figure:
    """Draw stamps in a grid, a text under each.

    Args:
        images: In one band (gray) or three (red, green, blue).
        titles: One an image.
        suptitle: Over the whole, empty for none.
        row_titles: At the left of each row of the grid, as many as there are rows, or none.
        across: Stamps in a row.
        origin: What the galaxies are; a mock or a simulation says so over the figure.

    Returns:
        The figure.

    Raises:
        ValueError: If there are no images, they have neither one nor three bands, or the number of titles is wrong.
    """
    rows = -(-len(images) // across)
    _check(images, titles, row_titles, rows)
    across = min(across, len(images))
    figure, axes = new_figure(rows, across, 1.5, 1.85)
    for ax in axes.flat:
        ax.set(xticks=[], yticks=[])
        ax.spines[:].set_visible(False)
    for ax, image, title in zip(axes.flat, images, titles, strict=False):
        ax.imshow(image[..., 0] if image.shape[-1] == 1 else image, cmap="gray", vmin=0, vmax=255)
        ax.set_xlabel(title, fontsize=9, labelpad=3)
    for ax, title in zip(axes[:, 0], row_titles, strict=False):
        ax.set_ylabel(title.replace(" ", "\n", 1), fontsize=10, fontweight="bold")
    if suptitle:
        figure.suptitle(with_unit(suptitle, "", width=14 * across))
    mark(figure, origin)
    return figure


def _check(images: np.ndarray, titles: Sequence[str], row_titles: Sequence[str], rows: int) -> None:
    if images.ndim != 4 or len(images) == 0 or images.shape[-1] not in (1, 3):
        raise ValueError(f"images have shape {images.shape}; expected [galaxy, height, width, 1 or 3], at least one")
    if len(titles) != len(images):
        raise ValueError(f"{len(images)} images have {len(titles)} titles; give one an image")
    if row_titles and len(row_titles) != rows:
        raise ValueError(f"{rows} rows of stamps have {len(row_titles)} row titles; give one a row, or none")
