"""What the address of a list asks for."""

from __future__ import annotations

from typing import Any, Self
from urllib.parse import urlencode

import msgspec
from litestar import Request


class Asked(msgspec.Struct, frozen=True):
    """A list adds its fields; what is empty does not narrow it."""

    @classmethod
    def of(cls, request: Request[Any, Any, Any]) -> Self:
        return msgspec.convert(dict(request.query_params), cls, strict=False)

    @property
    def narrows(self) -> bool:
        return any(msgspec.structs.astuple(self))

    @property
    def query(self) -> str:
        """For the next page, and for what is done with all that is found."""
        return urlencode(msgspec.structs.asdict(self))
