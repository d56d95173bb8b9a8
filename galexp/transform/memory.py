"""How much memory images take before and after they are brought to the size of the network."""

from __future__ import annotations

from collections.abc import Mapping

FLOAT32 = 4


def image_bytes(shapes: Mapping[str, int]) -> int:
    """Return the bytes of decoded images at 8 bits a value; 32-bit floats take :data:`FLOAT32` times as many.

    Args:
        shapes: How many images there are of each ``height x width x band``, as a manifest has them.

    Example:
        The training images of Galaxy Zoo 2, 33 GB, are 38 times what is left of them at 69 px:

        >>> before, after = image_bytes({"424x424x3": 61578}), image_bytes({"69x69x3": 61578})
        >>> f"{before / 1e9:.1f} GB, {after / 1e9:.2f} GB, a factor {before / after:.1f}"
        '33.2 GB, 0.88 GB, a factor 37.8'
    """
    total = 0
    for shape, count in shapes.items():
        height, width, bands = map(int, shape.split("x"))
        total += count * height * width * bands
    return total
