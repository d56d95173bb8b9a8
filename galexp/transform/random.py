"""Counter-based random numbers: a pure function of (seed, epoch, key), with no generator to keep or to restore."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from jaxtyping import Float, Int64
    from torch import Tensor


def _signed(value: int) -> int:
    return (value + 2**63) % 2**64 - 2**63


GOLDEN_GAMMA = _signed(0x9E3779B97F4A7C15)
_FIRST_FACTOR = _signed(0xBF58476D1CE4E5B9)
_SECOND_FACTOR = _signed(0x94D049BB133111EB)


def _shift_right(value: Tensor, bits: int) -> Tensor:
    return (value >> bits) & ((1 << (64 - bits)) - 1)


def splitmix64(state: Int64[Tensor, "*shape"]) -> Int64[Tensor, "*shape"]:
    """Return the output of the SplitMix64 generator for each state.

    The state is advanced by the golden gamma, then mixed: a bijection of the 64-bit integers, read as signed ones.

    Args:
        state: Any 64-bit integers.

    Returns:
        As many 64-bit integers, each bit of which depends on each bit of its state.

    Example:
        >>> hex(splitmix64(torch.tensor(0)).item() % 2**64)
        '0xe220a8397b1dcdaf'

    References:
        Steele, Lea and Flood 2014, Fast splittable pseudorandom number generators, figure 17.
    """
    mixed = state + GOLDEN_GAMMA
    mixed = (mixed ^ _shift_right(mixed, 30)) * _FIRST_FACTOR
    mixed = (mixed ^ _shift_right(mixed, 27)) * _SECOND_FACTOR
    return mixed ^ _shift_right(mixed, 31)


def uniform(keys: Int64[Tensor, " batch"], seed: int, epoch: int, count: int) -> Float[Tensor, "batch {count}"]:
    """Draw uniform numbers in [0, 1) that depend on nothing but (seed, epoch, key).

    A row stays what it is however the batch is composed or ordered, on every device and after a restart.

    Args:
        keys: One integer an object, the same in every epoch.
        seed: Seed of the run.
        epoch: Number of the epoch.
        count: Numbers wanted for each object.

    Returns:
        Multiples of 2^-24, so that float32 holds them exactly.

    Example:
        >>> both = uniform(torch.tensor([7, 8]), seed=1, epoch=2, count=3)
        >>> torch.equal(both[1:], uniform(torch.tensor([8]), seed=1, epoch=2, count=3))
        True
    """
    steps = torch.arange(count, device=keys.device) * GOLDEN_GAMMA
    bits = splitmix64(_stream(keys, seed, epoch)[:, None] + steps)
    return _shift_right(bits, 40).to(torch.float32) * 2.0**-24


def normal(keys: Int64[Tensor, " batch"], seed: int, epoch: int, count: int) -> Float[Tensor, "batch {count}"]:
    """Draw standard normal numbers that depend on nothing but (seed, epoch, key).

    Two numbers come from the two halves of one 64-bit integer: sqrt(-2 ln u) cos(2 pi v) and sqrt(-2 ln u) sin(2 pi v),
    with u in (0, 1] and v in [0, 1) multiples of 2^-24, so that none exceeds 5.8 in size. They are independent of
    those of `uniform`; another device, or another place in the batch, changes their last digit.

    Args:
        keys: One integer an object, the same in every epoch.
        seed: Seed of the run.
        epoch: Number of the epoch.
        count: Numbers wanted for each object.

    Returns:
        Numbers of mean 0 and standard deviation 1.

    Example:
        >>> draws = normal(torch.arange(10), seed=1, epoch=2, count=1000)
        >>> round(draws.mean().item(), 1), round(draws.std().item(), 1)
        (0.0, 1.0)

    References:
        Box and Muller 1958, A note on the generation of random normal deviates.
    """
    steps = torch.arange((count + 1) // 2, device=keys.device) * GOLDEN_GAMMA
    bits = splitmix64(splitmix64(~_stream(keys, seed, epoch))[:, None] + steps)
    radius = (_shift_right(bits, 40) + 1).to(torch.float32).mul_(2.0**-24).log_().mul_(-2).sqrt_()
    angle = (bits & (2**24 - 1)).to(torch.float32).mul_(math.tau * 2.0**-24)
    return torch.stack([angle.cos().mul_(radius), angle.sin().mul_(radius)], dim=2).flatten(1)[:, :count]


def _stream(keys: Tensor, seed: int, epoch: int) -> Tensor:
    state = splitmix64(torch.full_like(keys, _signed(seed)))
    state = splitmix64(state + epoch)
    return splitmix64(state + keys)
