"""A low feature never reaches up: it records an event in its transaction, and reactions.py says who cares."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any

from app.core.db import Db

Reaction = Callable[..., Awaitable[None]]
_reactions: dict[str, list[Reaction]] = defaultdict(list)


def on(name: str, reaction: Reaction) -> None:
    """Called by reactions.py only, so that one page shows them all."""
    if reaction not in _reactions[name]:
        _reactions[name].append(reaction)


async def record(db: Db, name: str, **facts: Any) -> None:
    """Runs every reaction in the same transaction: all of it happens, or nothing."""
    for reaction in _reactions[name]:
        await reaction(db, **facts)
