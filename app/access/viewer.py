"""The viewer: one person in one workspace, with what they may do."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from functools import lru_cache
from math import ceil
from typing import Any, ClassVar, TypeAlias

import msgspec
from litestar import Request
from litestar.datastructures import State

from app.access import modules, roles
from app.access.permissions import TAKE_HOME, Permission
from app.accounts import machine
from app.core import i18n
from app.core.clock import now
from app.core.db import Db, Tenant, platform_tx
from app.core.secrets import digest
from app.core.statements import statements
from app.tenants import logo

TRIAL_ENDS_SOON = timedelta(days=14)

q = statements("access")


class Viewer(msgspec.Struct, frozen=True, kw_only=True):
    # Where addresses of what is shown to operators too begin, and whether this is one of them.
    root: ClassVar[str] = ""
    operates: ClassVar[bool] = False

    id: int
    tenant_id: int
    tenant_name: str
    name: str
    email: str
    language: str
    time_zone: str
    country: str
    owner: bool = False
    # The presets that they hold, by name; and what their workspace's own roles add, with the highest level among those.
    presets: list[str] | None = None
    granted: list[str] | None = None
    level_of_own: int | None = None
    modules_off: list[str] = []
    # Empty is Recado's own.
    brand_colour: str = ""
    accent_colour: str = ""
    logo_file: int | None = None
    # Those of ours that the workspace offers; none is all.
    languages: list[str] = []
    # Its owner wants it to end; until then nothing is sent.
    delete_at: datetime | None = None
    # Its plan is on trial until then.
    trial_ends_at: datetime | None = None
    suspended: bool = False
    suspended_reason: str = ""
    # Somebody of the platform, who works here as this person for a while; and why.
    impersonator: str = ""
    impersonation_reason: str = ""
    # What everybody on the installation should know now: tone and texts by language.
    announcements: list[dict[str, Any]] = []
    # They have not yet pressed the link that was mailed to them.
    unconfirmed: bool = False
    # The workspace asks everybody for a second factor, and they have none yet.
    two_factor_missing: bool = False
    # May sign in to the back office, where alone it counts; made on the command line only.
    super_admin: bool = False
    # The API token's name, when a program asks.
    token: str = ""

    @property
    def held(self) -> list[str]:
        """The presets, by name."""
        return [roles.OWNER] if self.owner else self.presets or []

    @property
    def level(self) -> int:
        """Whom they may touch: only what is below it."""
        return max(roles.level_of(self.held), self.level_of_own or 0)

    @property
    def permissions(self) -> frozenset[str]:
        theirs = rights(tuple(self.held), tuple(self.granted or ()), tuple(self.modules_off))
        # Who helps from inside takes no data home: looking is enough.
        return theirs - TAKE_HOME if self.impersonator else theirs

    @property
    def trial_days(self) -> int | None:
        """How many are left, for the owner of a trial that ends soon; 1 is the last one."""
        left = self.trial_ends_at - now() if self.owner and self.trial_ends_at else None
        return max(1, ceil(left / timedelta(days=1))) if left is not None and left <= TRIAL_ENDS_SOON else None

    @property
    def logo(self) -> str:
        """Where it is; empty where Recado's own sign stands."""
        return logo.path(self.tenant_id, self.logo_file) if self.logo_file else ""

    def can(self, permission: str) -> bool:
        return permission in self.permissions

    def can_any(self, *permissions: str) -> bool:
        return any(map(self.can, permissions))

    def can_all(self, *permissions: str) -> bool:
        return all(map(self.can, permissions))

    def offered(self, *kept: str) -> dict[str, str]:
        """The languages that the workspace lets its people choose, and one that somebody has already and may keep."""
        return {code: name for code, name in i18n.LANGUAGES.items() if not self.languages or code in (*self.languages, *kept)}

    def tx(self) -> AbstractAsyncContextManager[Db]:
        """The tenant's door, as far as it opens for this person."""
        return Tenant(self.tenant_id).tx(viewer_id=self.id, sees=self.sees)

    @property
    def sees(self) -> str:
        """Which conversations, in the words of the policies."""
        if self.can(Permission.VIEW_ALL_CONVERSATIONS):
            return "on"
        words = {"team": Permission.VIEW_TEAM_CONVERSATIONS, "pick": Permission.PICK_CONVERSATIONS}
        return " ".join(word for word, permission in words.items() if self.can(permission))


@lru_cache(maxsize=1024)
def rights(presets: tuple[str, ...], granted: tuple[str, ...], modules_off: tuple[str, ...]) -> frozenset[str]:
    """All that these come to. A permission that no longer exists counts for nothing."""
    own = {Permission(each) for each in granted if each in Permission.__members__.values()}
    all_of_them = own.union(*(roles.permissions_of(key) for key in presets if key in roles.PRESETS))
    return frozenset(each for each in all_of_them if not modules.off(each, modules_off))


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


async def by_access_token(token: str) -> Viewer | None:
    """Who this short-lived token belongs to; None when it is over."""
    async with platform_tx() as db:
        held = await machine.holder(db, token)
        if held is None:
            return None
        found = await db.maybe(q.by_person, Viewer, user_id=held.user_id, tenant_id=held.tenant_id)
        return found and msgspec.structs.replace(found, token=held.token)


async def by_account(db: Db, email: str) -> Viewer:
    """Who signs in with this e-mail, for the command line. Raises NotFound. Needs the platform's door."""
    return await db.one(q.by_account, Viewer, email=email.lower())


async def of_member(user_id: int, tenant_id: int) -> Viewer | None:
    """Whoever asked for a job, with what they may do by now; None when they have left."""
    async with platform_tx() as db:
        return await db.maybe(q.by_person, Viewer, user_id=user_id, tenant_id=tenant_id)
