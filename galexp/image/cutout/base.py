"""Images of a survey's image service as the data pipeline takes them: fetched once, kept, given as they came."""

from __future__ import annotations

import abc
import dataclasses
import hashlib
import pathlib
import re
import urllib.parse
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from galexp.image.cutout.columns import adaptive_scale, column
from galexp.image.cutout.fetch import Fetcher
from galexp.image.cutout.record import ABSENT, FAILED, FETCHED, IDENTICAL, Cutout
from galexp.image.cutout.store import Store
from galexp.terminal import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from astropy.table import Table
    from jaxtyping import Bool

_FOLDER_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclasses.dataclass(kw_only=True)
class Cutouts(abc.ABC):
    """Square JPEG cutouts centered on the rows of a catalog, from a service that is asked over HTTP.

    What a cutout shows is a function of service, data release, position, width and scale, and so is the place where it
    is kept: ``<root>/<name>-<release>-<width>px-<scale>/<degree of RA>/<position>.jpg``. Another dataset with the same
    galaxy finds it there; a galaxy with the same identifier in another catalog does not.

    Exercised against a local server that misbehaves as these services are known to, never against the live ones.

    Args:
        root: Folder of all downloads.
        base_url: Address of the service, or of a mirror, without parameters.
        width: Side of the image [pixel].
        pixel_scale: Side of a pixel [arcsec]; becomes None where ``radius_column`` gives each galaxy its own.
        radius_column: Column with a Petrosian R90 [arcsec] (``r90``) that sets the scale; see :func:`adaptive_scale`.
        retry_failed: Whether objects that could not be had before are asked for again.
        fetcher: How the service is asked.

    Raises:
        ValueError: for an address that is not one of HTTP, a width, scale or number of the fetcher that is not
            positive, or a release that cannot be part of a folder's name.
    """

    name: ClassVar[str]
    bands: ClassVar[tuple[str, ...]]
    root: str
    base_url: str
    width: int
    pixel_scale: float | None
    radius_column: str | None
    retry_failed: bool
    fetcher: Fetcher

    def __post_init__(self) -> None:
        if urllib.parse.urlsplit(self.base_url).scheme not in ("http", "https"):
            raise ValueError(f"imaging.base_url is {self.base_url!r}; it must begin with http:// or https://")
        if not (self.width > 0 and (self.pixel_scale or 0) > 0):
            raise ValueError(f"imaging.width is {self.width}, pixel_scale {self.pixel_scale}; both must be more than 0")
        if not _FOLDER_NAME.fullmatch(self.release_name):
            raise ValueError(f"{self.release_name!r} is no {self.name} release: letters, digits, '.', '_' and '-' only")
        self.fetcher.check()
        self._scale = float(self.pixel_scale or 0)
        scale = "adaptive" if self.radius_column else f"{self._scale:.6f}"
        self.pixel_scale = None if self.radius_column else self.pixel_scale
        folder = f"{self.name}-{self.release_name}-{self.width}px-{scale}"
        self.store = Store(pathlib.Path(self.root) / folder, self.width)

    @property
    @abc.abstractmethod
    def release_name(self) -> str:
        """The data release or layer that images come from."""

    @abc.abstractmethod
    def parameters(self, ra: str, dec: str, scale: str) -> dict[str, str]:
        """Return what the service is asked with: a position [deg] and a scale [arcsec/pixel]."""

    def cutout(self, identifier: str, ra: float, dec: float, scale: float) -> Cutout:
        """Return what is asked for at a position [deg], rounded to 1e-6 deg, and a scale [arcsec/pixel]."""
        ra, dec = round(ra, 6) % 360.0, round(dec, 6) + 0.0
        query = urllib.parse.urlencode(self.parameters(f"{ra:.6f}", f"{dec:.6f}", f"{scale:.6f}"))
        place = f"{ra:010.6f}{dec:+010.6f}" + (f"-{scale:.6f}" if self.radius_column else "")
        return Cutout(identifier, ra, dec, f"{self.base_url}?{query}", f"{place[:3]}/{place}.jpg")

    def cutouts(self, catalog: Table) -> list[Cutout | None]:
        """Return what is asked for, row by row; None where position or radius is not finite.

        Raises:
            ValueError: where the catalog lacks a column, or positions are not in degrees.
        """
        ra, dec = column(catalog, "ra"), column(catalog, "dec")
        if self.radius_column:
            scale = adaptive_scale(column(catalog, self.radius_column), self.width)
        else:
            scale = np.full(len(catalog), self._scale)
        numbers = np.stack([ra, dec, scale], axis=1)
        finite = np.isfinite(numbers).all(axis=1)
        rows = zip(catalog["id"], numbers.tolist(), finite, strict=True)
        return [self.cutout(str(identifier), *row) if is_finite else None for identifier, row, is_finite in rows]

    def available(self, catalog: Table) -> Bool[np.ndarray, " galaxy"]:
        """Fetch what is not there yet, and tell which rows have an image.

        Blank images are there, and prepared data says which they are. Images whose bytes are the same elsewhere on the
        sky show no object but a message that there is none, and do not count.

        Raises:
            ValueError: for a catalog without usable positions, or where no row has an image.
            ConnectionError: where the service does not work; what has arrived is kept.
        """
        rows = self.cutouts(catalog)
        with self.store.writing():
            wanted = list({cutout.file: cutout for cutout in rows if cutout and self._is_wanted(cutout)}.values())
            if wanted:
                seconds = len(wanted) / self.fetcher.requests_per_second
                least = f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:.0f} s"
                say(f"fetching {len(wanted):,} cutouts from {self.base_url}, in at least {least}")
                self.fetcher.fetch(wanted, self.store)
            self.store.flag_identical()
            found = np.array([cutout is not None and self._is_usable(cutout) for cutout in rows], dtype=bool)
        self._report(rows, found)
        return found

    def _is_wanted(self, cutout: Cutout) -> bool:
        is_there = self.store.has(cutout)
        record = self.store.records.get(cutout.file)
        if is_there:
            return self.retry_failed and record is not None and record.status == IDENTICAL
        has_failed = record is not None and record.status in (ABSENT, FAILED) and record.url == cutout.url
        return self.retry_failed or not has_failed

    def _is_usable(self, cutout: Cutout) -> bool:
        return self.store.has(cutout) and self.store.records[cutout.file].status != IDENTICAL

    def _report(self, rows: list[Cutout | None], found: Bool[np.ndarray, " galaxy"]) -> None:
        statuses = [self.store.records[row.file].status if row else "without a position" for row in rows]
        unusual = [status for status in dict.fromkeys(statuses) if status != FETCHED]
        counts = ", ".join(f"{statuses.count(status):,} {status}" for status in unusual)
        advice = f"{self.store.journal} says why, imaging.retry_failed=true asks again"
        if not found.any():
            raise ValueError(f"none of {len(rows):,} rows has a cutout ({counts}); {advice}")
        if counts:
            say(f"{int(found.sum()):,} of {len(rows):,} rows have a cutout ({counts}); {advice}")

    def fingerprint(self, catalog: Table) -> str:
        """Return a hash of the images of the rows, all of which must be available."""
        records = [self.store.records[cutout.file] for cutout in self.cutouts(catalog) if cutout]
        return hashlib.sha256("\n".join(f"{record.file} {record.sha256}" for record in records).encode()).hexdigest()

    def images(self, catalog: Table) -> Iterator[tuple[str, bytes]]:
        """Yield (id, bytes) row by row, as they came; all rows must be available.

        Raises:
            ValueError: for a file whose bytes are no longer those that were fetched.
        """
        for cutout in self.cutouts(catalog):
            assert cutout is not None
            yield cutout.id, self._read(cutout)

    def _read(self, cutout: Cutout) -> bytes:
        path = self.store.path(cutout)
        image = path.read_bytes() if path.is_file() else b""
        if hashlib.sha256(image).hexdigest() != self.store.records[cutout.file].sha256:
            raise ValueError(
                f"{path} no longer holds what was fetched (it has {len(image)} bytes); remove it and run prepare again"
            )
        return image
