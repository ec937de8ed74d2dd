"""The one stream of every page: signals of all topics that its viewer may see. The inbox has a richer one of its own."""

from __future__ import annotations

from litestar import Router, get
from litestar.response import Stream

from app.access.guards import signed_in
from app.access.permissions import Permission
from app.access.viewer import CurrentRequest, Viewer
from app.core import live

TOPICS = {
    "inbox": Permission.VIEW_CONVERSATIONS,
    "availability": Permission.VIEW_CONVERSATIONS,
    "teams": Permission.VIEW_TEAMS,
    "quick_replies": Permission.VIEW_QUICK_REPLIES,
    "contacts": Permission.VIEW_CONTACTS,
    "message_templates": Permission.VIEW_TEMPLATES,
    "campaigns": Permission.VIEW_CAMPAIGNS,
    "numbers": Permission.VIEW_NUMBERS,
    "dashboard": Permission.VIEW_DASHBOARD,
    "webhooks": Permission.VIEW_WEBHOOKS,
    "alerts": Permission.VIEW_ALERTS,
    "workspace": Permission.EXPORT_WORKSPACE,
    "members": Permission.VIEW_MEMBERS,
    "roles": Permission.VIEW_ROLES,
    "modules": Permission.VIEW_MODULES,
}


def topics_of(viewer: Viewer) -> list[str]:
    """Their permissions decide when the stream opens; it lives for ten minutes at most. The last is theirs alone, and says that
    they are here: themselves, not somebody of the platform in their place."""
    alone = [] if viewer.impersonator else [f"person:{viewer.id}"]
    return [topic for topic, permission in TOPICS.items() if viewer.can(permission)] + alone


@get("/live", guards=[signed_in])
async def signals(request: CurrentRequest) -> Stream:
    return live.stream(request, topics_of(request.user))


router = Router("/", route_handlers=[signals])
