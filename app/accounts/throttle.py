"""Sign-in slows down after wrong guesses, per e-mail and per address, and forgets after a quarter of an hour.

Nobody is locked out for long by somebody else's guesses.
"""

from __future__ import annotations

from datetime import timedelta

from app.core.db import Db
from app.core.statements import statements

FREE_GUESSES = 5
# An office shares one address.
FREE_GUESSES_PER_ADDRESS = 50
FORGETS_AFTER = timedelta(minutes=15)

q = statements("accounts")


async def guesses_left(db: Db, email: str, address: str) -> int:
    """Zero means: wait. Needs the platform's door."""
    wrong: dict[str, int] = {row["subject"]: row["failures"] for row in await db.rows(
        q.failures, subjects=[_of_email(email), _of_address(address)], since=FORGETS_AFTER)}  # fmt: skip
    return max(0, min(
        FREE_GUESSES - wrong.get(_of_email(email), 0),
        FREE_GUESSES_PER_ADDRESS - wrong.get(_of_address(address), 0),
    ))  # fmt: skip


async def wrong_guess(db: Db, email: str, address: str) -> None:
    """Counts it for both."""
    for subject in (_of_email(email), _of_address(address)):
        await db.run(q.count_failure, subject=subject, since=FORGETS_AFTER)


async def right_guess(db: Db, email: str) -> None:
    """Who knows the password starts anew."""
    await db.run(q.forget_failures, subject=_of_email(email))


def _of_email(email: str) -> str:
    return f"email:{email.lower()[:254]}"


def _of_address(address: str) -> str:
    return f"address:{address}"
