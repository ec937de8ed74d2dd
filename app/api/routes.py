"""The API, thin over the same verbs as the pages: who may do something there may do it here, with a bearer token."""

from __future__ import annotations

from litestar import Router

from app.api import (
    alert_routes,
    auth_routes,
    bodies,
    campaign_result_routes,
    campaign_routes,
    consent_routes,
    contact_export_routes,
    contact_routes,
    dashboard_routes,
    member_routes,
    message_routes,
    module_routes,
    number_routes,
    problems,
    queue_routes,
    role_routes,
    team_routes,
    template_routes,
    webhook_event_routes,
)

HANDLERS = [
    *auth_routes.handlers,
    *number_routes.handlers,
    *contact_routes.handlers,
    *contact_export_routes.handlers,
    *consent_routes.handlers,
    *template_routes.handlers,
    *campaign_routes.handlers,
    *campaign_result_routes.handlers,
    *message_routes.handlers,
    *dashboard_routes.handlers,
    *alert_routes.handlers,
    *member_routes.handlers,
    *role_routes.handlers,
    *module_routes.handlers,
    *queue_routes.handlers,
    *team_routes.handlers,
    *webhook_event_routes.handlers,
]

router = Router(
    "/api/v1", route_handlers=HANDLERS, before_request=bodies.look, exception_handlers=problems.HANDLERS,
    opt={"exclude_from_csrf": True},
)  # fmt: skip
