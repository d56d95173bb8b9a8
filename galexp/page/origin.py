"""What a report says on top where its galaxies are not those of the sky."""

from __future__ import annotations

from galexp.shard.origin import Origin

_BANNERS = {
    Origin.MOCK: "numbers and figures here come, in whole or in part, from galaxies that were drawn from published "
    "relations and rendered. They say that the code runs, not what the sky is like.",
    Origin.SIMULATION: "numbers and figures here come, in whole or in part, from galaxies that were simulated.",
}


def banner(origin: Origin) -> str:
    """Return what must be known before any number is read; nothing of galaxies that were observed."""
    return _BANNERS.get(origin, "")
