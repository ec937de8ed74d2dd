"""Help from inside: an hour as a member of a workspace, for a reason that stands in the workspace's own log."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import msgspec
from litestar.datastructures import Cookie
from msgspec import Meta

from app.access import operator
from app.access.viewer import Viewer
from app.accounts import origin
from app.accounts.origin import GONE
from app.accounts.session import cookie_name
from app.core.acting import act_as, actor, note
from app.core.db import Db, NotFound
from app.core.pages import AnyRequest
from app.core.secrets import digest, new_token
from app.core.statements import statements

LASTS = timedelta(hours=1)

q = statements("backoffice")


class Wish(msgspec.Struct, frozen=True):
    user: int
    reason: Annotated[str, Meta(min_length=10, max_length=300)]


async def begin(db: Db, tenant_id: int, wish: Wish, *, by: Viewer, request: AnyRequest) -> Cookie:
    """A session of its own in the place of the browser's, which ends with the one of the back office at the latest. Raises
    NotFound. Needs the platform's door."""
    token, where = new_token(), origin.of(request)
    made = await db.value(
        q.impersonate, token_hash=digest(token), tenant=tenant_id, user=wish.user, address=where.address, agent=where.agent,
        lasts=LASTS, by=by.id, reason=wish.reason, helps_from=digest(request.cookies.get(operator.cookie_name(), "")),
    )  # fmt: skip
    if not made:
        raise NotFound("impersonate")
    await _tell(db, tenant_id, "platform.enter", wish.reason)
    return origin.cookie(cookie_name(), token, LASTS)


async def end(db: Db, token: str) -> Cookie:
    """Needs the platform's door."""
    tenant_id = await db.value(q.stop_impersonating, token_hash=digest(token))
    if tenant_id:
        await _tell(db, tenant_id, "platform.leave", "")
    return origin.cookie(cookie_name(), "", GONE)


async def _tell(db: Db, tenant_id: int, action: str, reason: str) -> None:
    if reason and (known := actor()):
        act_as(msgspec.structs.replace(known, reason=reason))
    await note(db.conn, tenant_id, action)
