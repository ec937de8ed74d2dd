"""What the application is made of: its routers and its navigation, on one page."""

from __future__ import annotations

from typing import Any

from litestar import Request, Router

from app.access import account_routes, api_token_routes, live_routes, settings_routes
from app.access.permissions import Permission
from app.accounts import routes as accounts
from app.alerts import channel_routes as alert_channels
from app.alerts import routes as alerts
from app.api import docs_routes as api_docs
from app.api import routes as api
from app.campaigns import link_routes as campaign_links
from app.campaigns import routes as campaigns
from app.contacts import import_routes as contact_imports
from app.contacts import label_routes as labels
from app.contacts import opt_out_routes
from app.contacts import routes as contacts
from app.contacts import selection_routes as contact_selection
from app.core.i18n import N_
from app.dashboard import routes as dashboard
from app.inbox import handling_routes, media_routes, message_routes, quick_reply_routes, stream_routes
from app.inbox import routes as inbox
from app.intake import event_routes as webhook_events
from app.intake import routes as intake
from app.message_templates import routes as message_templates
from app.numbers import limit_routes as number_limits
from app.numbers import routes as numbers
from app.ops import health_routes as health
from app.ops import mailbox_routes as mailbox
from app.ops import metrics_routes as metrics
from app.ops import routes as ops
from app.ops import style_routes as style

NAVIGATION = [
    ("/inbox", "inbox", N_("Inbox"), Permission.VIEW_CONVERSATIONS, True),
    ("/contacts", "users", N_("Contacts"), Permission.VIEW_CONTACTS, True),
    ("/campaigns", "megaphone", N_("Campaigns"), Permission.VIEW_CAMPAIGNS, True),
    ("/message-templates", "template", N_("Templates"), Permission.VIEW_TEMPLATES, False),
    ("/dashboard", "chart", N_("Dashboard"), Permission.VIEW_DASHBOARD, True),
    ("/numbers", "phone", N_("Numbers"), Permission.VIEW_NUMBERS, False),
    ("/ops", "activity", N_("Operations"), Permission.VIEW_OPS, False),
    ("/ops/alerts", "bell", N_("Alerts"), Permission.VIEW_ALERTS, False),
    ("/settings", "settings", N_("Settings"), Permission.VIEW_SETTINGS, True),
]
# What stands beside a door: where its count is asked for, and the signal that changes it.
COUNTS = {"/inbox": ("/inbox/unread", "inbox_changed"), "/ops/alerts": ("/ops/alerts/open", "alerts_changed")}


def routers() -> list[Router]:
    return [
        account_routes.router,
        accounts.router,
        alert_channels.router,
        alerts.router,
        api.router,
        api_docs.router,
        api_token_routes.router,
        campaign_links.router,
        campaigns.router,
        contact_imports.router,
        contact_selection.router,
        contacts.router,
        dashboard.router,
        handling_routes.router,
        health.router,
        inbox.router,
        intake.router,
        labels.router,
        live_routes.router,
        mailbox.router,
        media_routes.router,
        message_routes.router,
        message_templates.router,
        metrics.router,
        number_limits.router,
        numbers.router,
        ops.router,
        opt_out_routes.router,
        quick_reply_routes.router,
        style.router,
        settings_routes.router,
        stream_routes.router,
        webhook_events.router,
    ]


def navigation(request: Request[Any, Any, Any]) -> dict[str, Any]:
    """The doors that this viewer may open."""
    viewer = request.scope.get("user")
    path = request.url.path + "/"
    here = max((href for href, *_ in NAVIGATION if path.startswith(href + "/")), key=len, default="")
    return {
        "nav": [
            {"href": href, "icon": icon, "label": label, "tab": tab, "count": COUNTS.get(href), "current": href == here}
            for href, icon, label, permission, tab in NAVIGATION
            if viewer is not None and viewer.can(permission)
        ]
    }  # fmt: skip
