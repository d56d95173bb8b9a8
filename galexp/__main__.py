"""The command line: ``python -m galexp VERB [words] [key=value ...]``."""

from __future__ import annotations

import importlib
import os
import sys
import warnings

from galexp.command import VERBS, Command, help_text, parse
from galexp.config import RankError, UsageError, is_ours
from galexp.terminal import note


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit status: 0 done, 1 failed, 2 not understood, 130 interrupted."""
    with warnings.catch_warnings():
        warnings.showwarning = note
        return _main(arguments)


def _main(arguments: list[str] | None) -> int:
    try:
        command = parse(sys.argv[1:] if arguments is None else arguments)
        if command.wants_help:
            return _show(help_text(command.verb))
        return _run(command)
    except UsageError as error:
        return _fail(error, 2)
    except (ValueError, OSError) as error:
        if not is_ours(error) or os.environ.get("GALEXP_TRACEBACK"):
            raise
        return _fail(error, 1)
    except RankError as error:
        return _fail(error, 1)
    except KeyboardInterrupt:
        return _fail("interrupted; the same command goes on from what was finished", 130)


def _run(command: Command) -> int:
    """Check the words before any heavy library is imported, then hand them to the verb."""
    command.check()
    if command.multirun:
        return importlib.import_module("galexp.sweep.main").main(command)
    return importlib.import_module(f"galexp.{command.verb}").main(command)


def _fail(error: object, status: int) -> int:
    if os.environ.get("RANK", "0") == "0":
        sys.stderr.write(f"galexp: {error}\n")
    return status


def _show(text: str) -> int:
    sys.stdout.write(text)
    return 0


__all__ = ["VERBS", "main"]

if __name__ == "__main__":
    sys.exit(main())
