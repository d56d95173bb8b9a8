"""Cutouts of the Sloan Digital Sky Survey from SkyServer."""

from __future__ import annotations

import dataclasses

from galexp.image.cutout.base import Cutouts

_SMALLEST, _LARGEST = 64, 2048


@dataclasses.dataclass(kw_only=True)
class SDSSCutouts(Cutouts):
    """Ask SkyServer's ImgCutout service, always with a scale, since its default differs among data releases.

    Red, green and blue show i, r and g after the survey's asinh stretch (Lupton et al. 2004). The service draws at any
    scale; the survey's own pixels have 0.396127 arcsec. Never exercised against the live service.

    Args:
        release: ``dr14`` (both papers) and so on; part of the folder's name and of the configured ``base_url``.

    Raises:
        ValueError: for a width outside 64 to 2048, which the service would silently replace by the nearer end.

    References:
        SkyServer's help on its finding chart (DR10): parameters, their limits and the scale of 0.396127 arcsec/pixel.
    """

    name = "sdss"
    bands = ("i", "r", "g")
    release: str

    def __post_init__(self) -> None:
        if not _SMALLEST <= self.width <= _LARGEST:
            raise ValueError(f"imaging.width is {self.width}; SkyServer draws {_SMALLEST} to {_LARGEST} pixels")
        super().__post_init__()

    @property
    def release_name(self) -> str:
        """The data release."""
        return self.release

    def parameters(self, ra: str, dec: str, scale: str) -> dict[str, str]:
        """Return the parameters of ``getjpeg``."""
        return {"ra": ra, "dec": dec, "scale": scale, "width": str(self.width), "height": str(self.width)}
