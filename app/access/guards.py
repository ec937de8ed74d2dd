"""Guards: every route says what it needs, or says that it is public. A test walks them all."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any, TypeAlias

from litestar.connection import ASGIConnection
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import SkipValidation
from litestar.types import Scope

from app.access import modules
from app.access.permissions import Permission
from app.access.viewer import CurrentRequest, Viewer
from app.core.db import Db, NotFound

Guard = Callable[[ASGIConnection[Any, Any, Any, Any], BaseRouteHandler], None]


class NotSignedIn(Exception):
    """Sent to the sign-in page; the API answers 401."""


# Whoever helps from inside may not touch what is a person's own, make doors that outlive the help, nor end the workspace.
PERSONAL = (
    "/account", "/workspaces", "/settings/security", "/settings/workspace/deletion", "/settings/workspace/exports",
    "/settings/people", "/settings/roles", "/settings/api-tokens",
)  # fmt: skip
HEARTBEAT = "/account/availability/heartbeat"


class Suspended(Exception):
    """The workspace is closed for now: its people see why, and nothing else."""


class NotTheirs(Exception):
    """Not for somebody who helps from inside, whatever the person whom they stand in for may do."""


class SecondFactorMissing(Exception):
    """The workspace asks for one: they set it up, and can do nothing else until then."""


class NotAllowed(Exception):
    """Signed in, but none of their roles has this permission."""

    def __init__(self, permission: Permission) -> None:
        super().__init__(permission)
        self.permission = permission


def signed_in(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Raises NotSignedIn, Suspended, SecondFactorMissing, and NotFound for what belongs to a feature that is switched off."""
    viewer = connection.scope.get("user")
    if viewer is None:
        raise NotSignedIn
    if viewer.suspended and not handler.opt.get("while_suspended"):
        raise Suspended(viewer.suspended_reason)
    if viewer.impersonator and _changes_what_is_personal(connection.scope):
        raise NotTheirs
    # Who helps from inside has given a code at the back office; a program cannot give one.
    has_to_give_one = viewer.two_factor_missing and not viewer.impersonator and not viewer.token
    if has_to_give_one and not handler.opt.get("without_two_factor"):
        raise SecondFactorMissing
    if viewer.modules_off and modules.closed(connection.scope["path"], viewer.modules_off):
        raise NotFound(connection.scope["path"])


def _changes_what_is_personal(scope: Scope) -> bool:
    return scope.get("method") != "GET" and scope["path"].startswith(PERSONAL) and scope["path"] != HEARTBEAT


def needs(*permissions: Permission) -> Guard:
    """A guard that raises what `signed_in` raises, or NotAllowed. Of several permissions, one is enough to come in."""

    def guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
        signed_in(connection, handler)
        viewer: Viewer = connection.scope["user"]
        if viewer.can_any(*permissions):
            return
        if all(modules.off(permission, viewer.modules_off) for permission in permissions):
            raise NotFound(connection.scope["path"])
        raise NotAllowed(permissions[0])

    guard.permissions = permissions  # type: ignore[attr-defined]
    return guard


def require(viewer: Viewer, permission: Permission) -> None:
    """For what only shows in the form that came. Raises NotAllowed."""
    if not viewer.can(permission):
        raise NotAllowed(permission)


async def tenant_db(request: CurrentRequest) -> AsyncIterator[Db]:
    """The transaction of a request: guards, this, the handler, the page is rendered, commit, bytes. An operator's is the
    platform's."""
    async with request.user.tx() as db:
        yield db


async def current_viewer(request: CurrentRequest) -> Viewer:
    return request.user


TenantDb: TypeAlias = NamedDependency[Db]
# An operator is one too, whom validation would refuse for not being exactly this struct.
CurrentViewer: TypeAlias = NamedDependency[SkipValidation[Viewer]]
