"""The back office's own sign-in: a super admin who gives password and code, for a working day at the most."""

from __future__ import annotations

from datetime import timedelta

import msgspec
from litestar.datastructures import Cookie

from app.access.operator import ROOT, cookie_name
from app.accounts import new_browser, origin, signing_in
from app.accounts.origin import GONE, Origin
from app.accounts.signing_in import Wrong
from app.core.db import platform_tx
from app.core.i18n import N_
from app.core.secrets import digest, new_token
from app.core.statements import statements

LASTS = timedelta(hours=8)

q = statements("operators")


class NoSecondFactor(Exception):
    """A super admin without one may not come in."""

    message = N_("The back office takes a second factor. Turn it on under your account first, then come back.")


class Credentials(msgspec.Struct, frozen=True):
    email: str
    password: str
    code: str
    to: str = ROOT


async def sign_in(wish: Credentials, where: Origin) -> Cookie:
    """Raises Wrong, TooMany, NoWorkspace and NoSecondFactor; who is no super admin gets the same answer as a wrong password."""
    known = await signing_in.prove(wish.email, wish.password, where)
    async with platform_tx() as db:
        if not await db.value(q.is_super_admin, id=known.user_id):
            raise Wrong
    if not known.two_factor:
        raise NoSecondFactor
    await signing_in.prove_code(known.user_id, wish.email, wish.code, where)
    token = new_token()
    async with platform_tx() as db:
        await db.run(q.start, token_hash=digest(token), user_id=known.user_id, address=where.address, lasts=LASTS)
        await new_browser.tell(db, known.user_id, known.tenant_id, where)
    return origin.cookie(cookie_name(), token, LASTS, samesite="strict")


async def sign_out(token: str) -> Cookie:
    async with platform_tx() as db:
        await db.run(q.finish, token_hash=digest(token))
    return origin.cookie(cookie_name(), "", GONE)
