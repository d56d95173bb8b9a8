"""What is asked for, and what is noted about it."""

from __future__ import annotations

import dataclasses

import numpy as np
from astropy.coordinates import angular_separation

FETCHED, BLANK, IDENTICAL, ABSENT, FAILED = "fetched", "blank", "identical", "absent", "failed"
_APART = 10.0


@dataclasses.dataclass(frozen=True)
class Cutout:
    """An image that a service can be asked for.

    Args:
        id: Of the object.
        ra: Right ascension of its center [deg].
        dec: Declination of its center [deg].
        url: Where it is asked for.
        file: Where it is kept below the folder: a function of what the image shows and not of the identifier, which
            other catalogs give to other objects.
    """

    id: str
    ra: float
    dec: float
    url: str
    file: str


@dataclasses.dataclass(frozen=True)
class Record(Cutout):
    """A line of the journal; of several about one file the last one holds.

    Args:
        status: ``fetched``, ``blank`` (nothing to be seen), ``identical`` (the same bytes as elsewhere on the sky: a
            placeholder), ``absent`` (the service has no such image) or ``failed`` (it never gave a whole one).
        attempts: How often it was asked for; 0 where the process was killed before it could note that.
        sha256: Of the bytes, empty without an image.
        size: [byte].
        time: In UTC.
        problem: What was wrong with the last answer, empty for an image.
    """

    status: str
    attempts: int
    sha256: str = ""
    size: int = 0
    time: str = ""
    problem: str = ""

    @property
    def has_image(self) -> bool:
        """Whether there is a file."""
        return self.status in (FETCHED, BLANK, IDENTICAL)


def are_apart(records: list[Record]) -> bool:
    """Tell whether any record lies more than 10 arcsec (a choice of ours) from the first.

    Images of the sky centered that far from each other differ; where their bytes are the same they show none.
    """
    if len(records) < 2:
        return False
    ra, dec = np.radians([(record.ra, record.dec) for record in records]).T
    separations = np.degrees(angular_separation(ra[0], dec[0], ra[1:], dec[1:])) * 3600
    return bool(separations.max() > _APART)
