"""Letters as people find them: the newest to an address, and the link in it."""

from __future__ import annotations

import re

from app.core import mail
from tests.conftest import eventually

SESSIONS = "/account#sessions"


async def letter_to(email: str, subject: str = "") -> mail.Received:
    """The newest to this address, as soon as the worker has handed it over."""
    return (await letters_to(email, subject))[0]


async def letters_to(email: str, subject: str = "") -> list[mail.Received]:
    found: list[mail.Received] = await eventually(lambda: kept(email, subject))
    return found


def kept(email: str, subject: str = "") -> list[mail.Received]:
    """Without those of a new browser, which come on top of whatever a test is about."""
    return [each for each in mail.mailbox() if each.to == email and subject in each.subject and SESSIONS not in each.text]


def of_new_browsers(email: str) -> list[mail.Received]:
    return [each for each in mail.mailbox() if each.to == email and SESSIONS in each.text]


def link_in(letter: mail.Received) -> str:
    found = re.search(r"https?://[^/\s]+(/\S+)", letter.text)
    assert found is not None, letter.text
    return found[1]
