"""What comes in is taken at its word: the framework would read 0 as false and "7" as 7."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response
from litestar.exceptions import ValidationException

from app.api.problems import AnyRequest, body_of
from app.core import methods


async def look(request: AnyRequest) -> Response[Any] | None:
    """Before each handler. What is no JSON at all is the framework's to refuse."""
    if answer := methods.answer_options(request):
        return answer
    kind = body_of(request)
    if kind is not None:
        try:
            msgspec.json.decode(await request.body(), type=kind)
        except msgspec.ValidationError as wrong:
            await request.json()  # for `problems`, which looks for the other errors
            said, _, place = str(wrong).partition(" - at `$.")
            raise ValidationException(extra=[{"message": said, "key": place.rstrip("`")}]) from None
        except msgspec.DecodeError:
            return None
    return None
