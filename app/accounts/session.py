"""Sessions: a random token in a cookie, its hash in a row that can be revoked."""

from __future__ import annotations

from datetime import datetime, timedelta
from ipaddress import ip_address
from uuid import UUID

import msgspec
from litestar.datastructures import Cookie

from app.accounts import origin
from app.accounts.account import Account, SignedUp
from app.accounts.origin import GONE, Origin
from app.accounts.user_agent import Device, device
from app.core.db import Db
from app.core.pages import AnyRequest
from app.core.secrets import digest, new_token
from app.core.statements import statements

LASTS = timedelta(days=30)

q = statements("sessions")


class Session(msgspec.Struct, frozen=True):
    """`kind` is browser, or program when somebody's program holds a refresh token; `helper` is of the platform."""

    id: UUID
    kind: str
    address: str
    agent: str
    two_factor: bool
    created_at: datetime
    seen_at: datetime
    workspace: str
    current: bool
    helper: str

    @property
    def device(self) -> Device:
        return device(self.agent)

    @property
    def near(self) -> bool:
        """From the same building, as far as an address tells."""
        try:
            return ip_address(self.address).is_private
        except ValueError:
            return False


def cookie_name() -> str:
    return origin.prefixed("recado")


async def start(db: Db, account: Account | SignedUp, request: AnyRequest | None = None, *, two_factor: bool = False) -> Cookie:
    """A new session each time: a token from before the sign-in is worth nothing after it. Needs the platform's door."""
    token, where = new_token(), origin.of(request) if request else Origin()
    if isinstance(account, SignedUp):
        user_id, tenant_id = account.member, account.tenant
    else:
        user_id, tenant_id = account.user_id, account.tenant_id
    await db.run(
        q.start, token_hash=digest(token), user_id=user_id, tenant_id=tenant_id, lasts=LASTS, kind="browser",
        address=where.address, agent=where.agent, two_factor=two_factor,
    )  # fmt: skip
    return origin.cookie(cookie_name(), token, LASTS)


async def end(db: Db, token: str) -> Cookie:
    """Signing out ends the session here and now, whoever still has the token. Needs the platform's door."""
    await db.run(q.finish, token_hash=digest(token))
    return origin.cookie(cookie_name(), "", GONE)


async def end_others(db: Db, user_id: int, token: str) -> None:
    """A changed password ends every session but this one. Needs the platform's door."""
    await db.run(q.finish_others, user_id=user_id, token_hash=digest(token))


async def end_all(db: Db, user_id: int) -> None:
    """Needs the platform's door."""
    await end_others(db, user_id, "")


async def revoke(db: Db, user_id: int, session_id: UUID) -> bool:
    """Whether there was one. Needs the platform's door."""
    return await db.run(q.finish_one, user_id=user_id, id=session_id) > 0


async def all(db: Db, user_id: int, token: str) -> list[Session]:  # noqa: A001 - session.all reads as it should
    """This one first. Needs the platform's door."""
    return await db.many(q.of_person, Session, user_id=user_id, token_hash=digest(token))


async def note_second_factor(db: Db, token: str) -> None:
    """A code was right in this session. Needs the platform's door."""
    await db.run(q.note_second_factor, token_hash=digest(token))
