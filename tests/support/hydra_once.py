"""Hydra without work that was done before: half of the time of all tests, as it is."""

from __future__ import annotations

import contextlib
import pathlib
import pickle
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hydra._internal import config_loader_impl, defaults_list
from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra._internal.config_repository import ConfigRepository
from hydra._internal.defaults_list import Overrides
from omegaconf import DictConfig


def _last_change(source: Any) -> int:
    """Return when the files of a user's own folder were last changed; the packaged ones stay as they are."""
    if not source.provider.startswith("hydra.searchpath"):
        return 0
    folder = pathlib.Path(source.path.removeprefix("file://"))
    return max(path.stat().st_mtime_ns for path in (folder, *folder.rglob("*")))


@contextlib.contextmanager
def read_and_put_together_once() -> Iterator[None]:
    """Let Hydra read each packaged file, and put together each choice of options, once.

    Hydra's own code still applies the other words of a command to a copy of that; without this, composing takes
    half of the time of all tests. What entries of a list may refer to is told where one refers to something.
    """
    read, list_defaults = ConfigRepository.load_config, config_loader_impl.create_defaults_list
    map_choices = defaults_list._create_interpolation_map
    put_together = ConfigLoaderImpl._compose_config_from_defaults_list
    known: dict[object, bytes] = {}

    def once(repo: Any, key: tuple[object, ...], make: Callable[[], Any]) -> Any:
        key = (*key, *((source.path, _last_change(source)) for source in repo.get_sources()))
        if key not in known:
            known[key] = pickle.dumps(make())
        return pickle.loads(known[key])

    def read_once(self: Any, config_path: str) -> Any:
        return once(self, (config_path,), lambda: read(self, config_path))

    def list_once(repo: Any, config_name: str, overrides_list: list[Any], **facts: Any) -> Any:
        chosen = [word.input_line for word in overrides_list if repo.group_exists(word.key_or_group)]
        make = lambda: list_defaults(repo, config_name, overrides_list, **facts)  # noqa: E731
        found = once(repo, (config_name, *chosen, *facts.values()), make)
        found.config_overrides = Overrides(repo, overrides_list).config_overrides
        return found

    def put_together_once(self: Any, defaults: list[Any], repo: Any) -> DictConfig:
        return once(repo, (repr(defaults),), lambda: put_together(self, defaults, repo))

    def map_where_asked(overrides: Overrides, entries: list[Any], self_added: bool) -> DictConfig:
        asked = any(entry.is_interpolation() for entry in entries)
        return map_choices(overrides, entries, self_added) if asked else DictConfig({})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ConfigRepository, "load_config", read_once)
        patch.setattr(defaults_list, "_create_interpolation_map", map_where_asked)
        patch.setattr(config_loader_impl, "create_defaults_list", list_once)
        patch.setattr(ConfigLoaderImpl, "_compose_config_from_defaults_list", put_together_once)
        yield
