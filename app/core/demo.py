"""The door to the demo workspace: `demo.py` above fills it, the sign-in page below opens it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from app.core.acting import act_as
from app.core.db import NotFound
from app.settings import settings

Fill = Callable[[], Awaitable[str]]
_fill: list[Fill] = []


def offer(fill: Fill) -> None:
    """Called by main.py with the function that fills the workspace and answers the owner's e-mail."""
    _fill[:] = [fill]


def is_open() -> bool:
    """Only in development."""
    return bool(_fill) and not settings().production


async def prepare() -> str:
    """The e-mail to sign in with. Raises NotFound in production."""
    if not is_open():
        raise NotFound("demo")
    # Whoever opens it has not done what its story tells.
    act_as(None)
    return await _fill[0]()
