"""The configuration: where it lives, what can be chosen, how it is composed, and how objects are made from it."""

from __future__ import annotations

import contextlib
import copy
import difflib
import functools
import itertools
import pathlib
import re
import traceback
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import hydra
from hydra.conf import HydraConf
from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Glob, IntervalSweep, Override
from hydra.errors import HydraException, MissingConfigException, OverrideParseException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

PACKAGE = pathlib.Path(__file__).resolve().parent
HYDRA_VERSION_BASE = "1.3"
_EXTRAS = {
    "hydra/launcher/joblib": "joblib",
    "hydra/launcher/submitit_local": "slurm",
    "hydra/launcher/submitit_slurm": "slurm",
    "hydra/sweeper/optuna": "hpo",
}

Settings = dict[str, Any]


class UsageError(ValueError):
    """A word of the command line that galexp does not know; the process exits with status 2."""


class RankError(RuntimeError):
    """One of the processes of a job failed; the text holds that process's own traceback."""


def is_ours(error: BaseException) -> bool:
    """Tell whether galexp raised this itself, as a sentence for its user, rather than a library below it."""
    frames = traceback.extract_tb(error.__traceback__)
    is_sentence = isinstance(error, ValueError | OSError)
    return is_sentence and bool(frames) and frames[-1].filename.startswith(str(PACKAGE))


def conf_dir() -> pathlib.Path:
    """Return the folder of the packaged configuration: inside the wheel, or beside the package in a checkout."""
    for folder in (PACKAGE / "conf", PACKAGE.parent / "conf"):
        if (folder / "config.yaml").is_file():
            return folder
    raise FileNotFoundError(f"no conf/config.yaml in {PACKAGE} or beside it; reinstall galexp")


def nearest(word: str, options: Iterable[str]) -> str:
    """Say which options come nearest to a word, as the end of an error message.

    Example:
        >>> nearest("xgas", ["xgass", "gz2"])
        "did you mean 'xgass'?"
    """
    options = sorted(set(options))
    close = difflib.get_close_matches(word, options, n=3, cutoff=0.5)
    if close:
        return "did you mean " + " or ".join(repr(option) for option in close) + "?"
    return f"choose from {', '.join(options)}" if options else "there is nothing to choose from"


def choices(extra: Sequence[pathlib.Path] = ()) -> dict[str, dict[str, str]]:
    """Return every group's options with their one-line descriptions, read from the YAML files' first comment."""
    found: dict[str, dict[str, str]] = {}
    for path, description in itertools.chain(_packaged(conf_dir()), *map(_described, extra)):
        found.setdefault(path.parent.name, {}).setdefault(path.stem, description)
    return found


@functools.cache
def _packaged(root: pathlib.Path) -> tuple[tuple[pathlib.Path, str], ...]:
    return tuple(_described(root))


def _described(root: pathlib.Path) -> Iterator[tuple[pathlib.Path, str]]:
    return ((path, _description(path)) for path in sorted(root.glob("*/*.yaml")))


def _description(path: pathlib.Path) -> str:
    comments = [line[1:].strip() for line in path.read_text().splitlines() if line.startswith("#")]
    return next((comment for comment in comments if not comment.startswith("@package")), "")


def check_overrides(overrides: Sequence[str], extra: Sequence[pathlib.Path] = ()) -> None:
    """Refuse a group or option that does not exist, naming the nearest.

    Raises:
        UsageError: for an override that cannot be parsed, or an option that its group does not have.
    """
    known = choices(extra)
    try:
        parsed = OverridesParser.create().parse_overrides(list(overrides))
    except OverrideParseException as error:
        raise UsageError(f"cannot read {error.override!r}: write key=value, and quote values with commas") from error
    for override in parsed:
        group = override.key_or_group.split("/")[0]
        if group not in known or "." in override.key_or_group or override.is_delete():
            continue
        is_sweep = override.is_sweep_override()
        for value in swept_values(override, extra) if is_sweep else [str(override.get_value_string())]:
            if value not in known[group]:
                raise UsageError(f"unknown {group} {value!r}; {nearest(value, known[group])}")


def swept_values(override: Override, extra: Sequence[pathlib.Path] = ()) -> list[str]:
    """Return the values that a word of a sweep goes through, as words; of an interval its lower end."""
    value = override.value()
    if isinstance(value, IntervalSweep):
        return [str(value.start)]
    if not isinstance(value, Glob):
        return list(override.sweep_string_iterator())
    options = choices(extra).get(override.key_or_group, {})
    names = list(value.filter(list(options)))
    if not names:
        raise UsageError(f"{override.input_line} fits no option; {nearest('', options)}")
    return names


def compose(overrides: Sequence[str], config_dir: pathlib.Path | None = None) -> Settings:
    """Compose the configuration of one run and return it as plain containers, with the choice made in each group.

    Args:
        overrides: ``key=value`` words in Hydra's grammar.
        config_dir: A user's own configuration folder, searched after the packaged one.

    Raises:
        UsageError: for a group, option or key that does not exist (the message names the nearest), or a ``config_dir``
            that does not.
    """
    return copy.deepcopy(_composed(overrides, config_dir)[1])


def composed(overrides: Sequence[str], config_dir: pathlib.Path | None = None) -> DictConfig:
    """Compose the configuration as :func:`compose` does, but return Hydra's object, with its own node in it."""
    return copy.deepcopy(_composed(overrides, config_dir)[0])


def _composed(overrides: Sequence[str], config_dir: pathlib.Path | None) -> tuple[DictConfig, Settings]:
    extra = [config_dir] if config_dir else []
    _check_folders(extra)
    check_overrides(overrides, extra)
    stamps = tuple(_stamp(folder) for folder in (conf_dir(), *extra))
    found, resolved, hydra_config = _by_hydra(tuple(overrides), config_dir and config_dir.resolve(), stamps)
    HydraConfig.instance().cfg = hydra_config
    return found, resolved


def _stamp(folder: pathlib.Path) -> int:
    """Return when anything in a configuration folder was last changed."""
    return max(path.stat().st_mtime_ns for path in (folder, *folder.glob("*"), *folder.glob("*/*")))


@functools.lru_cache(maxsize=64)
def _by_hydra(
    overrides: tuple[str, ...], config_dir: pathlib.Path | None, stamps: tuple[int, ...]
) -> tuple[DictConfig, Settings, HydraConf | None]:
    """Compose once for the same words and the same files: checking a command and running it need the same answer."""
    with with_hydra(overrides):
        found = hydra.compose("config", [*search_path(config_dir), *overrides], return_hydra_config=True)
        return found, settings(found), HydraConfig.instance().cfg


def search_path(config_dir: pathlib.Path | None) -> list[str]:
    """Return the word by which Hydra also searches a user's own configuration folder."""
    return [f"hydra.searchpath=[file://{config_dir.resolve()}]"] if config_dir else []


@contextlib.contextmanager
def with_hydra(overrides: Sequence[str]) -> Iterator[None]:
    """Start Hydra, and turn what it cannot compose into one sentence.

    Raises:
        UsageError: for a group, option, key or plugin that does not exist.
    """
    GlobalHydra.instance().clear()
    with hydra.initialize_config_dir(str(conf_dir()), job_name="galexp", version_base=HYDRA_VERSION_BASE):
        try:
            yield
        except (HydraException, OmegaConfBaseException) as error:
            raise _usage_error(error, overrides) from error


def _check_folders(extra: Sequence[pathlib.Path]) -> None:
    for folder in extra:
        if not folder.is_dir():
            raise UsageError(f"--config-dir {folder} is no folder")
        for path in sorted(folder.glob("*/*.yaml")):
            name = path.relative_to(folder)
            if (conf_dir() / name).is_file():
                raise UsageError(f"{path} would be ignored: galexp has a {name} of its own; rename yours")


def settings(composed: DictConfig) -> Settings:
    """Resolve a composed configuration into plain containers and add ``choices``, the option of each group."""
    if "hydra" in composed:
        HydraConfig.instance().set_config(composed)
    plain = {key: value for key, value in composed.items() if key != "hydra"}
    hydra_config = HydraConfig.get()
    resolved = OmegaConf.to_container(OmegaConf.create(plain), resolve=True, throw_on_missing=True)
    assert isinstance(resolved, dict)
    for group in ("dataset", "task"):
        if isinstance(resolved.get(group, {}).get("targets"), str):
            resolved[group]["targets"] = [resolved[group]["targets"]]
    made = {str(key): value for key, value in hydra_config.runtime.choices.items() if "hydra/" not in str(key)}
    _refuse_unknown_roots(resolved)
    return {**{str(key): value for key, value in resolved.items()}, "choices": made}


@functools.cache
def _root_keys() -> frozenset[str]:
    """Return the keys that may stand at the root: the groups and what config.yaml itself holds."""
    return frozenset({*choices(), *_own_keys()} - {"defaults", "hydra"}) | {"task"}


@functools.cache
def _own_keys() -> dict[str, Any]:
    """Return what config.yaml itself holds."""
    own = OmegaConf.to_container(OmegaConf.load(conf_dir() / "config.yaml"))
    assert isinstance(own, dict)
    return {str(key): value for key, value in own.items()}


def _refuse_unknown_roots(resolved: dict[Any, Any]) -> None:
    own = _own_keys()
    for key, value in resolved.items():
        if key not in _root_keys():
            raise UsageError(f"unknown key {key!r}; {nearest(str(key), _root_keys())}")
        for name in value if isinstance(own.get(key), dict) and key not in choices() else ():
            if name not in own[key]:
                raise UsageError(f"unknown key '{key}.{name}'; {nearest(name, map(str, own[key]))}")


def _usage_error(error: Exception, overrides: Sequence[str]) -> UsageError:
    """Turn a composition error into one sentence, with the nearest keys where a key was not found."""
    if isinstance(error, MissingConfigException) and "/" in str(error.missing_cfg_file):
        return _missing_option(str(error.missing_cfg_file), error.options or ())
    missing = re.search(r"Could not override '([^']+)'", str(error))
    if missing is None:
        return UsageError(" ".join(str(error).split()))
    key = missing.group(1)
    if key in choices():
        return UsageError(f"this dataset has no {key} to choose; leave {key}=... out, or choose a dataset that has one")
    groups = [word for word in overrides if "." not in word.split("=")[0] and not word.startswith(f"{key}=")]
    is_hydra = key.startswith("hydra.")
    known = (*choices(), *(["hydra/launcher", "hydra/sweeper"] if is_hydra else []))
    with_groups = [word for word in groups if word.split("=")[0].lstrip("+~") in known]
    keys = [*_flat_keys(hydra.compose("config", with_groups, return_hydra_config=is_hydra)), *choices()]
    close = difflib.get_close_matches(key, keys, n=1, cutoff=0.5)
    hint = f" (a further argument of a _target_ takes a plus: +{key}=...)" if "." in key and not is_hydra else ""
    return UsageError(f"unknown key {key!r}; {nearest(key, keys if close else _root_keys())}{hint}")


def _missing_option(path: str, options: Iterable[str]) -> UsageError:
    """Say which extra brings a plugin that is not installed, or which options come nearest."""
    group, _, option = path.rpartition("/")
    if path in _EXTRAS:
        return UsageError(f"{group}={option} is not installed; pip install 'galexp[{_EXTRAS[path]}]'")
    known = {name.rpartition("/")[2] for name in _EXTRAS if name.startswith(f"{group}/")}
    return UsageError(f"unknown {group} {option!r}; {nearest(option, known | set(options))}")


def _flat_keys(node: DictConfig, prefix: str = "") -> list[str]:
    keys: list[str] = []
    for name in node:
        keys.append(prefix + str(name))
        child = node._get_node(name)
        if isinstance(child, DictConfig) and not child._is_none():
            keys.extend(_flat_keys(child, prefix + str(name) + "."))
    return keys


def sweep_parameters(experiment: str, config_dir: pathlib.Path | None = None) -> dict[str, str]:
    """Return what an experiment sweeps over: ``hydra.sweeper.params`` of its YAML, empty where it has none."""
    for folder in (conf_dir(), config_dir):
        path = folder / "experiment" / f"{experiment}.yaml" if folder else None
        if path is not None and path.is_file():
            params = OmegaConf.select(OmegaConf.load(path), "hydra.sweeper.params") or {}
            return {str(key): str(value) for key, value in params.items()}
    return {}
