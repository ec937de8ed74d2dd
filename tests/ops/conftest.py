"""Ana reads English here, so that these tests do not wait for translations."""

from __future__ import annotations

import pytest

from tests.conftest import Person, in_english


@pytest.fixture
async def owner(owner: Person) -> Person:
    return in_english(owner)


@pytest.fixture
async def stranger(stranger: Person) -> Person:
    return in_english(stranger)


@pytest.fixture
async def operator(operator: Person) -> Person:
    return in_english(operator)
