"""What the application is made of: its routers and its navigation, on one page."""

from __future__ import annotations

from typing import Any

from litestar import Request, Router

from app.access import (
    account_routes,
    api_token_routes,
    invitation_accepting_routes,
    invitation_routes,
    live_routes,
    member_routes,
    module_routes,
    role_reason_routes,
    role_routes,
    settings_routes,
    theme_routes,
    two_factor_routes,
    workspace_switch_routes,
)
from app.access.operator import ROOT, operates
from app.access.permissions import Permission
from app.accounts import link_routes as account_links
from app.accounts import routes as accounts
from app.alerts import channel_routes as alert_channels
from app.alerts import routes as alerts
from app.api import docs_routes as api_docs
from app.api import routes as api
from app.audit import routes as audit
from app.backoffice import announcement_routes as announcements
from app.backoffice import impersonation_routes as impersonation
from app.backoffice import routes as back_office
from app.backoffice import sign_in_routes as back_office_sign_in
from app.campaigns import link_routes as campaign_links
from app.campaigns import routes as campaigns
from app.contacts import export_routes as contact_exports
from app.contacts import import_routes as contact_imports
from app.contacts import label_routes as labels
from app.contacts import opt_out_routes
from app.contacts import routes as contacts
from app.contacts import selection_routes as contact_selection
from app.core.i18n import N_
from app.dashboard import routes as dashboard
from app.first_steps import routes as first_steps
from app.inbox import handling_routes, media_routes, message_routes, quick_reply_routes, stream_routes
from app.inbox import routes as inbox
from app.intake import event_routes as webhook_events
from app.intake import routes as intake
from app.message_templates import routes as message_templates
from app.numbers import access_routes as number_access
from app.numbers import limit_routes as number_limits
from app.numbers import routes as numbers
from app.numbers import setup_routes as number_setup
from app.ops import health_routes as health
from app.ops import mailbox_routes as mailbox
from app.ops import metrics_routes as metrics
from app.ops import routes as ops
from app.ops import style_routes as style
from app.teams import availability_routes as team_availability
from app.teams import member_routes as team_members
from app.teams import routes as teams

NAVIGATION = [
    ("/inbox", "inbox", N_("Inbox"), Permission.VIEW_CONVERSATIONS, True),
    ("/contacts", "users", N_("Contacts"), Permission.VIEW_CONTACTS, True),
    ("/campaigns", "megaphone", N_("Campaigns"), Permission.VIEW_CAMPAIGNS, True),
    ("/message-templates", "template", N_("Templates"), Permission.VIEW_TEMPLATES, False),
    ("/dashboard", "chart", N_("Dashboard"), Permission.VIEW_DASHBOARD, True),
    ("/teams", "user-check", N_("Teams"), Permission.VIEW_TEAMS, False),
    ("/numbers", "phone", N_("Numbers"), Permission.VIEW_NUMBERS, False),
    ("/ops", "activity", N_("Operations"), Permission.VIEW_OPS, False),
    ("/ops/alerts", "bell", N_("Alerts"), Permission.VIEW_ALERTS, False),
    ("/settings", "settings", N_("Settings"), Permission.VIEW_SETTINGS, True),
]
# The doors of the settings page, in groups: address, icon, who may open it (none: everybody), name, what it is for.
SETTINGS: list[tuple[str, list[tuple[str, str, Permission | None, str, str]]]] = [
    (N_("Company"), [
        ("/settings/workspace", "building", Permission.UPDATE_WORKSPACE,
         N_("Workspace"), N_("Name, address, country, time zone and languages")),
        ("/settings/security", "shield", Permission.SECURE_WORKSPACE,
         N_("Security"), N_("Whether signing in takes a code as well")),
        ("/settings/workspace/brand", "sun", Permission.BRAND_WORKSPACE,
         N_("Logo and colours"), N_("What your people see instead of ours")),
        ("/settings/workspace/hours", "clock", Permission.CHANGE_HOURS,
         N_("Business hours"), N_("When somebody answers, and on which days nobody does")),
        ("/settings/people", "users", Permission.VIEW_MEMBERS,
         N_("People"), N_("Who works here, their roles, and whom you invite")),
        ("/settings/roles", "key", Permission.VIEW_ROLES,
         N_("Roles"), N_("What each person may do, and roles of your own")),
        ("/settings/modules", "layers", Permission.VIEW_MODULES,
         N_("Features"), N_("What you use, and what is switched off")),
        ("/numbers", "phone", Permission.VIEW_NUMBERS,
         N_("Numbers"), N_("The WhatsApp numbers you write from, and how they are")),
    ]),
    (N_("Work"), [
        ("/settings/quick-replies", "reply", Permission.VIEW_QUICK_REPLIES,
         N_("Quick replies"), N_("Texts that you send often")),
        ("/settings/opt-out", "ban", Permission.MANAGE_OPT_OUT_WORDS,
         N_("Opting out"), N_("The words that stop advertising, and what is answered")),
        ("/contacts/labels", "tag", Permission.VIEW_CONTACTS,
         N_("Labels"), N_("Words in a colour that group your contacts")),
        ("/message-templates", "template", Permission.VIEW_TEMPLATES,
         N_("Templates"), N_("What may be sent when the 24 hours are over")),
        ("/settings/alerts", "bell", Permission.MANAGE_ALERTS,
         N_("Alert channels"), N_("Who is told when something needs you")),
    ]),
    (N_("Programs"), [
        ("/settings/api-tokens", "key", Permission.VIEW_API_TOKENS,
         N_("API tokens"), N_("What lets your own programs in")),
        ("/api/docs", "code", Permission.VIEW_API_TOKENS,
         N_("API"), N_("Every request, with examples")),
    ]),
    (N_("Data"), [
        ("/settings/audit", "eye", Permission.VIEW_AUDIT,
         N_("Audit log"), N_("Who changed what, when and from where")),
        ("/settings/workspace/retention", "history", Permission.CHANGE_RETENTION,
         N_("How long data is kept"), N_("What is deleted by itself, and when")),
        ("/settings/workspace/exports", "archive", Permission.EXPORT_WORKSPACE,
         N_("Take everything with you"), N_("All data of the workspace in one archive")),
        ("/settings/workspace/deletion", "trash", Permission.DELETE_WORKSPACE,
         N_("Delete the workspace"), N_("With two weeks to change your mind")),
    ]),
    (N_("You"), [
        ("/account", "user", None,
         N_("Your account"), N_("Name, address, password, second factor and sessions")),
    ]),
]  # fmt: skip
# What stands beside a door: where its count is asked for, and the signal that changes it.
COUNTS = {"/inbox": ("/inbox/unread", "inbox_changed"), "/ops/alerts": ("/ops/alerts/open", "alerts_changed")}


def routers() -> list[Router]:
    return [
        account_links.router,
        account_routes.router,
        accounts.router,
        alert_channels.router,
        alerts.router,
        api.router,
        api_docs.router,
        api_token_routes.router,
        audit.router,
        back_office.router,
        back_office_sign_in.router,
        announcements.router,
        announcements.readers,
        campaign_links.router,
        campaigns.router,
        contact_exports.router,
        contact_imports.router,
        contact_selection.router,
        contacts.router,
        dashboard.router,
        first_steps.router,
        handling_routes.router,
        health.router,
        impersonation.router,
        inbox.router,
        invitation_accepting_routes.router,
        invitation_routes.router,
        intake.router,
        labels.router,
        live_routes.router,
        mailbox.router,
        media_routes.router,
        member_routes.router,
        message_routes.router,
        message_templates.router,
        module_routes.router,
        metrics.router,
        number_access.router,
        number_limits.router,
        number_setup.router,
        numbers.router,
        ops.router,
        Router(ROOT, route_handlers=[ops.router, webhook_events.router], guards=[operates]),  # here of all workspaces
        opt_out_routes.router,
        quick_reply_routes.router,
        role_reason_routes.router,
        role_routes.router,
        style.router,
        settings_routes.router,
        stream_routes.router,
        team_availability.router,
        team_members.router,
        teams.router,
        theme_routes.router,
        two_factor_routes.router,
        webhook_events.router,
        workspace_switch_routes.router,
    ]


def navigation(request: Request[Any, Any, Any]) -> dict[str, Any]:
    """The doors that this viewer may open, and on the settings page all of its doors."""
    viewer = request.scope.get("user")
    path = request.url.path + "/"
    here = max((href for href, *_ in NAVIGATION if path.startswith(href + "/")), key=len, default="")
    return {
        "put_away": request.cookies.get(announcements.PUT_AWAY, "").split("."),
        "nav": [
            {"href": href, "icon": icon, "label": label, "tab": tab, "count": COUNTS.get(href), "current": href == here}
            for href, icon, label, permission, tab in NAVIGATION
            if viewer is not None and viewer.can(permission)
        ],
        "settings": lambda: [
            (group, open_to)
            for group, doors in SETTINGS
            if (open_to := [door for door in doors if door[2] is None or viewer.can(door[2])])
        ],
    }  # fmt: skip
