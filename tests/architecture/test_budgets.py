"""Sizes: what separates pleasant code from unpleasant is the tail, so each budget prints who is over it."""

from __future__ import annotations

import ast
import io
import re
import statistics
import tokenize
from collections.abc import Iterable
from pathlib import Path

from app.core import assets
from tests.architecture.house import Function, files, functions, is_handler, lines, name, nobody, tree

FILE, FUNCTION, HANDLER, POSITIONAL = 250, 60, 12, 4
TEMPLATE, PARTIAL, SQL_FILE, STATEMENT, CSS, BEHAVIOUR = 120, 60, 300, 60, 200, 60
COMMENT_SHARE = 0.05
# Path or path:function, and why it is better whole.
LONG: dict[str, str] = {
    "app/whatsapp/error_table.py": "one table, read top to bottom",
    "migrations/0002_procrastinate_3.10.sql": "the queue library's own schema, copied as it is",
}
PYTHON = files("app", "*.py")
STATEMENT_BEGINS = re.compile(
    r"^(?:-- name: (\w+)|create (?:or replace )?(?:function|procedure|trigger|view) (\w+))", re.MULTILINE
)


def over(sizes: Iterable[tuple[str, int]], budget: int) -> list[str]:
    return [f"{what}: {size}" for what, size in sizes if size > budget and what not in LONG]


def sized(paths: Iterable[Path]) -> list[tuple[str, int]]:
    return [(name(path), lines(path)) for path in paths]


def by_function(*, handlers: bool = True) -> list[tuple[str, Function]]:
    found = [(f"{name(path)}:{function.name}", function) for path in PYTHON for function in functions(path)]
    return [(where, function) for where, function in found if handlers or not is_handler(function)]


def length(function: Function) -> int:
    return (function.end_lineno or 0) - function.lineno + 1


def test_python_files() -> None:
    nobody(over(sized(PYTHON), FILE), f"Over {FILE} lines:")


def test_functions() -> None:
    sizes = [(where, length(function)) for where, function in by_function()]
    nobody(over(sizes, FUNCTION), f"Over {FUNCTION} lines:")
    ordered = sorted(size for _, size in sizes)
    assert statistics.median(ordered) <= 10
    assert ordered[len(ordered) * 9 // 10] <= 30


def test_handlers_are_a_paragraph() -> None:
    bodies = [
        (where, (function.end_lineno or 0) - function.body[0].lineno + 1)
        for where, function in by_function()
        if is_handler(function)
    ]
    nobody(over(bodies, HANDLER), f"A handler is find, do, render; over {HANDLER} lines:")


def test_positional_parameters() -> None:
    sizes = []
    for where, function in by_function(handlers=False):
        names = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
        sizes.append((where, len([each for each in names if each not in ("self", "cls")])))
    nobody(over(sizes, POSITIONAL), f"More than {POSITIONAL} positional parameters:")


def test_templates() -> None:
    sizes = sized(path for path in files("templates", "*.html") if path.parent.name != "ui")
    partials = [(where, size) for where, size in sizes if Path(where).name.startswith("_")]
    nobody([*over(sizes, TEMPLATE), *over(partials, PARTIAL)], f"Pages over {TEMPLATE} lines or partials over {PARTIAL}:")


def test_sql() -> None:
    nobody(over(sized([*files("sql", "*.sql"), *files("migrations", "*.sql")]), SQL_FILE), f"Over {SQL_FILE} lines:")
    statements = []
    for path in files("sql", "*.sql"):
        parts = STATEMENT_BEGINS.split(path.read_text())
        for named, made, text in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
            statements.append((f"{name(path)}:{named or made}", len(text.strip().splitlines())))
    nobody(over(statements, STATEMENT), f"Statements over {STATEMENT} lines:")


def test_stylesheets_and_behaviours() -> None:
    sheets = files("static/css", "*.css")
    nobody(over(sized(sheets), CSS), f"Over {CSS} lines:")
    nobody({sheet.stem for sheet in sheets} ^ {*assets.SHEETS, "style_page"}, "No page loads these, or they are not there:")
    nobody(over(sized(files("static/js/behaviours", "*.js")), BEHAVIOUR), f"A behaviour is small; over {BEHAVIOUR} lines:")


def comments(path: Path) -> int:
    tokens = list(tokenize.generate_tokens(io.StringIO(path.read_text()).readline))
    instructions = ("# noqa", "# type:", "# fmt:")
    alone = [token for token in tokens if token.type == tokenize.COMMENT and not token.line[: token.start[1]].strip()]
    return len([token for token in alone if not token.string.startswith(instructions)])


def test_comments_are_few() -> None:
    share = sum(map(comments, PYTHON)) / sum(map(lines, PYTHON))
    assert share <= COMMENT_SHARE, f"{share:.1%} of all lines are comments"


def test_modules_say_what_they_are_for() -> None:
    offenders = []
    for path in PYTHON:
        said = ast.get_docstring(tree(path)) or ""
        if not said or len(re.findall(r"[.:](?=\s|$)", said)) > 5:
            offenders.append(f"{name(path)}: {'too long' if said else 'says nothing'}")
        elif path.name == "__init__.py" and (len(tree(path).body) > 1 or lines(path) > 1):
            offenders.append(f"{name(path)}: more than its one line")
    nobody(offenders, "A module begins with one to three sentences; a package's __init__ holds nothing else:")
