"""Who runs the installation: a super admin who has given password and code at the back office's own door."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie
from litestar.handlers import BaseRouteHandler

from app.accounts import origin, signing_in
from app.accounts.origin import Origin
from app.accounts.signing_in import Wrong
from app.core.acting import act_as, actor
from app.core.db import Db, platform_tx
from app.core.i18n import N_
from app.core.secrets import digest, new_token
from app.core.statements import statements

LASTS = timedelta(hours=8)

q = statements("operators")


class Operator(msgspec.Struct, frozen=True):
    id: int
    name: str
    email: str
    language: str
    time_zone: str
    two_factor: bool


class NotOperating(Exception):
    """Sent to the back office's own door, whoever they are elsewhere."""


class NoSecondFactor(Exception):
    """A super admin without one may not come in."""

    message = N_("The back office takes a second factor. Turn it on under your account first, then come back.")


class Credentials(msgspec.Struct, frozen=True):
    email: str
    password: str
    code: str


async def sign_in(wish: Credentials, where: Origin) -> Cookie:
    """Raises Wrong, TooMany and NoSecondFactor; who is no super admin gets the same answer as a wrong password."""
    known = await signing_in.prove(wish.email, wish.password, where)
    async with platform_tx() as db:
        found = await db.maybe(q.person, Operator, id=known.user_id)
    if found is None:
        raise Wrong
    if not found.two_factor:
        raise NoSecondFactor
    await signing_in.prove_code(found.id, found.email, wish.code, where)
    token = new_token()
    async with platform_tx() as db:
        await db.run(q.start, token_hash=digest(token), user_id=found.id, address=where.address, lasts=LASTS)
    return _cookie(token, int(LASTS.total_seconds()))


async def sign_out(token: str) -> Cookie:
    async with platform_tx() as db:
        await db.run(q.finish, token_hash=digest(token))
    return _cookie("", 0)


def cookie_name() -> str:
    return origin.prefixed("recado-platform")


async def operates(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """The guard of all of the back office. Raises NotOperating. What they change is told as the platform's."""
    token = connection.cookies.get(cookie_name(), "")
    async with platform_tx() as db:
        found = await _by_session(db, token) if token else None
    if found is None:
        raise NotOperating
    connection.scope["operator"] = found  # type: ignore[typeddict-unknown-key]
    if known := actor():
        act_as(msgspec.structs.replace(known, kind="platform", name=found.name, user_id=found.id))


async def _by_session(db: Db, token: str) -> Operator | None:
    return await db.maybe(q.by_session, Operator, token_hash=digest(token))


def _cookie(value: str, max_age: int) -> Cookie:
    return Cookie(
        key=cookie_name(), value=value, max_age=max_age, httponly=True, secure=origin.secure(), samesite="strict", path="/"
    )
