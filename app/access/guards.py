"""Guards: every route says what it needs, or says that it is public. A test walks them all."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any, TypeAlias

from litestar.connection import ASGIConnection
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler

from app.access.permissions import Permission
from app.access.viewer import CurrentRequest, Viewer
from app.core.db import Db

Guard = Callable[[ASGIConnection[Any, Any, Any, Any], BaseRouteHandler], None]


class NotSignedIn(Exception):
    """Sent to the sign-in page; the API answers 401."""


class NotAllowed(Exception):
    """Signed in, but the role does not have this permission."""

    def __init__(self, permission: Permission) -> None:
        super().__init__(permission)
        self.permission = permission


def signed_in(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """Raises NotSignedIn."""
    if connection.scope.get("user") is None:
        raise NotSignedIn


def needs(permission: Permission) -> Guard:
    """A guard that raises NotSignedIn or NotAllowed."""

    def guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
        signed_in(connection, handler)
        if not connection.scope["user"].can(permission):
            raise NotAllowed(permission)

    guard.permission = permission  # type: ignore[attr-defined]
    return guard


async def tenant_db(request: CurrentRequest) -> AsyncIterator[Db]:
    """The transaction of a request: guards, this, the handler, the page is rendered, commit, bytes."""
    async with request.user.tx() as db:
        yield db


async def current_viewer(request: CurrentRequest) -> Viewer:
    return request.user


TenantDb: TypeAlias = NamedDependency[Db]
CurrentViewer: TypeAlias = NamedDependency[Viewer]
