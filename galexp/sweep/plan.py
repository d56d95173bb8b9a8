"""What a sweep is going to run: its keys, its values, and who chooses and launches them."""

from __future__ import annotations

import dataclasses
import itertools
import math
import pathlib

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from omegaconf import DictConfig, OmegaConf

from galexp.command import Command, first_values
from galexp.config import Settings, UsageError, composed, search_path, settings, swept_values


@dataclasses.dataclass(frozen=True)
class Plan:
    """A sweep, understood.

    Args:
        words: As they were typed.
        overrides: Key -> word, of the experiment's own sweep and of what was typed; Hydra's own keys are not in it.
        first: The configuration of the first point, with Hydra's node.
        config_dir: The user's own configuration folder.
    """

    words: list[str]
    overrides: dict[str, Override]
    first: DictConfig
    config_dir: pathlib.Path | None

    @property
    def launcher(self) -> str:
        """What starts the jobs: ``basic`` is one after the other, in this process."""
        return str(self.first.hydra.runtime.choices["hydra/launcher"])

    @property
    def sweeper(self) -> str:
        """What chooses the points: ``basic`` is every combination."""
        return str(self.first.hydra.runtime.choices["hydra/sweeper"])

    @property
    def is_search(self) -> bool:
        """Whether each job's outcome decides which point comes next."""
        return self.sweeper != "basic"

    @property
    def settings(self) -> Settings:
        """The configuration of the first point, resolved."""
        return settings(self.first)

    @property
    def runs(self) -> pathlib.Path:
        """Where the runs of the first point go."""
        return pathlib.Path(self.settings["paths"]["runs"]).absolute()

    @property
    def folders(self) -> list[pathlib.Path]:
        """The user's own configuration folder, if there is one."""
        return [self.config_dir] if self.config_dir else []

    def values(self) -> dict[str, list[str]]:
        """Return the values of every key that is swept over; an interval has but its lower end."""
        swept = {key: override for key, override in self.overrides.items() if override.is_sweep_override()}
        return {key: swept_values(override, self.folders) for key, override in swept.items()}

    def count(self) -> int:
        """Return the number of jobs; 0 where a search decides."""
        return 0 if self.is_search else math.prod(len(values) for values in self.values().values())

    def points(self) -> list[tuple[str, ...]]:
        """Return the words of every job, in Hydra's order; none where a search decides."""
        if self.is_search:
            return []
        values = self.values()
        lists = [
            [f"{key}={value}" for value in values[key]]
            if key in values
            else [f"{key}={word.get_value_element_as_str()}"]
            for key, word in self.overrides.items()
        ]
        return list(itertools.product(*lists))

    def at(self, **changed: str) -> list[str]:
        """Return the words that compose the first point with some keys at other values."""
        return _words(self.words, self.overrides, self.folders, changed)

    def hydra_words(self, folder: pathlib.Path) -> list[str]:
        """Return what Hydra is told: its litter goes into a folder, no job changes directory, a search has a seed.

        With the same seed a search that is typed again meets the same points, and skips those that are finished.
        """
        quoted = str(folder).replace("'", r"\'")
        words = [*search_path(self.config_dir), f"hydra.sweep.dir='{quoted}'"]
        sampler = self.first.hydra.sweeper.get("sampler", {})
        if "seed" in sampler and sampler.seed is None:
            words.append(f"hydra.sweeper.sampler.seed={self.settings['seed']}")
        return [*words, *self.words]


def make_plan(command: Command) -> Plan:
    """Understand a sweep.

    Raises:
        UsageError: for what cannot be composed, for a range that has no steps where nobody chooses from it, for
            Hydra's own keys with several values, and where jobs would change directory.
    """
    parse = OverridesParser.create().parse_overrides
    typed = parse(command.overrides)
    for word in typed:
        if word.is_hydra_override() and word.is_sweep_override():
            raise UsageError(f"{word.input_line}: a sweep has one launcher and one sweeper; give one value")
    first = composed(first_values(command.overrides, command.folders), command.config_dir)
    params = OmegaConf.to_container(first.hydra.sweeper.get("params") or OmegaConf.create({}))
    assert isinstance(params, dict)
    own = parse([f"{key!s}={value}" for key, value in params.items()])
    overrides = {word.get_key_element(): word for word in [*own, *typed] if not word.is_hydra_override()}
    first = composed(_words(command.overrides, overrides, command.folders, {}), command.config_dir)
    plan = Plan(command.overrides, overrides, first, command.config_dir)
    _check(plan)
    return plan


def _words(
    typed: list[str], overrides: dict[str, Override], folders: list[pathlib.Path], changed: dict[str, str]
) -> list[str]:
    hydras = [word for word in typed if word.lstrip("+~").startswith("hydra")]
    words = {key: first_values([str(word.input_line)], folders)[0] for key, word in overrides.items()}
    return [*hydras, *(words | {key: f"{key}={value}" for key, value in changed.items()}).values()]


def _check(plan: Plan) -> None:
    if plan.first.hydra.job.chdir:
        raise UsageError("hydra.job.chdir moves jobs away from where paths.data and paths.runs begin; leave it out")
    for override in plan.overrides.values():
        if override.is_interval_sweep() and not plan.is_search:
            raise UsageError(
                f"{override.input_line} has no steps to go through; list values, or let a search choose from it with "
                "hydra/sweeper=optuna"
            )
    if plan.settings["trainer"]["lr_find"]:
        raise UsageError("trainer.lr_find looks for a learning rate and trains nothing; type it without --multirun")
    if plan.is_search:
        _check_search(plan)


def _check_search(plan: Plan) -> None:
    sweeper = plan.first.hydra.sweeper
    direction = sweeper.get("direction", "minimize")
    if getattr(direction, "name", direction) != "minimize":
        raise UsageError("a search minimizes the error on validation rows; leave hydra.sweeper.direction out")
    if sweeper.get("max_failure_rate"):
        raise UsageError("a search goes on past every trial that fails; leave hydra.sweeper.max_failure_rate out")
    if plan.settings["split"].get("val_fraction") == 0:
        raise UsageError(
            "a search chooses on validation rows and split.val_fraction is 0; raise it, or list values without "
            f"hydra/sweeper={plan.sweeper}"
        )
