"""What runs must cite: BibTeX of their data, their methods and their tools."""

from __future__ import annotations

import fnmatch
import functools
import pathlib
import re
from collections.abc import Iterable, Mapping
from typing import Any

from omegaconf import OmegaConf

from galexp.config import nearest
from galexp.page.published import experiments_dir

ALWAYS = "always"
_START = re.compile(r"^@\w+\{([^,\s]+),", re.MULTILINE)


def read_bibliography(path: pathlib.Path) -> dict[str, str]:
    """Return key -> entry, verbatim, of a BibTeX file in which each entry begins a line.

    Args:
        path: Of the file.

    Raises:
        ValueError: for a key that comes twice, or an entry whose braces do not close.
    """
    text = path.read_text()
    found: dict[str, str] = {}
    for match in _START.finditer(text):
        key = match[1]
        if key in found:
            raise ValueError(f"{path} has {key!r} twice; give each entry a key of its own")
        found[key] = _balanced(text[match.start() :], f"{key} in {path}")
    return found


def _balanced(text: str, what: str) -> str:
    """Return a text up to where its first brace is closed."""
    depth = 0
    for place, letter in enumerate(text):
        depth += {"{": 1, "}": -1}.get(letter, 0)
        if letter == "}" and depth == 0:
            return text[: place + 1]
    raise ValueError(f"the braces of {what} do not close; mend the entry")


@functools.cache
def bibliography() -> dict[str, str]:
    """Return key -> BibTeX entry of everything that galexp knows of."""
    return read_bibliography(experiments_dir() / "references.bib")


@functools.cache
def _cited() -> dict[str, Any]:
    content = OmegaConf.to_container(OmegaConf.load(experiments_dir() / "citations.yaml"))
    assert isinstance(content, dict)
    return {str(group): chosen for group, chosen in content.items()}


def keys_of(choices: Mapping[str, str | None]) -> list[str]:
    """Return the keys that a run cites by what it chose, surveys and methods before tools.

    Args:
        choices: Group -> option.
    """
    found: list[str] = []
    for group, options in _cited().items():
        chosen = choices.get(group)
        if group != ALWAYS and chosen is not None:
            found += [key for pattern, keys in options.items() if fnmatch.fnmatchcase(chosen, pattern) for key in keys]
    return list(dict.fromkeys([*found, *_cited()[ALWAYS]]))


def bibtex(keys: Iterable[str]) -> str:
    """Return the entries of some keys, each once, in the order in which they are first named.

    Args:
        keys: Of ``references.bib``.

    Raises:
        ValueError: for a key that is not there, naming the nearest.

    Example:
        >>> bibtex(["wu2020", "wu2020"]).splitlines()[0]
        '@article{wu2020,'
    """
    known = bibliography()
    wanted = list(dict.fromkeys(keys))
    for key in wanted:
        if key not in known:
            raise ValueError(f"references.bib has no {key!r}; {nearest(key, known)}")
    return "\n\n".join(known[key] for key in wanted) + "\n"
