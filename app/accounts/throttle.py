"""Guessing slows down: each subject has a number of free tries, and forgets them after a while.

Nobody is locked out for long by somebody else's guesses, and a browser that is known not at all.
"""

from __future__ import annotations

from datetime import timedelta

import msgspec

from app.accounts.origin import Origin
from app.core.db import Db, platform_tx
from app.core.i18n import N_
from app.core.statements import statements

FREE_GUESSES = 5
# An office shares one address.
FREE_GUESSES_PER_ADDRESS = 50
FORGETS_AFTER = timedelta(minutes=15)
SIGN_UPS_PER_ADDRESS = 20
MAILS_PER_ADDRESS = 20
MAILS_PER_PERSON = 5
INVITATIONS_PER_WORKSPACE = 200  # a workspace must not become a way to send mail to strangers
MAILS_FORGET_AFTER = timedelta(hours=1)

q = statements("accounts")


class Try(msgspec.Struct, frozen=True):
    """What is counted, and how many of it are free within which time."""

    subject: str
    most: int
    since: timedelta


class TooMany(Exception):
    """Wait, and try again."""

    message = N_("Too many wrong attempts. Wait 15 minutes and try again.")


class TooOften(TooMany):
    """Not a guess, but something that costs others something."""

    message = N_("That was too many times in a row. Wait an hour and try again.")


def passwords(origin: Origin, email: str) -> list[Try]:
    """A known browser counts for itself. Everybody else shares the guesses of the account, and of their address."""
    account = email.lower()[:254]
    if origin.knows(account):
        return [Try(f"device:{origin.device_name}:{account}", FREE_GUESSES, FORGETS_AFTER)]
    return [
        Try(f"address:{origin.address}", FREE_GUESSES_PER_ADDRESS, FORGETS_AFTER),
        Try(f"email:{account}", FREE_GUESSES, FORGETS_AFTER),
    ]


def codes(user_id: int, origin: Origin, email: str) -> list[Try]:
    """Who gets this far knows the password; a known browser still counts for itself."""
    where = origin.device_name if origin.knows(email) else ""
    return [Try(f"code:{user_id}:{where}", FREE_GUESSES, FORGETS_AFTER)]


def again(user_id: int) -> list[Try]:
    """Somebody who is signed in and is asked for the password once more."""
    return [Try(f"again:{user_id}", FREE_GUESSES, FORGETS_AFTER)]


def sign_ups(origin: Origin) -> list[Try]:
    return [Try(f"sign-up:{origin.address}", SIGN_UPS_PER_ADDRESS, MAILS_FORGET_AFTER)]


def mails(address: str, email: str) -> list[Try]:
    return [
        Try(f"mails:{address}", MAILS_PER_ADDRESS, MAILS_FORGET_AFTER),
        Try(f"mail:{email.lower()[:254]}", MAILS_PER_PERSON, MAILS_FORGET_AFTER),
    ]


def invitations(tenant_id: int) -> list[Try]:
    return [Try(f"invitations:{tenant_id}", INVITATIONS_PER_WORKSPACE, MAILS_FORGET_AFTER)]


def invited(email: str) -> list[Try]:
    """Apart from their other mail, so that no inviter keeps somebody from a new password."""
    return [Try(f"invited:{email.lower()[:254]}", MAILS_PER_PERSON, MAILS_FORGET_AFTER)]


def new_browsers(user_id: int) -> list[Try]:
    return [Try(f"new-browser:{user_id}", MAILS_PER_PERSON, MAILS_FORGET_AFTER)]


async def take(tries: list[Try]) -> int:
    """How many are left after this one. Raises TooMany. Committed at once, so that no guess is free."""
    left: list[int] = []
    async with platform_tx() as db:
        for each in tries:
            left_over = await db.value(q.take_guess, subject=each.subject, most=each.most, since=each.since)
            left.append(-1 if left_over is None else left_over)
    if min(left) < 0:
        raise TooMany
    return min(left)


async def is_free(tries: list[Try]) -> bool:
    """Counts it, and says whether it may be done."""
    try:
        await take(tries)
    except TooMany:
        return False
    return True


async def right(db: Db, tries: list[Try]) -> None:
    """Who knew it starts anew; what they share with others gets this one back. Needs the platform's door."""
    for each in tries:
        await db.run(q.give_back_guess if each.subject.startswith("address:") else q.forget_failures, subject=each.subject)
