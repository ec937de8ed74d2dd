"""What the rules look at: the files of the house, their syntax trees, and offenders printed as a list."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
APP = ROOT / "app"
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
SHOWN = 30  # offenders of a rule; who breaks it more often needs no list
VERBS = {"get", "post", "put", "patch", "delete"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def tracked() -> frozenset[Path]:
    """Files under version control, and new ones that nobody ignores; none is left out where there is no git."""
    asked = ["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.split("\n")
    return frozenset(ROOT / name for name in listed if name)


def files(folder: str, pattern: str) -> list[Path]:
    found = [path for path in sorted((ROOT / folder).rglob(pattern)) if "__pycache__" not in path.parts]
    return [path for path in found if not tracked() or path in tracked()]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def lines(path: Path) -> int:
    return len(path.read_text().splitlines())


def functions(path: Path) -> Iterator[Function]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, FUNCTIONS))


def is_handler(function: Function) -> bool:
    return any(
        isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Name) and decorator.func.id in VERBS
        for decorator in function.decorator_list
    )


def calls(path: Path, *names: str) -> Iterator[ast.Call]:
    """Calls of these functions, whether by name or through their module."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            called = node.func
            if (called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")) in names:
                yield node


def nobody(offenders: Iterable[str], rule: str) -> None:
    """Fails with the rule and the offenders, one per line."""
    found = sorted(offenders)
    more = [f"and {len(found) - SHOWN} more"] if len(found) > SHOWN else []
    assert not found, "\n  ".join([rule, *found[:SHOWN], *more])
