"""Sessions: a random token in a cookie, its hash in a row that can be revoked."""

from __future__ import annotations

from datetime import timedelta

from litestar.datastructures import Cookie

from app.accounts.account import Account, SignedUp
from app.core.db import Db
from app.core.pages import AnyRequest
from app.core.secrets import digest, new_token
from app.core.statements import statements
from app.settings import settings

LASTS = timedelta(days=30)

q = statements("accounts")


def cookie_name() -> str:
    """__Host- binds the cookie to this host over TLS (RFC 6265bis 4.1.3.2); plain HTTP on a laptop cannot have it."""
    return "__Host-recado" if secure() else "recado"


def secure() -> bool:
    """Whether browsers reach us over TLS."""
    return settings().public_url.startswith("https://")


async def start(db: Db, account: Account | SignedUp, request: AnyRequest | None = None) -> Cookie:  # noqa: ARG001
    """A new session each time: a token from before the sign-in is worth nothing after it. Needs the platform's door."""
    token = new_token()
    if isinstance(account, SignedUp):
        user_id, tenant_id = account.member, account.tenant
    else:
        user_id, tenant_id = account.user_id, account.tenant_id
    await db.run(q.start_session, token_hash=digest(token), user_id=user_id, tenant_id=tenant_id, lasts=LASTS)
    return _cookie(token, int(LASTS.total_seconds()))


async def end(db: Db, token: str) -> Cookie:
    """Signing out ends the session here and now, whoever still has the token. Needs the platform's door."""
    await db.run(q.end_session, token_hash=digest(token))
    return _cookie("", 0)


async def end_others(db: Db, user_id: int, token: str) -> None:
    """A changed password ends every session but this one. Needs the platform's door."""
    await db.run(q.end_other_sessions, user_id=user_id, token_hash=digest(token))


def _cookie(value: str, max_age: int) -> Cookie:
    return Cookie(key=cookie_name(), value=value, max_age=max_age, httponly=True, secure=secure(), samesite="lax", path="/")
