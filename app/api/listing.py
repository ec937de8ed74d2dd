"""A page of a list, as every list of the API answers it."""

from __future__ import annotations

from typing import Generic, TypeVar

import msgspec

from app.core.paging import Page

T = TypeVar("T")


class Listing(msgspec.Struct, Generic[T], frozen=True):
    """`next` is what to pass as `after` for the page that follows, or null on the last one."""

    data: list[T]
    next: str | None = None


def listed(page: Page[T]) -> Listing[T]:
    return Listing(page.rows, page.next or None)
