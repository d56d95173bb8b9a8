"""What neighbors are looked for: rows of a catalog, and image files that are in none."""

from __future__ import annotations

import collections
import dataclasses
import pathlib
import warnings
from typing import TYPE_CHECKING

import numpy as np

from galexp.config import nearest
from galexp.image.codec import decode
from galexp.image.gray import in_gray

if TYPE_CHECKING:
    from collections.abc import Sequence

    from astropy.table import Table
    from jaxtyping import Int64, UInt8

IMAGE_SUFFIXES = (".jpg", ".jpeg", ".png")


@dataclasses.dataclass(frozen=True)
class Queries:
    """Galaxies whose likes are looked for: rows of the catalog first, then files.

    Args:
        names: Of the galaxies: ids, and names of files; all different.
        rows: Of the catalog; as many as there are ids.
        files: Contents of the others.
        pixels: Of the files, decoded, in the bands of the catalog's images.
    """

    names: tuple[str, ...]
    rows: Int64[np.ndarray, " row"]
    files: tuple[bytes, ...] = ()
    pixels: tuple[UInt8[np.ndarray, "height width band"], ...] = ()


def queries_of_rows(rows: np.ndarray, catalog: Table) -> Queries:
    """Return rows of a catalog as queries.

    Args:
        rows: Of the catalog.
        catalog: With ``id``.
    """
    return Queries(tuple(map(str, catalog["id"][rows])), rows)


def queries_of_words(words: Sequence[str], catalog: Table, bands: int) -> Queries:
    """Return what a user named: ids of a catalog, and image files, which are prepared as its images are.

    A word that is an id is one; of the others, one that ends like an image or is the path of a file is a file. Its name
    is that without its folders, or the whole word where another file, or a galaxy, has that name too.

    Args:
        words: As they were typed.
        catalog: With ``id``.
        bands: Of the images of the catalog. Colors are made one band as ``imaging=gray`` makes them, with a warning.

    Raises:
        ValueError: for a word that stands there twice, an id that is not there, naming the nearest, or a file that is
            no image or of other bands.
        FileNotFoundError: for a file that is not there.
    """
    row_of = {name: row for row, name in enumerate(catalog["id"].tolist())}
    twice = [word for word, times in collections.Counter(words).items() if times > 1]
    if twice:
        raise ValueError(f"search.query names {twice[0]!r} twice; name each galaxy once")
    ids = [word for word in words if word in row_of]
    typed = [word for word in words if word not in row_of]
    paths = [pathlib.Path(word) for word in typed]
    for path in paths:
        if path.suffix.lower() not in IMAGE_SUFFIXES and not path.is_file():
            raise ValueError(f"none of {len(row_of):,} galaxies has the id {str(path)!r}; {_near(str(path), row_of)}")
        if not path.is_file():
            raise FileNotFoundError(f"there is no image {path}; give search.query an image file, or an id")
    files = tuple(path.read_bytes() for path in paths)
    pixels = tuple(_pixels(content, path, bands) for content, path in zip(files, paths, strict=True))
    rows = np.array([row_of[name] for name in ids], dtype=np.int64)
    taken = collections.Counter([*row_of, *(path.name for path in paths)])
    names = [path.name if taken[path.name] == 1 else word for word, path in zip(typed, paths, strict=True)]
    return Queries((*ids, *names), rows, files, pixels)


def _near(name: str, known: dict[str, int]) -> str:
    """Name the nearest ids that begin alike, or say what an id looks like where none is near."""
    start, length = name[: len(name) // 2], len(name)
    said = nearest(name, [other for other in known if other.startswith(start) and abs(len(other) - length) <= 2])
    return said if said.startswith("did") else f"an id looks like {next(iter(known))}, a file ends with .jpg or .png"


def _pixels(content: bytes, path: pathlib.Path, bands: int) -> UInt8[np.ndarray, "height width band"]:
    pixels = decode(content, str(path))
    if bands == 1 and pixels.shape[2] == 3:
        warnings.warn(f"{path} is in color and these images have one band: its luma is taken", stacklevel=2)
        return decode(in_gray(content), str(path))
    if pixels.shape[2] != bands:
        raise ValueError(
            f"{path} has {pixels.shape[2]} band and the images that are searched have {bands}; give an image in "
            "color, or search with a run on images of one band"
        )
    return pixels
