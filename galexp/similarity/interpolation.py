"""Between four galaxies: a plane through the space of features, on which an image can be drawn at every point."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from jaxtyping import Float, Int64

CORNERS = 4


def far_apart(points: Float[np.ndarray, "point feature"], count: int = CORNERS) -> Int64[np.ndarray, " picked"]:
    """Pick points that lie far from each other: first the farthest from the mean, then each as far as can be.

    Args:
        points: At least `count`.
        count: How many.

    Returns:
        Places of the points, in the order in which they were picked; equal points are picked once each.

    Raises:
        ValueError: If there are fewer points.

    Example:
        >>> far_apart(np.array([[0.0], [1.0], [5.0], [2.5]]), count=3).tolist()
        [2, 0, 3]
    """
    if len(points) < count:
        raise ValueError(f"{count} points are to be picked among {len(points)}; give more")
    distance = np.linalg.norm(points - points.mean(axis=0), axis=1)
    picked: list[int] = []
    for number in range(count):
        picked.append(int(np.argmax(distance)))
        away = np.linalg.norm(points - points[picked[-1]], axis=1)
        distance = away if number == 0 else np.minimum(distance, away)
        distance[picked] = -1.0
    return np.array(picked)


def bilinear_grid(
    corners: Float[np.ndarray, "4 feature"], rows: int, columns: int
) -> Float[np.ndarray, "row column feature"]:
    """Return the points between four corners: (1-u)(1-v) a + (1-u) v b + u (1-v) c + u v d, u and v from 0 to 1.

    Args:
        corners: Upper left, upper right, lower left, lower right.
        rows: Steps of u, at least 2.
        columns: Steps of v, at least 2.

    Example:
        >>> bilinear_grid(np.array([[0.0], [1.0], [2.0], [3.0]]), 3, 2)[..., 0].tolist()
        [[0.0, 1.0], [1.0, 2.0], [2.0, 3.0]]
    """
    down = np.linspace(0, 1, rows)[:, None, None]
    across = np.linspace(0, 1, columns)[None, :, None]
    first, second, third, fourth = (corner[None, None] for corner in np.asarray(corners, dtype=np.float64))
    upper, lower = first + across * (second - first), third + across * (fourth - third)
    return upper + down * (lower - upper)
