"""A forgotten password: a link by mail, once and for an hour; whoever asks learns nothing about who has an account."""

from __future__ import annotations

from base64 import b64decode, b64encode
from datetime import timedelta

from app.accounts import account, letter, link, session, two_factor
from app.accounts.account import Account
from app.accounts.letter import Letter
from app.accounts.link import Link
from app.core.db import Db, platform_tx
from app.core.i18n import N_
from app.core.jobs import platform_job
from app.core.secrets import seal, unseal
from app.core.statements import statements
from app.settings import settings

LASTS = timedelta(hours=1)
SEALED_FOR = "password reset"

q = statements("accounts")

RESET = Letter(
    N_("Choose a new password"),
    (N_("Hello %(name)s,"), N_("Somebody, you we hope, asked for a new password for your account on Recado.")),
    N_("Choose a new password"),
    (N_("The link works once, for an hour. If it was not you, do nothing: your password stays as it is."),),
)
CHANGED = Letter(
    N_("Your password has changed"),
    (
        N_("Hello %(name)s,"),
        N_("The password of your account on Recado has just changed, and every other browser was signed out."),
        N_("If it was not you, choose a new one now."),
    ),
    N_("Choose a new password"),
)


async def ask(db: Db, email: str) -> None:
    """Looked up later, so that the answer takes as long for somebody as for nobody. Sealed, as every mail that waits."""
    sealed = seal(email.lower(), settings().encryption_keys, context=SEALED_FOR)
    await answer.later(db, sealed=b64encode(sealed).decode())


@platform_job(queue="webhooks")
async def answer(*, sealed: str) -> None:
    email = unseal(b64decode(sealed), settings().encryption_keys, context=SEALED_FOR)
    async with platform_tx() as db:
        known = await db.maybe(q.by_email, Account, email=email)
        if known is None:
            return
        url = await a_link(db, known.user_id, email)
        person = await account.details(db, known.user_id)
        await letter.post(db, email, person.language, RESET, url=url, name=person.name)


async def a_link(db: Db, user_id: int, email: str, *, lasts: timedelta = LASTS) -> str:
    """The one before it ends. Needs the platform's door."""
    await link.drop(db, user_id, ["reset"])
    token = await link.make(db, user_id, purpose="reset", email=email, lasts=lasts)
    return link.url(f"/reset-password/{token}")


async def reset(db: Db, token: str, password: str) -> Link:
    """Every session ends. The address is proven by this as well. Raises Expired. Needs the platform's door."""
    used = await link.use(db, token, "reset")
    if (await account.details(db, used.user_id)).email_confirmed_at is None:
        # Until now anybody could have been behind this address, and the telephone is theirs.
        await two_factor.forget(db, used.user_id)
    await account.set_password(db, used.user_id, password)
    await db.run(q.confirm_email, id=used.user_id, email=used.email)
    await session.end_all(db, used.user_id)
    await told(db, used.user_id)
    return used


async def told(db: Db, user_id: int) -> None:
    """By mail, because it may have been somebody else; what was under way is worth nothing any more."""
    await link.drop(db, user_id, ["reset", "change_email"])
    person = await account.details(db, user_id)
    url = link.url("/forgot-password")
    await letter.post(db, person.email, person.language, CHANGED, url=url, name=person.name)
