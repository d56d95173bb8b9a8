"""Images without a table: their names are the catalog."""

from __future__ import annotations

import pathlib
from collections.abc import Sequence

import numpy as np
from astropy.table import Table

from galexp.catalog.read import as_identifiers
from galexp.dataset.base import Selection
from galexp.dataset.tables import PublishedTable
from galexp.image.archive import IMAGE_SUFFIXES, ImageArchive


def is_unlabeled(catalog: str | pathlib.Path, tables: Sequence[PublishedTable]) -> bool:
    """Tell whether what stands for the catalog is a zip file of images, or a folder without any of the tables."""
    path = pathlib.Path(catalog)
    is_folder = path.is_dir() and not any(table.in_folder(path) for table in tables)
    return is_folder or path.suffix.lower() == ".zip"


def read_unlabeled(path: str | pathlib.Path) -> Selection:
    """Return the identifiers of the images in a folder or a zip file, sorted; there is nothing else to know of them.

    Raises:
        ValueError: where there is no image, or a name cannot be an identifier.
    """
    path = pathlib.Path(path)
    if path.is_dir():
        files = [file for file in path.iterdir() if file.suffix.lower() in (*IMAGE_SUFFIXES, ".fits")]
        names = sorted(file.stem for file in files if not file.name.startswith("."))
    else:
        names = ImageArchive(str(path)).identifiers
    if not names:
        raise ValueError(f"{path} holds no image; expected {{id}}.jpg or {{id}}.png")
    try:
        identifiers = as_identifiers(np.array(names), "file name")
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error
    return Selection(Table({"id": identifiers}), {"read": len(names)})
