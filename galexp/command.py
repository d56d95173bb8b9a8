"""The words of a command: its verb, its options, positional words and overrides; and the help about them."""

from __future__ import annotations

import ast
import dataclasses
import itertools
import pathlib
import re
import shlex
from collections.abc import Mapping, Sequence

from hydra.core.hydra_config import HydraConfig
from hydra.core.override_parser.overrides_parser import OverridesParser

from galexp import __version__
from galexp.config import PACKAGE, Settings, UsageError, check_overrides, choices, compose, nearest, swept_values

VERBS = ("prepare", "train", "evaluate", "explain", "search", "report", "benchmark", "list")
SWEEPING = ("train",)
_POSITIONAL = ("evaluate", "explain", "search", "report", "list")
_WORKS_ON = {
    "evaluate": "the folder of a run: python -m galexp evaluate multirun/<study>/<run>",
    "explain": "the folder of a run: python -m galexp explain multirun/<study>/<run>",
    "search": "the folder of a run: python -m galexp search multirun/<study>/<run>",
    "report": "a folder of runs: python -m galexp report multirun/<study>",
}
_OPTIONS = ("--help", "--multirun", "--config-dir", "--markdown", "--version")
_NUMBER = re.compile(r"""'[^']*'|"[^"]*"|(?<=[=\[,\s])([+-]?\d[\d_.eE+-]*)(?=[\],\s]|$)""")
_SHORT = {"-h": "--help", "-m": "--multirun"}


@dataclasses.dataclass(frozen=True)
class Command:
    """One command line, understood."""

    verb: str | None
    words: list[str]
    overrides: list[str]
    config_dir: pathlib.Path | None = None
    multirun: bool = False
    wants_help: bool = False
    markdown: bool = False

    def check(self) -> None:
        """Refuse unknown groups and options, and unknown keys where the words alone make the configuration.

        Raises:
            UsageError: naming the nearest; for a verb that works on runs and was given none.
        """
        if not self.words and self.verb in _WORKS_ON:
            raise UsageError(f"{self.verb} needs {_WORKS_ON[self.verb]}")
        check_overrides(self.overrides, self.folders)
        if self.verb != "benchmark" and self._named("what"):
            raise UsageError(f"what= says what benchmark measures; {self.verb} takes none")
        if self.verb != "report" and self._named("section"):
            raise UsageError(f"section= says what report tells; {self.verb} takes none")
        if self.verb in ("prepare", "train"):
            dataclasses.replace(self, overrides=first_values(self.overrides, self.folders)).settings()
            self._check_launcher(HydraConfig.get().runtime.choices)
        for what in self.benchmarks if self.verb == "benchmark" else ():
            self.settings(f"what={what}")

    def _check_launcher(self, chosen: Mapping[str, str]) -> None:
        launcher = chosen["hydra/launcher"]
        if launcher != "basic" and not self.multirun:
            asked = "trainer=slurm" if chosen.get("trainer") == "slurm" else f"hydra/launcher={launcher}"
            raise UsageError(f"{asked} starts the jobs of a sweep, also of a sweep of one; add --multirun")

    @property
    def folders(self) -> list[pathlib.Path]:
        """The user's own configuration folder, if there is one."""
        return [self.config_dir] if self.config_dir else []

    @property
    def line(self) -> str:
        """The command, as it is typed into a shell."""
        options = ["--multirun"] if self.multirun else []
        options += ["--config-dir", str(self.config_dir)] if self.config_dir else []
        return shlex.join(["python", "-m", "galexp", str(self.verb), *options, *self.words, *self.overrides])

    def without(self, *keys: str) -> Command:
        """Return the command without what it says of some keys, and of keys below them."""
        below = tuple(f"{key}." for key in keys)
        names = [word.lstrip("+~").partition("=")[0] for word in self.overrides]
        is_kept = [name not in keys and not name.startswith(below) for name in names]
        return dataclasses.replace(self, overrides=list(itertools.compress(self.overrides, is_kept)))

    def with_word(self, key: str, value: object) -> Command:
        """Return the command with another value of a key.

        Example:
            >>> parse(["train", "split=delta5_window", "split.center=0.5", "seed=1"]).with_word("split", "random").line
            'python -m galexp train seed=1 split=random'
        """
        return dataclasses.replace(self, overrides=[*self.without(key).overrides, f"{key}={value}"])

    @property
    def benchmarks(self) -> list[str]:
        """The options of the group ``what`` that are asked for; all of them where none is named."""
        return self._named("what") or list(choices(self.folders)["what"])

    @property
    def sections(self) -> list[str]:
        """The options of the group ``section`` that are asked for, with commas between them; empty for all."""
        return [name.strip() for value in self._named("section") for name in value.strip("[]").split(",")]

    def _named(self, group: str) -> list[str]:
        words = [word.lstrip("+").partition("=") for word in self.overrides]
        return [value for name, _, value in words if name == group][-1:]

    def settings(self, *base: str) -> Settings:
        """Compose the configuration from what the caller puts first and then the overrides of the command line."""
        words = [word for word in self.overrides if self.verb != "report" or not word.startswith("section=")]
        return compose([*base, *words], self.config_dir)


def parse(arguments: Sequence[str]) -> Command:
    """Understand a command line.

    Raises:
        UsageError: for an unknown verb or option, an option that the verb does not take, or a word out of place.
    """
    words, options, config_dir = _split_options(list(arguments))
    if "--version" in options:
        return Command("version", [], [], wants_help=True)
    if not words or words[0] == "help":
        return Command(None, [], [], wants_help=True)
    verb = words[0]
    if verb not in VERBS:
        raise UsageError(f"unknown verb {verb!r}; {nearest(verb, VERBS)}")
    overrides = [_opened(word) for word in words[1:] if "=" in word]
    positional = [word for word in words[1:] if "=" not in word]
    if "--help" in options:
        return Command(verb, positional, overrides, config_dir, wants_help=True)
    if "--multirun" in options and verb not in SWEEPING:
        raise UsageError(f"{verb} takes no --multirun; {' and '.join(SWEEPING)} does")
    if positional and verb not in _POSITIONAL:
        known = [f"{group}={option}" for group, names in choices().items() for option in names]
        raise UsageError(f"{verb} takes key=value words, not {positional[0]!r}; {nearest(positional[0], known)}")
    markdown = "--markdown" in options
    if markdown and (verb != "list" or "model" not in positional):
        raise UsageError("--markdown writes the table of list model: python -m galexp list model --markdown")
    return Command(verb, positional, overrides, config_dir, "--multirun" in options, markdown=markdown)


def first_values(overrides: Sequence[str], folders: Sequence[pathlib.Path] = ()) -> list[str]:
    """Return the first point of a sweep, by which its keys can be checked before any job starts.

    Example:
        >>> first_values(["split=random,kfold", "seed=0,1", "optimizer.lr=interval(0.1, 1)", "trainer.devices=2"])
        ['split=random', 'seed=0', 'optimizer.lr=0.1', 'trainer.devices=2']
    """
    parsed = OverridesParser.create().parse_overrides(list(overrides))
    return [
        f"{override.get_key_element()}={swept_values(override, folders)[0]}"
        if override.is_sweep_override()
        else str(override.input_line)
        for override in parsed
    ]


def _opened(word: str) -> str:
    """Let a word under ``dataset.columns`` be new without the plus that Hydra wants: the table's owner names it.

    What looks like a number in ``search.query`` is put into quotes: Hydra would make 1000 of the id 1_000.
    """
    if word.lstrip("+").startswith("search.query="):
        return _NUMBER.sub(lambda found: f"'{found[0]}'" if found[1] else found[0], word)
    return f"++{word}" if word.startswith("dataset.columns.") else word


def _split_options(arguments: list[str]) -> tuple[list[str], set[str], pathlib.Path | None]:
    words: list[str] = []
    options: set[str] = set()
    config_dir: pathlib.Path | None = None
    while arguments:
        word = arguments.pop(0)
        name, _, value = _SHORT.get(word, word).partition("=")
        if not word.startswith("-"):
            words.append(word)
        elif name not in _OPTIONS:
            raise UsageError(f"unknown option {word!r}; {nearest(name, _OPTIONS)}")
        elif name == "--config-dir":
            config_dir = _folder(value or (arguments.pop(0) if arguments else ""))
        else:
            options.add(name)
    return words, options, config_dir


def _folder(value: str) -> pathlib.Path:
    folder = pathlib.Path(value)
    if not value or not folder.is_dir():
        raise UsageError(f"--config-dir {value!r} is no folder; it holds groups such as dataset/ and split/")
    return folder


def help_text(verb: str | None) -> str:
    """Return what a verb, or the whole command, does; no heavy library is imported for it."""
    if verb == "version":
        return f"galexp {__version__}\n"
    if verb is not None:
        return _docstring(verb) + "\n\n" + _groups()
    lines = ["galexp: what did a network learn about galaxies, and does it hold somewhere else?", ""]
    lines += ["Usage: python -m galexp VERB [--help] [--config-dir FOLDER] [group=option ...] [key=value ...]", ""]
    lines += [f"  {name:<10} {_docstring(name).splitlines()[0]}" for name in VERBS]
    lines += ["", "  --config-dir FOLDER   your own YAML files, in folders named as the groups", "  --version", ""]
    return "\n".join(lines) + _groups() + "\nStart with: python -m galexp train experiment=demo\n"


def _docstring(verb: str) -> str:
    text = ast.get_docstring(ast.parse((PACKAGE / f"{verb}.py").read_text()))
    assert text is not None
    return text


def _groups() -> str:
    lines = ["Groups (python -m galexp list GROUP explains the options):"]
    for group, options in sorted(choices().items()):
        if group != "paths":
            lines.append(f"  {group:<12} {' '.join(options)}")
    return "\n".join(lines) + "\n"
