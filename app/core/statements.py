"""Named SQL statements: sql/<room>.sql, read once; a misspelt name is an AttributeError, not a surprise at run time."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

SQL = Path(__file__).parent.parent.parent / "sql"
NAME = re.compile(r"^-- name: (\w+)\n", re.MULTILINE)


class Statement(str):
    """SQL text that knows its name."""

    name: str
    __slots__ = ("name",)


class Statements:
    """The statements of one file, as attributes."""

    def __init__(self, room: str) -> None:
        parts = NAME.split((SQL / f"{room}.sql").read_text())
        self.all: dict[str, Statement] = {}
        for name, text in zip(parts[1::2], parts[2::2], strict=True):
            if name in self.all:
                raise ValueError(f"sql/{room}.sql has two statements named {name}")
            statement = Statement(text.strip().removesuffix(";"))
            statement.name = f"{room}.{name}"
            self.all[name] = statement

    def __getattr__(self, name: str) -> Statement:
        try:
            return self.all[name]
        except KeyError:
            raise AttributeError(name) from None


@cache
def statements(room: str) -> Statements:
    """The statements of sql/<room>.sql. Raises FileNotFoundError for a room without one."""
    return Statements(room)
