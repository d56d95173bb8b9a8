"""Mock galaxy images: a batched renderer of disks, bulges, arms, bars, dust, knots, field objects and noise.

Features come from a small dictionary, so a saliency map on mock images recovers what was painted.
"""

from galexp.mock.render.compose import render

__all__ = ["render"]
