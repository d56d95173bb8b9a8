"""What holds for the whole package: imports point down, heavy libraries have one home, files stay small."""

from __future__ import annotations

import ast
import functools
import pathlib
from collections.abc import Callable, Iterator

import pytest

import galexp

ROOT = pathlib.Path(galexp.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))
ORDER = [
    {"__main__"},
    {"prepare", "train", "evaluate", "explain", "search", "report", "benchmark", "list"},
    {"sweep"},
    {"timing"},
    {"job"},
    {"preparation"},
    {"trainer"},
    {"tracking"},
    {"callback"},
    {"page"},
    {"summary"},
    {"run"},
    {"figure"},
    {"attribution", "similarity"},
    {"evaluation"},
    {"task"},
    {"datamodule"},
    {"metric"},
    {"loss"},
    {"optimizer"},
    {"model"},
    {"transform"},
    {"split"},
    {"dataset"},
    {"shard"},
    {"mock"},
    {"nbody"},
    {"environment"},
    {"image"},
    {"catalog"},
    {"launch"},
    {"world"},
    {"command"},
    {"target"},
    {"config"},
    {"terminal"},
    {"__init__"},
]
LEVEL = {name: level for level, names in enumerate(ORDER) for name in names}
HEAVY = {
    "wandb": "tracking",
    "timm": "model/backbone.py",
    "webdataset": "shard",
    "astroquery": "catalog/survey.py",
    "h5py": "image",
    "aiohttp": "image/cutout",
    "requests": "catalog",
    "astropy_healpix": "split/sky.py",
    "captum": "attribution/method.py",
    "faiss": "similarity/index.py",
}
MOST_LINES, MOST_LINES_OF_A_FUNCTION = 300, 50


@functools.cache
def tree_of(path: pathlib.Path) -> ast.Module:
    """Return the parsed text of a file."""
    return ast.parse(path.read_text())


def room(path: pathlib.Path) -> str:
    """Return the top-level name that a file belongs to."""
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imported(tree: ast.AST, package: str) -> Iterator[str]:
    """Yield the full name of every import, wherever it stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                base = ".".join(
                    [*package.split(".")[: len(package.split(".")) - node.level + 1], *filter(None, [base])]
                )
            yield from (f"{base}.{alias.name}" for alias in node.names)


def rooms_imported(path: pathlib.Path) -> set[str]:
    """Return the top-level names of galexp that a file imports."""
    package = ".".join(["galexp", *path.relative_to(ROOT).parts[:-1]])
    found = set()
    for name in imported(tree_of(path), package):
        parts = name.split(".")
        if parts[0] == "galexp":
            is_room = len(parts) > 1 and ((ROOT / parts[1]).is_dir() or (ROOT / f"{parts[1]}.py").is_file())
            found.add(parts[1] if is_room else "__init__")
    return found


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield every function and method."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the number of lines of a function, its docstring left out."""
    lines = (node.end_lineno or 0) - node.lineno + 1
    first = node.body[0]
    return lines - ((first.end_lineno or 0) - first.lineno + 1 if ast.get_docstring(node) else 0)


def public(node: ast.AST, prefix: str = "") -> Iterator[tuple[str, ast.AST]]:
    """Yield classes, functions and methods whose names do not begin with an underscore."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not child.name.startswith("_"):
            yield f"{prefix}{child.name}", child
            if isinstance(child, ast.ClassDef):
                yield from public(child, f"{child.name}.")


def offenders(fault: Callable[[pathlib.Path], object]) -> dict[str, object]:
    """Return what is wrong with each file that something is wrong with."""
    found = {str(path.relative_to(ROOT)): fault(path) for path in FILES}
    return {name: what for name, what in found.items() if what}


def test_every_room_has_its_place_in_the_order():
    assert {room(path) for path in FILES} <= set(LEVEL), "a room stands nowhere in the order of imports"


def test_imports_point_down():
    def up(path):
        own = LEVEL.get(room(path), 0)
        return sorted(name for name in rooms_imported(path) if name != room(path) and LEVEL.get(name, 0) <= own and own)

    assert offenders(up) == {}


@pytest.mark.parametrize(("library", "home"), HEAVY.items())
def test_a_heavy_library_has_one_home(library, home):
    importers = [
        path.relative_to(ROOT)
        for path in FILES
        if any(name.split(".")[0] == library for name in imported(tree_of(path), "galexp"))
    ]
    assert importers
    assert all(path.is_relative_to(home) for path in importers), importers


def test_no_file_is_longer_than_three_hundred_lines():
    def lines(path):
        count = len(path.read_text().splitlines())
        return count if count > MOST_LINES else None

    assert offenders(lines) == {}


def test_no_function_is_longer_than_fifty_lines_beside_its_docstring():
    def long(path):
        lengths = {node.name: length(node) for node in functions(tree_of(path))}
        return {name: lines for name, lines in lengths.items() if lines > MOST_LINES_OF_A_FUNCTION}

    assert offenders(long) == {}


def test_nothing_is_printed():
    def printed(path):
        calls = [node for node in ast.walk(tree_of(path)) if isinstance(node, ast.Call)]
        return [node.lineno for node in calls if isinstance(node.func, ast.Name) and node.func.id == "print"]

    assert offenders(printed) == {}


def test_every_module_and_everything_public_has_a_docstring():
    overrides = {"forward", "training_step", "validation_step", "test_step", "predict_step"}

    def bare(path):
        without = [name for name, node in public(tree_of(path)) if not ast.get_docstring(node)]
        named = [name for name in without if name.split(".")[-1] not in overrides]
        return named if ast.get_docstring(tree_of(path)) else ["the module", *named]

    assert offenders(bare) == {}


def test_the_walk_sees_imports_in_functions_and_relative_ones():
    tree = ast.parse("def f():\n    import wandb.sdk\nfrom . import b\nfrom ..task import c\nfrom .d import e")
    assert list(imported(tree, "galexp.model")) == [
        "galexp.model.b", "galexp.task.c", "galexp.model.d.e", "wandb.sdk",
    ]  # fmt: skip
