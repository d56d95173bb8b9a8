"""Images inside a zip file, read without unpacking it."""

from __future__ import annotations

import hashlib
import pathlib
import zipfile
import zlib
from typing import TYPE_CHECKING

import numpy as np

from galexp.image.codec import decode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from astropy.table import Table
    from jaxtyping import Bool

IMAGE_SUFFIXES = (".jpg", ".jpeg", ".png")


class ImageArchive:
    """Find ``{id}.jpg`` or ``{id}.png``, in whatever folder, inside one zip file; bytes are kept as they are.

    What other systems add (``__MACOSX/``, names that begin with a dot) is passed over.

    Args:
        path: The zip file.
        pixel_scale: [arcsec/pixel], for the manifest; None where it is not known.
        unreadable: ``raise`` stops at the first image that cannot be read, ``skip`` drops and counts it.

    Raises:
        ValueError: for a file that is not there or no whole zip, an unknown ``unreadable``, or an id that occurs twice.
    """

    name = "zip"
    bands: tuple[str, ...] | None = None

    def __init__(self, path: str | None, pixel_scale: float | None = None, unreadable: str = "raise") -> None:
        if unreadable not in ("raise", "skip"):
            raise ValueError(f"imaging.unreadable is {unreadable!r}; choose raise or skip")
        self.path = pathlib.Path(str(path))
        self.pixel_scale = pixel_scale
        self.unreadable = unreadable
        self._zip = _opened(self.path)
        self._members: dict[str, zipfile.ZipInfo] = {}
        for member in filter(_is_image, self._zip.infolist()):
            other = self._members.setdefault(pathlib.PurePosixPath(member.filename).stem, member)
            if other is not member:
                raise ValueError(
                    f"{self.path} holds one id twice, {other.filename} and {member.filename}; keep one file each"
                )

    @property
    def identifiers(self) -> list[str]:
        """The ids that have an image, sorted."""
        return sorted(self._members)

    def available(self, catalog: Table) -> Bool[np.ndarray, " galaxy"]:
        """Tell which rows have an image.

        Raises:
            ValueError: where none has.
        """
        wanted = [str(identifier) for identifier in catalog["id"]]
        found = np.array([identifier in self._members for identifier in wanted], dtype=bool)
        if not found.any():
            raise ValueError(
                f"none of {len(wanted)} catalog ids (such as {', '.join(wanted[:3])}) has an image in {self.path}, "
                f"which holds {len(self._members)} images (such as {', '.join(self.identifiers[:3]) or 'none'}); "
                "check dataset.catalog, imaging.path and dataset.columns.id"
            )
        return found

    def fingerprint(self, catalog: Table) -> str:
        """Return a hash of names, lengths and checksums of the rows' images, as the archive lists them."""
        members = [self._members[str(identifier)] for identifier in catalog["id"]]
        lines = "\n".join(f"{member.filename} {member.file_size} {member.CRC}" for member in members)
        return hashlib.sha256(lines.encode()).hexdigest()

    def images(self, catalog: Table) -> Iterator[tuple[str, bytes]]:
        """Yield (id, bytes) row by row; with ``unreadable="skip"`` broken images are left out.

        Raises:
            ValueError: for an image that is damaged or not an image, with ``unreadable="raise"``.
        """
        for identifier in map(str, catalog["id"]):
            try:
                yield identifier, self._read(self._members[identifier])
            except ValueError as error:
                if self.unreadable == "raise":
                    raise ValueError(f"{error}; or set imaging.unreadable=skip to drop and count it") from error

    def _read(self, member: zipfile.ZipInfo) -> bytes:
        try:
            image = self._zip.read(member)
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, OSError) as error:
            raise ValueError(
                f"{member.filename} in {self.path} cannot be unpacked ({error}); fetch the archive again"
            ) from error
        decode(image, f"{member.filename} in {self.path}")
        return image


def _opened(path: pathlib.Path) -> zipfile.ZipFile:
    if not path.is_file():
        raise ValueError(f"imaging.path is {str(path)!r}, which is no file; give imaging.path=FILE.zip")
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError) as error:
        raise ValueError(
            f"{path} is no whole zip file ({error}); fetch it again, name another with imaging.path=FILE.zip, or "
            "unpack it and give imaging=files imaging.root=FOLDER"
        ) from error


def _is_image(member: zipfile.ZipInfo) -> bool:
    path = pathlib.PurePosixPath(member.filename)
    is_hidden = any(part.startswith(".") or part == "__MACOSX" for part in path.parts)
    return path.suffix.lower() in IMAGE_SUFFIXES and not is_hidden
