"""Who runs the installation: they see all workspaces instead of one, with a session of the back office only."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Any, ClassVar

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from app.access.permissions import Permission
from app.access.viewer import Viewer
from app.accounts import origin
from app.core.db import Db, platform_tx
from app.core.secrets import digest
from app.core.statements import statements

ROOT = "/platform"
# A page that refreshes itself is nobody at the keyboard, and does not count.
RESTS = timedelta(minutes=30)
MAY = frozenset({
    Permission.VIEW_OPS, Permission.RETRY_OPS, Permission.CLEAR_OPS, Permission.RECOVER_OPS,
    Permission.VIEW_WEBHOOKS, Permission.REPLAY_WEBHOOKS,
})  # fmt: skip

q = statements("operators")


class Operator(Viewer, frozen=True, kw_only=True):
    """A viewer of no workspace, whose door is the platform's: what shows a workspace its own shows them everybody's."""

    root: ClassVar[str] = ROOT
    operates: ClassVar[bool] = True

    tenant_id: int = 0
    tenant_name: str = ""
    country: str = ""

    @property
    def permissions(self) -> frozenset[str]:
        return MAY

    def tx(self) -> AbstractAsyncContextManager[Db]:
        return platform_tx()


class NotOperating(Exception):
    """Sent to the back office's own door, whoever they are elsewhere."""


def cookie_name() -> str:
    return origin.prefixed("recado-platform")


async def by_session(token: str, *, awake: bool) -> Operator | None:
    """None for a session that is over, of somebody who no longer runs the installation, or without a second factor."""
    async with platform_tx() as db:
        return await db.maybe(q.by_session, Operator, token_hash=digest(token), rests=RESTS, awake=awake)


def operates(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """The guard of all of the back office. Raises NotOperating."""
    if not isinstance(connection.scope.get("user"), Operator):
        raise NotOperating
