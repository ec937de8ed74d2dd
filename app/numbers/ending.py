"""A workspace that ends gives its numbers back first: WhatsApp must not go on telling us about them."""

from __future__ import annotations

from app.core.db import Db
from app.numbers import phone_number


async def disconnect_all(db: Db) -> None:
    """A reaction."""
    for number in await phone_number.all(db):
        await phone_number.disconnect(db, number)
