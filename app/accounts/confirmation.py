"""Whether an address belongs to whoever gave it: asked after sign-up, and before it takes the place of another one.

Until then somebody may work, but nothing is mailed to others in their name.
"""

from __future__ import annotations

from datetime import timedelta

from psycopg.errors import UniqueViolation

from app.accounts import account, letter, link
from app.accounts.account import Details, EmailTaken
from app.accounts.letter import Letter
from app.accounts.link import Link
from app.core import mail
from app.core.db import Db
from app.core.i18n import N_
from app.core.statements import statements

LASTS = timedelta(days=3)
CHANGE_LASTS = timedelta(days=1)

q = statements("accounts")

CONFIRM = Letter(
    N_("Confirm your e-mail address"),
    (
        N_("Hello %(name)s,"),
        N_("%(email)s was given as your address on Recado. Confirm that it is yours."),
        N_("Then you can come back if you forget your password, and invite your colleagues."),
    ),
    N_("Confirm this address"),
    (N_("The link works once, for three days. If it was not you, do nothing: without it the address counts for nothing."),),
)  # fmt: skip
CONFIRM_NEW = Letter(
    N_("Confirm your new e-mail address"),
    (N_("Hello %(name)s,"), N_("From now on you would like to sign in to Recado with %(email)s.")),
    N_("Confirm this address"),
    (N_("The link works once, for a day. Until you press it, everything stays as it was."),),
)
WANTED = Letter(
    N_("Your e-mail address on Recado is to change"),
    (
        N_("Hello %(name)s,"),
        N_("Somebody who is signed in as you asked to change your address to %(email)s."),
        N_("It changes when they press the link that we sent there."),
        N_("If it was not you, change your password now: that ends it, and signs them out."),
    ),
    N_("Go to your account"),
)  # fmt: skip
CHANGED = Letter(
    N_("Your e-mail address on Recado has changed"),
    (
        N_("Hello %(name)s,"),
        N_("You now sign in with %(email)s. Nothing more is sent to this address."),
        N_("If it was not you, write to an administrator of your company at once."),
    ),
)


class Unconfirmed(Exception):
    """Whoever has not proven their address has nothing mailed in their name."""

    message = N_("First confirm your own e-mail address: the letter with the link is in your mailbox.")


async def ask(db: Db, user_id: int) -> None:
    """After sign-up. Where no mail can be sent nobody is asked. Needs the platform's door."""
    if mail.is_possible():
        await db.run(q.doubt_email, id=user_id)
        await remind(db, await account.details(db, user_id))


async def remind(db: Db, person: Details) -> None:
    """Another letter, while it is needed; the link of the one before ends. Needs the platform's door."""
    if person.email_confirmed_at:
        return
    await link.drop(db, person.id, ["confirm"])
    url = link.url(f"/confirm-email/{await link.make(db, person.id, purpose='confirm', email=person.email, lasts=LASTS)}")
    await letter.post(db, person.email, person.language, CONFIRM, url=url, name=person.name, email=person.email)


async def ask_for_change(db: Db, person: Details, email: str) -> None:
    """To the new address, and told to the old one. Raises EmailTaken. Needs the platform's door."""
    email = email.lower()
    if await db.maybe(q.by_email, account.Account, email=email):
        raise EmailTaken
    await link.drop(db, person.id, ["change_email"])
    token = await link.make(db, person.id, purpose="change_email", email=email, lasts=CHANGE_LASTS)
    values = {"name": person.name, "email": email}
    await letter.post(db, email, person.language, CONFIRM_NEW, url=link.url(f"/confirm-email/{token}"), **values)
    await letter.post(db, person.email, person.language, WANTED, url=link.url("/account"), **values)


async def stay(db: Db, user_id: int) -> None:
    """No new address after all. Needs the platform's door."""
    await link.drop(db, user_id, ["change_email"])


async def confirm(db: Db, token: str) -> Link:
    """Raises Expired, and EmailTaken when somebody else was faster. Needs the platform's door."""
    used = await link.use(db, token, "confirm", "change_email")
    if used.purpose == "confirm":
        await db.run(q.confirm_email, id=used.user_id, email=used.email)
        return used
    try:
        await db.run(q.change_email, id=used.user_id, email=used.email)
    except UniqueViolation:
        raise EmailTaken from None
    # What was under way was mailed to the address before.
    await link.drop(db, used.user_id, ["confirm", "reset"])
    await letter.post(db, used.current_email, used.language, CHANGED, name=used.name, email=used.email)
    return used
