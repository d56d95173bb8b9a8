"""The units of the simulations: kpc, km/s and 1e10 Msun, and what follows from them."""

from __future__ import annotations

from astropy import constants, units

GRAVITATIONAL_CONSTANT = float(constants.G.to_value(units.Unit("kpc km2 / s2") / (1e10 * units.Msun)))
"""G [kpc (km/s)^2 / 1e10 Msun]."""

MYR = 1 / float((units.kpc / units.Unit("km/s")).to(units.Myr))
"""One Myr in the unit of time, kpc / (km/s), which is 977.8 Myr."""
