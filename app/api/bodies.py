"""What comes in is taken at its word: the framework would read 0 as false and "7" as 7."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response
from litestar.exceptions import SerializationException, ValidationException

from app.api.problems import AnyRequest, Unreadable, body_of
from app.core import methods


async def look(request: AnyRequest) -> Response[Any] | None:
    """Before each handler. Raises ValidationException, or Unreadable."""
    if answer := methods.answer_options(request):
        return answer
    kind = body_of(request)
    if kind is None:
        return None
    try:
        await request.json()
        msgspec.json.decode(await request.body(), type=kind)
    except msgspec.ValidationError as wrong:
        said, _, place = str(wrong).partition(" - at `$.")
        raise ValidationException(extra=[{"message": said, "key": place.rstrip("`")}]) from None
    except (SerializationException, msgspec.DecodeError, UnicodeDecodeError):
        raise Unreadable from None
    return None
