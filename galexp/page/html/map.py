"""A page on which galaxies lie where a network sees them, and are looked at by hovering over their places."""

from __future__ import annotations

import base64
import dataclasses
import io
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from galexp.page.html.document import frame, template_environment
from galexp.page.value import checked_address
from galexp.shard.origin import Origin

if TYPE_CHECKING:
    from jaxtyping import Float, UInt8

MOST_POINTS = 1600
"""Galaxies that a page holds at most; others are drawn at random by who makes it."""

MOST_SPRITE_BYTES = 3_000_000
"""What the images of a page take at most, before they are written as text; their quality gives way."""

TILE = 64  # [pixel]
_QUALITIES = (85, 75, 60, 45, 30, 15, 5)
_WIDTH, _HEIGHT, _MARGIN = 1000, 700, 30  # of the map, in its own units


@dataclasses.dataclass(frozen=True)
class Shade:
    """What points are colored by.

    Args:
        name: Of it.
        unit: Of its numbers.
        values: One a galaxy; NaN where it is not known.
        classes: Names of the classes 0, 1, ...; empty for numbers.
    """

    name: str
    unit: str
    values: Float[np.ndarray, " galaxy"]
    classes: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class MapGalaxy:
    """One galaxy of the map.

    Args:
        image: In one band (gray) or three (red, green, blue).
        lines: What is said of it.
        is_query: Whether it looked for its likes.
        address: Where the sky server shows it, or empty.
    """

    image: UInt8[np.ndarray, "height width band"]
    lines: tuple[str, ...]
    is_query: bool = False
    address: str = ""


def map_page(
    title: str,
    note: str,
    places: Float[np.ndarray, "galaxy 2"],
    galaxies: Sequence[MapGalaxy],
    shades: Sequence[Shade],
    *,
    origin: Origin,
) -> str:
    """Return a page that needs no network and no other file: points on a plane, and the image of each on demand.

    Hovering, touching, or the arrow keys choose a galaxy; a list chooses what the points are colored by. Without a
    script it is a picture of the points.

    Args:
        title: Over the whole.
        note: What the axes are and what is left out.
        places: Of the galaxies; both axes are shown on one scale.
        galaxies: As many, at most 1,600.
        shades: What points can be colored by, the first one at the start.
        origin: What the galaxies are; a mock or a simulation is told on top of the page.

    Raises:
        ValueError: If there are no galaxies, more than 1,600, other than one place or value for each, or an address
            that is none of the web.
    """
    if not 0 < len(galaxies) <= MOST_POINTS:
        raise ValueError(f"{len(galaxies)} galaxies for a map; expected 1 to {MOST_POINTS}")
    if any(len(part) != len(galaxies) for part in (places, *(shade.values for shade in shades))):
        raise ValueError(f"{len(galaxies)} galaxies with {len(places)} places; give one place and one value for each")
    columns = math.ceil(math.sqrt(len(galaxies)))
    template = template_environment().get_template("map.html")
    return template.render(
        frame(title, origin, ("report.css", "map.css"), ("map.js",)),
        note=note,
        width=_WIDTH,
        height=_HEIGHT,
        points=_points(places, galaxies),
        shades=shades,
        sprite=sprite([galaxy.image for galaxy in galaxies], columns),
        data=_data(galaxies, shades, columns),
    )


def sprite(images: Sequence[UInt8[np.ndarray, "height width band"]], columns: int) -> str:
    """Return all images in one JPEG, row after row of tiles of 64 pixels, as a ``data:`` address of bounded length."""
    rows = -(-len(images) // columns)
    sheet = Image.new("RGB", (columns * TILE, rows * TILE))
    for number, image in enumerate(images):
        tile = Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image).convert("RGB")
        place = (number % columns * TILE, number // columns * TILE)
        sheet.paste(tile.resize((TILE, TILE), Image.Resampling.LANCZOS), place)
    for quality in _QUALITIES:
        stream = io.BytesIO()
        sheet.save(stream, format="JPEG", quality=quality)
        if stream.tell() <= MOST_SPRITE_BYTES:
            break
    return f"data:image/jpeg;base64,{base64.b64encode(stream.getvalue()).decode()}"


def _points(places: np.ndarray, galaxies: Sequence[MapGalaxy]) -> list[tuple[str, str, bool]]:
    """Return where each galaxy is drawn, the vertical axis upward, and whether it is a query."""
    low, high = places.min(axis=0), places.max(axis=0)
    room = np.array([_WIDTH, _HEIGHT]) - 2 * _MARGIN
    scale = np.min(room / np.maximum(high - low, 1e-12)) if np.any(high > low) else 0.0
    x, y = (np.array([_WIDTH, _HEIGHT]) / 2 + (places - (low + high) / 2) * scale * [1, -1]).T
    return [
        (f"{across:.1f}", f"{down:.1f}", galaxy.is_query) for across, down, galaxy in zip(x, y, galaxies, strict=True)
    ]


def _data(galaxies: Sequence[MapGalaxy], shades: Sequence[Shade], columns: int) -> dict[str, Any]:
    """Return what the script reads."""
    return {
        "tile": TILE,
        "columns": columns,
        "lines": [galaxy.lines for galaxy in galaxies],
        "addresses": [checked_address(galaxy.address) for galaxy in galaxies],
        "shades": [
            {
                "name": shade.name,
                "unit": shade.unit,
                "values": [float(f"{value:.6g}") if math.isfinite(value) else None for value in shade.values],
                "classes": shade.classes,
            }
            for shade in shades
        ],
    }
