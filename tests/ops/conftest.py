"""Ana reads English here, so that these tests do not wait for translations."""

from __future__ import annotations

import pytest

from tests.conftest import Person


async def in_english(person: Person) -> Person:
    await person.get("/account?language=en")
    return person


@pytest.fixture
async def owner(owner: Person) -> Person:
    return await in_english(owner)


@pytest.fixture
async def stranger(stranger: Person) -> Person:
    return await in_english(stranger)


@pytest.fixture
async def operator(operator: Person) -> Person:
    return await in_english(operator)
