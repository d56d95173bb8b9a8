"""Fourteen cameras around a simulation, no two of which see the same or its mirror image."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from jaxtyping import Float
    from numpy import ndarray

CAMERAS = 14
_GOLDEN_ANGLE = np.pi * (3 - np.sqrt(5))


def directions(count: int = CAMERAS) -> Float[ndarray, "camera axis"]:
    """Return unit vectors from the simulation to its cameras, on the upper hemisphere over the plane of the orbit.

    They are a Fibonacci lattice: height (k + 1/2) / n and azimuth k pi (3 - sqrt 5), about evenly spread. From far
    away two cameras opposite each other see mirror images, so one hemisphere holds all views there are.

    Args:
        count: n.
    """
    number = np.arange(count)
    height = (number + 0.5) / count
    level = np.sqrt(1 - height**2)
    return np.stack([level * np.cos(number * _GOLDEN_ANGLE), level * np.sin(number * _GOLDEN_ANGLE), height], axis=1)


@functools.cache
def axes(count: int = CAMERAS) -> Float[ndarray, "camera side axis"]:
    """Return for each camera the unit vectors to the right and up in its picture; up is the z axis, foreshortened."""
    toward = directions(count)
    right = np.cross([0.0, 0.0, 1.0], toward)
    right /= np.linalg.norm(right, axis=1, keepdims=True)
    return np.stack([right, np.cross(toward, right)], axis=1)
