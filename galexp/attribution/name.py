"""What methods, effects and orders of pixels are called."""

from __future__ import annotations

from galexp.config import nearest

GRAD_CAM, SALIENCY, INTEGRATED_GRADIENTS = "grad_cam", "saliency", "integrated_gradients"
METHODS = (GRAD_CAM, SALIENCY, INTEGRATED_GRADIENTS)
SIGNED = (GRAD_CAM, INTEGRATED_GRADIENTS)
"""Methods that tell what raises an output from what lowers it."""

RAISES, LOWERS, CHANGES = "raises", "lowers", "changes"
RANDOM, CENTER = "random", "center"
DELETION, INSERTION = "deletion", "insertion"


def effects_of(method: str, are_classes: bool) -> dict[str, int]:
    """Return the signs of a map that are told of: what raises a class, what raises and lowers a number.

    Example:
        >>> effects_of("grad_cam", are_classes=False), effects_of("saliency", are_classes=False)
        ({'raises': 1, 'lowers': -1}, {'changes': 1})
    """
    if method not in SIGNED:
        return {CHANGES: 1}
    return {RAISES: 1} if are_classes else {RAISES: 1, LOWERS: -1}


def check_methods(methods: list[str]) -> None:
    """Refuse what is no method.

    Raises:
        ValueError: for an unknown method, or none.
    """
    if not methods:
        raise ValueError(f"explain.methods is empty; name at least one of {', '.join(METHODS)}")
    for method in methods:
        if method not in METHODS:
            raise ValueError(f"explain.methods has {method!r}; {nearest(str(method), METHODS)}")
