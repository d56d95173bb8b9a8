"""Images from a folder of files named by identifier."""

from __future__ import annotations

import hashlib
import pathlib
import warnings
from typing import TYPE_CHECKING

import numpy as np
import torch
from astropy.io import fits
from astropy.utils.exceptions import AstropyUserWarning

from galexp.image.codec import decode, encode_png
from galexp.image.stretch import SDSS_PIXEL_SCALE, sdss_asinh, to_uint8

if TYPE_CHECKING:
    from collections.abc import Iterator

    from astropy.table import Table
    from jaxtyping import Bool

_SUFFIXES = (".jpg", ".jpeg", ".png", ".fits")


class ImageFolder:
    """Find ``{id}.jpg``, ``{id}.png`` or ``{id}.fits`` below one folder.

    JPEG and PNG keep their bytes. FITS images (one plane, or three planes ordered g, r, i) are stretched to 8 bits and
    stored as PNG.

    Args:
        root: The folder.
        pixel_scale: [arcsec/pixel], for the manifest; None where it is not known.
        unreadable: ``raise`` stops at the first image that cannot be decoded, ``skip`` drops and counts it.

    Raises:
        ValueError: for a missing folder, an unknown ``unreadable``, or an id with files in two formats.
    """

    name = "files"
    bands: tuple[str, ...] | None = None

    def __init__(self, root: str | None, pixel_scale: float | None = None, unreadable: str = "raise") -> None:
        if root is None or not pathlib.Path(root).is_dir():
            raise ValueError(f"imaging.root is {root!r}, which is no folder; give imaging.root=FOLDER")
        if unreadable not in ("raise", "skip"):
            raise ValueError(f"imaging.unreadable is {unreadable!r}; choose raise or skip")
        self.root = pathlib.Path(root)
        self.pixel_scale = pixel_scale
        self.unreadable = unreadable
        found = [path for path in sorted(self.root.iterdir()) if path.suffix.lower() in _SUFFIXES]
        self._paths = {path.stem: path for path in found}
        doubles = [path.name for path in found if self._paths[path.stem] != path]
        if doubles:
            raise ValueError(
                f"{self.root} holds {len(doubles)} ids in more than one format, such as {doubles[0]} beside "
                f"{self._paths[pathlib.Path(doubles[0]).stem].name}; keep one file each"
            )

    def available(self, catalog: Table) -> Bool[np.ndarray, " galaxy"]:
        """Tell which rows have a file.

        Raises:
            ValueError: where none has.
        """
        identifiers = [str(identifier) for identifier in catalog["id"]]
        found = np.array([identifier in self._paths for identifier in identifiers], dtype=bool)
        if not found.any():
            files = sorted(path.name for path in self._paths.values())[:3]
            raise ValueError(
                f"none of {len(identifiers)} catalog ids (such as {', '.join(identifiers[:3])}) has an image in "
                f"{self.root}, which holds {len(self._paths)} images (such as {', '.join(files) or 'none'}); "
                "files must be named by id: check dataset.catalog, imaging.root and dataset.columns.id"
            )
        return found

    def fingerprint(self, catalog: Table) -> str:
        """Return a hash of the names and lengths of the rows' files."""
        paths = [self._paths[str(identifier)] for identifier in catalog["id"]]
        lines = "\n".join(f"{path.name} {path.stat().st_size}" for path in paths)
        return hashlib.sha256(lines.encode()).hexdigest()

    def images(self, catalog: Table) -> Iterator[tuple[str, bytes]]:
        """Yield (id, bytes) row by row; with ``unreadable="skip"`` broken images are left out.

        Raises:
            ValueError: for an image that is empty, truncated or not an image, with ``unreadable="raise"``.
        """
        for identifier in catalog["id"]:
            try:
                yield str(identifier), self._read(self._paths[str(identifier)])
            except ValueError as error:
                if self.unreadable == "raise":
                    raise ValueError(f"{error}; or set imaging.unreadable=skip to drop and count it") from error

    def _read(self, path: pathlib.Path) -> bytes:
        if path.suffix.lower() == ".fits":
            return stretch_fits(path, self.pixel_scale or SDSS_PIXEL_SCALE)
        image = path.read_bytes()
        decode(image, str(path))
        return image


def stretch_fits(path: pathlib.Path, pixel_scale: float = SDSS_PIXEL_SCALE) -> bytes:
    """Read one or three planes [nanomaggy] and return them as a PNG after the SDSS asinh stretch.

    Args:
        path: One plane becomes three equal ones; three are ordered g, r, i. Pixels that are not finite become black.
        pixel_scale: Side of a pixel [arcsec].

    Raises:
        ValueError: where the file is no FITS image, or has neither one nor three planes.
    """
    try:
        with path.open("rb") as stream, warnings.catch_warnings():
            warnings.simplefilter("ignore", AstropyUserWarning)
            planes = np.array(fits.getdata(stream, memmap=False), dtype=np.float32)
    except (OSError, TypeError, ValueError, IndexError) as error:
        raise ValueError(f"{path} is not a whole FITS image ({error}); fetch it again or remove it") from error
    planes = planes[None] if planes.ndim == 2 else planes
    if planes.ndim != 3 or planes.shape[0] not in (1, 3):
        raise ValueError(f"{path} has the shape {planes.shape}; expected one plane, or three ordered g, r, i")
    flux = torch.from_numpy(np.repeat(planes, 3 // planes.shape[0], axis=0))
    return encode_png(to_uint8(sdss_asinh(flux[None], pixel_scale))[0].permute(1, 2, 0).numpy())
