"""Objects from nodes of the configuration, whose keys are those of a ``_target_``'s signature."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Mapping
from typing import Any

import hydra

from galexp.config import Settings, UsageError, nearest

OWN_KEYS = {"model": ("weights", "monochrome"), "trainer": ("lr_find",)}
"""Keys of a group that galexp reads itself, whatever the ``_target_`` takes."""


def instantiate(node: Settings, **facts: Any) -> Any:
    """Make the object that a configuration node describes, adding facts that flow through code.

    Args:
        node: A plain mapping with ``_target_``; with ``_partial_: true`` a partial is returned instead of a call.
        **facts: Further keyword arguments, such as the number of outputs.

    Raises:
        UsageError: where the target cannot be imported, or the node holds a key that it does not take; the message
            names the nearest.
    """
    check_keys(node)
    make = hydra.utils.instantiate({**node, "_partial_": True, "_convert_": "all"})
    return functools.partial(make, **facts) if node.get("_partial_") else make(**facts)


def check_keys(node: Any) -> None:
    """Refuse, in a node and all below it, keys that a target does not take.

    Raises:
        UsageError: where a target cannot be imported, or for the first such key; the message names the nearest.
    """
    if isinstance(node, dict) and "_target_" in node:
        parameters = _parameters(node["_target_"])
        takes_any = any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values())
        for key in node:
            if not key.startswith("_") and key not in parameters and not takes_any:
                raise UsageError(f"{node['_target_']} takes no {key!r}; {nearest(key, parameters)}")
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        check_keys(child)


def _parameters(target: str) -> Mapping[str, inspect.Parameter]:
    return inspect.signature(target_of({"_target_": target})).parameters


def target_of(node: Settings) -> Any:
    """Return the class or function that a configuration node is made by.

    Raises:
        UsageError: where it cannot be imported.
    """
    try:
        return hydra.utils.get_object(node["_target_"])
    except ImportError as error:
        reason = " ".join(str(error).split())
        raise UsageError(f"{node['_target_']} cannot be imported ({reason}); check _target_") from error
