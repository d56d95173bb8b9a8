"""Cutouts of the DESI Legacy Imaging Surveys from their sky viewer."""

from __future__ import annotations

import dataclasses

from galexp.image.cutout.base import Cutouts


@dataclasses.dataclass(kw_only=True)
class LegacyCutouts(Cutouts):
    """Ask the Legacy Surveys' viewer for color images made of g, r and z. Never exercised against the live service.

    Args:
        layer: ``ls-dr10``, ``ls-dr9``, ``ls-dr8`` or ``dr8`` (Wu 2020; it may be retired); part of the folder's name.
    """

    name = "legacy"
    bands = ("z", "r", "g")
    layer: str

    @property
    def release_name(self) -> str:
        """The layer."""
        return self.layer

    def parameters(self, ra: str, dec: str, scale: str) -> dict[str, str]:
        """Return the parameters of ``cutout.jpg``."""
        return {"ra": ra, "dec": dec, "layer": self.layer, "pixscale": scale, "size": str(self.width)}
