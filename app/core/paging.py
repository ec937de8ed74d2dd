"""Keyset pages: a cursor is the sort key of the last row, so page 1,000 costs what page 1 does."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Any, Generic, TypeVar

import msgspec

T = TypeVar("T")
PAGE = 50


class Page(msgspec.Struct, Generic[T], frozen=True):
    """Rows and, when there are more, the cursor after the last of them."""

    rows: list[T]
    next: str = ""

    def __iter__(self) -> Any:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def page_of(rows: list[T], key: Callable[[T], tuple[Any, ...]], *, size: int = PAGE) -> Page[T]:
    """`rows` were fetched with a limit of size + 1: the extra one only says that there are more."""
    if len(rows) <= size:
        return Page(rows)
    return Page(rows[:size], cursor(*key(rows[size - 1])))


def cursor(*key: Any) -> str:
    """An opaque text for a URL."""
    return base64.urlsafe_b64encode(msgspec.json.encode(key)).decode().rstrip("=")


def after(text: str | None, *types: type) -> tuple[Any, ...]:
    """The key behind a cursor; a missing or mangled one starts from the beginning (all None)."""
    if not text:
        return (None,) * len(types)
    try:
        decoded = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        parts: list[Any] = msgspec.json.decode(decoded, type=list)
        if len(parts) != len(types):
            return (None,) * len(types)
        return tuple(msgspec.convert(part, kind, strict=False) for part, kind in zip(parts, types, strict=True))
    except (binascii.Error, msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError, ValueError):
        return (None,) * len(types)
