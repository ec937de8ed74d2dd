"""Somebody signs in from a browser that their account does not know: they are told by mail, where their address is proven."""

from __future__ import annotations

import msgspec

from app.accounts import letter, link, throttle
from app.accounts.letter import Letter
from app.accounts.origin import Origin
from app.accounts.user_agent import device
from app.core import i18n, pages
from app.core.clock import now
from app.core.db import Db
from app.core.i18n import N_, gettext
from app.core.statements import statements

q = statements("accounts")

LETTER = Letter(
    N_("Somebody signed in to your account"),
    (
        N_("Hello %(name)s,"),
        N_("Somebody has just signed in to your account on Recado from a browser that was not used for it before:"),
        "%(device)s · %(address)s · %(when)s",
        N_("If it was you, there is nothing to do."),
    ),
    N_("See where you are signed in"),
    (N_("If it was not you, end that session there and choose a new password at once. That signs out everybody else."),),
)
NO_NAME = N_("A browser that does not say its name")


class Addressee(msgspec.Struct, frozen=True):
    name: str
    email: str
    language: str
    time_zone: str


async def tell(db: Db, user_id: int, tenant_id: int, where: Origin) -> None:
    """With the sign-in, or not at all; of a script that keeps nothing a few times an hour. Needs the platform's door."""
    person = await db.maybe(q.addressee, Addressee, user_id=user_id, workspace=tenant_id)
    if person is None or where.knows(person.email) or not await throttle.is_free(throttle.new_browsers(user_id)):
        return
    with i18n.speaking(person.language):
        facts = {
            "device": device(where.agent).words or gettext(NO_NAME), "address": where.address,
            "when": f"{pages.when(now(), person.time_zone)} ({person.time_zone})",
        }  # fmt: skip
    url = link.url("/account#sessions")
    await letter.post(db, person.email, person.language, LETTER, url=url, name=person.name, **facts)
