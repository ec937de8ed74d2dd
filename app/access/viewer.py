"""The viewer: one person in one workspace, with what they may do."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Any, TypeAlias

import msgspec
from litestar import Request
from litestar.datastructures import State

from app.access.permissions import ROLES, Permission
from app.core.db import Db, Tenant, platform_tx
from app.core.secrets import digest
from app.core.statements import statements

q = statements("access")


class Viewer(msgspec.Struct, frozen=True):
    id: int
    tenant_id: int
    tenant_name: str
    name: str
    email: str
    role: str
    language: str
    time_zone: str
    country: str
    # Runs the whole installation; made on the command line only.
    super_admin: bool = False

    @property
    def permissions(self) -> frozenset[Permission]:
        return ROLES[self.role]

    def can(self, permission: str) -> bool:
        return permission in self.permissions

    def tx(self) -> AbstractAsyncContextManager[Db]:
        """The tenant's door, as far as it opens for this person."""
        return Tenant(self.tenant_id).tx(viewer_id=self.id, sees_all=self.can(Permission.VIEW_ALL_CONVERSATIONS))


CurrentRequest: TypeAlias = Request[Viewer, Any, State]


async def by_session(token: str) -> Viewer | None:
    """Who this cookie belongs to; None when it is unknown or over."""
    async with platform_tx() as db:
        return await db.maybe(q.by_session, Viewer, token_hash=digest(token))


async def by_api_token(token: str) -> Viewer | None:
    """Who this API token belongs to; notes its use once a minute."""
    async with platform_tx() as db:
        found = await db.maybe(q.by_api_token, Viewer, token_hash=digest(token))
        if found:
            await db.run(q.note_use, token_hash=digest(token))
        return found


async def by_account(db: Db, email: str) -> Viewer:
    """Who signs in with this e-mail, for the command line. Raises NotFound. Needs the platform's door."""
    return await db.one(q.by_account, Viewer, email=email.lower())
