"""Images without a table: their names are the catalog."""

from __future__ import annotations

import pathlib
import warnings
from collections.abc import Sequence

import numpy as np
from astropy.table import Table

from galexp.catalog.read import as_identifiers
from galexp.dataset.base import Selection
from galexp.dataset.tables import PublishedTable
from galexp.image.archive import IMAGE_SUFFIXES, ImageArchive

TABLE_SUFFIXES = (".csv", ".ecsv", ".parquet", ".vot", ".vo", ".hdf5", ".h5")


def is_unlabeled(catalog: str | pathlib.Path, tables: Sequence[PublishedTable]) -> bool:
    """Tell whether what stands for the catalog is a zip file of images, or a folder without any of the tables."""
    path = pathlib.Path(catalog)
    is_folder = path.is_dir() and not any(table.in_folder(path) for table in tables)
    return is_folder or path.suffix.lower() == ".zip"


def read_unlabeled(
    path: str | pathlib.Path, tables: Sequence[PublishedTable], ignored_targets: Sequence[str]
) -> Selection:
    """Return the identifiers of the images in a folder or a zip file, sorted; there is nothing else to know of them.

    Warns where targets were configured, since they are ignored.

    Args:
        path: The folder or the zip file.
        tables: Those that are not in the folder.
        ignored_targets: What was to be learned.

    Raises:
        ValueError: where there is no image, a name cannot be an identifier, or a table lies in the folder under a name
            that is not known.
    """
    path = pathlib.Path(path)
    if path.is_dir():
        _check_no_table(path, tables)
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
    if ignored_targets:
        warnings.warn(
            f"{path} holds images alone, so dataset.targets ({', '.join(ignored_targets[:3])}"
            f"{', ...' if len(ignored_targets) > 3 else ''}) are ignored; dataset.targets=[] says the same",
            UserWarning,
            stacklevel=3,
        )
    return Selection(Table({"id": identifiers}), {"read": len(names)})


def _check_no_table(folder: pathlib.Path, tables: Sequence[PublishedTable]) -> None:
    names = sorted(file.name for file in folder.iterdir() if not file.name.startswith("."))
    found = [name for name in names if name.lower().removesuffix(".gz").endswith(TABLE_SUFFIXES)]
    if found:
        expected = " or ".join(name for table in tables for name in table.names)
        raise ValueError(
            f"{folder} holds a table under a name that is not known, {found[0]}, where {expected} was expected; give "
            f"dataset.catalog={folder / found[0]}, or take it away if only the images are meant"
        )
