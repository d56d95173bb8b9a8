"""Gravity by direct summation: every particle with mass pulls every particle."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from galexp.nbody.units import GRAVITATIONAL_CONSTANT

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor

    from galexp.nbody.particles import Particles

_PAIRS_ON_CPU, _PAIRS_ON_GPU = 2**18, 2**27


class Gravity:
    """Accelerations of particles under their own softened gravity.

    a_i = G sum_j m_j (x_j - x_i) / (|x_j - x_i|^2 + e_i^2 + e_j^2)^(3/2), over the j that have mass. It is symmetric
    in i and j, so momentum is conserved up to rounding; that rest is removed by subtracting the mass-weighted mean
    acceleration. Pairs are summed block by block, in a block that stays in the cache of one core.

    Args:
        particles: Whose masses, those above 0 first, and softenings.
        device: On which the sums are done.
        dtype: In which; positions are double outside, and relative rounding of 1e-6 in a force adds no energy.
    """

    def __init__(
        self, particles: Particles, device: torch.device | str = "cpu", dtype: torch.dtype = torch.float32
    ) -> None:
        self.device, self.dtype = torch.device(device), dtype
        self.mass = self._tensor(particles.mass[particles.mass > 0])
        self.softening_squared = self._tensor(particles.softening**2)
        self.sources = len(self.mass)
        self.share = torch.as_tensor(particles.mass[: self.sources] / particles.mass.sum(), device=self.device)
        assert not particles.mass[self.sources :].any(), "particles with mass come first"
        pairs = _PAIRS_ON_CPU if self.device.type == "cpu" else _PAIRS_ON_GPU
        self.block = max(1, min(len(particles), pairs // max(self.sources, 1)))
        self._buffers = torch.empty(2, self.block * self.sources, dtype=dtype, device=self.device)

    def acceleration(self, position: Float[Tensor, "particle axis"]) -> Float[Tensor, "particle axis"]:
        """Return the acceleration of every particle, in double precision [(km/s)^2 / kpc].

        Args:
            position: [kpc].
        """
        place = position.to(self.dtype)
        pull = torch.empty(len(place), 4, dtype=self.dtype, device=self.device)
        source = place[: self.sources]
        moments = (torch.cat([source, torch.ones_like(source[:, :1])], 1) * self.mass[:, None]).T.contiguous()
        for start in range(0, len(place), self.block):
            target = slice(start, start + self.block)
            inverse, cube = self._inverse_distance(place, target)
            torch.pow(inverse, 3, out=cube)
            pull[target] = cube @ moments.T
        found = (GRAVITATIONAL_CONSTANT * (pull[:, :3] - pull[:, 3:] * place)).double()
        return found - self.share @ found[: self.sources]

    def potential_energy(self, position: Float[Tensor, "particle axis"]) -> float:
        """Return -G sum_(i < j) m_i m_j / sqrt(|x_j - x_i|^2 + e_i^2 + e_j^2) [1e10 Msun (km/s)^2]."""
        place = position.to(self.dtype)
        total = 0.0
        for start in range(0, self.sources, self.block):
            target = slice(start, min(start + self.block, self.sources))
            inverse, _ = self._inverse_distance(place, target)
            total += float(self.mass[target].double() @ (inverse @ self.mass).double())
        return -0.5 * GRAVITATIONAL_CONSTANT * total

    def _inverse_distance(
        self, place: Float[Tensor, "particle axis"], target: slice
    ) -> tuple[Float[Tensor, "target source"], Float[Tensor, "target source"]]:
        """Return 1 / softened distance, 0 from a particle to itself, and a second buffer of the same shape."""
        wanted = place[target]
        squared, apart = (buffer[: len(wanted) * self.sources].view(len(wanted), -1) for buffer in self._buffers)
        torch.add(self.softening_squared[target, None], self.softening_squared[: self.sources], out=squared)
        for axis in range(3):
            torch.sub(place[: self.sources, axis].contiguous(), wanted[:, axis : axis + 1], out=apart)
            squared.addcmul_(apart, apart)
        if target.start < self.sources:
            squared.diagonal(target.start).fill_(torch.inf)
        return squared.rsqrt_(), apart

    def _tensor(self, values: Float[np.ndarray, " particle"]) -> Float[Tensor, " particle"]:
        return torch.as_tensor(values, dtype=self.dtype, device=self.device)
