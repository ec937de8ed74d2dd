"""What guards accounts when nobody looks."""

from __future__ import annotations

from argon2 import PasswordHasher

from app.core.secrets import NOBODY


def test_an_account_that_is_not_there_costs_as_much_as_one_that_is() -> None:
    assert not PasswordHasher().check_needs_rehash(NOBODY)
