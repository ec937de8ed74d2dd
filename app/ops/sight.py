"""How far somebody sees: their workspace, or, as one who runs the installation and asks for it, all of them."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

from app.access.viewer import Viewer
from app.core.db import Db, platform_tx

EVERYWHERE = "all"


def is_wide(viewer: Viewer, scope: str) -> bool:
    """Whoever is not a super admin may ask, and gets their own."""
    return viewer.super_admin and scope == EVERYWHERE


def opened(viewer: Viewer, scope: str) -> AbstractAsyncContextManager[Db]:
    return platform_tx() if is_wide(viewer, scope) else viewer.tx()
