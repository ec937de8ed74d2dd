"""All tests come from one address, which has only so many wrong guesses."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from app.core.db import platform_tx


@pytest.fixture(autouse=True)
async def no_guesses_of_others(house: str) -> AsyncIterator[None]:
    yield
    async with platform_tx() as door:
        await door.conn.execute("delete from sign_in_failures where subject like '%:127.0.0.1'")
