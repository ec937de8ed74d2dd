"""Features that a workspace switches on or off. Off means gone from menu, pages, API and jobs; the data stays."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from app.access.permissions import Permission
from app.core.db import NotFound
from app.core.i18n import N_


class Module(msgspec.Struct, frozen=True):
    """`areas` are the permissions that nobody has while it is off: whole areas, or single ones by their full name. `paths` are
    the routes that are gone beyond those, `menu` the entries that lead to it, `off` what becomes of what is there already."""

    id: str
    name: str
    description: str
    off: str
    areas: tuple[str, ...]
    paths: tuple[str, ...]
    menu: tuple[str, ...] = ()
    # Raised when somebody who comes back to it would find it changed.
    version: str = "1.0"

    @property
    def permissions(self) -> list[Permission]:
        return [permission for permission in Permission if self.covers(permission)]

    def covers(self, permission: Permission) -> bool:
        return permission.area in self.areas or permission in self.areas


MODULES = {module.id: module for module in (
    Module("campaigns", N_("Campaigns"), N_("Send to many people at once, planned, tried and followed."),
           N_("Campaigns that are running wait where they are, planned ones do not begin, and links in messages still work."),
           ("campaigns",), ("/campaigns", "/api/v1/campaigns"), ("/campaigns",)),
    Module("quick_replies", N_("Quick replies"), N_("Texts that the team writes every day, two keys away."),
           N_("The texts are kept, and the composer offers none."),
           ("quick_replies",), ("/settings/quick-replies",), ("/settings/quick-replies",)),
    Module("imports", N_("Imports"), N_("Contacts from CSV and Excel files."),
           N_("Imports that are running finish. Contacts are then added by hand, by writing to you, or over the API."),
           ("contacts.import",), ("/contacts/imports", "/api/v1/contacts/imports")),
    Module("dashboard", N_("Dashboard"), N_("Figures of messages, campaigns and people."),
           N_("Figures are counted all the same, so none is missing when it comes back."),
           ("dashboard",), ("/dashboard", "/api/v1/dashboard"), ("/dashboard",)),
    Module("teams", N_("Teams and availability"), N_("Teams with a lead, who is there, and how much each one takes."),
           N_("Teams keep their people. Nothing is handed out by itself, and what comes in waits for everybody."),
           ("teams",), ("/teams", "/account/availability", "/api/v1/teams", "/api/v1/availability"), ("/teams",)),
    Module("alerts", N_("Alerts"), N_("What needs somebody, on a page, by mail, Slack, Telegram and others."),
           N_("Nothing is raised and nobody is told, also not of numbers that stop. Open alerts stay as they are."),
           ("alerts",), ("/ops/alerts", "/settings/alerts", "/api/v1/alerts"), ("/ops/alerts", "/settings/alerts")),
    Module("operations", N_("Operations"), N_("Queues, processes, webhooks and what is stuck, for technicians."),
           N_("Everything goes on working and recovers by itself. Only the pages are gone."),
           ("ops",), ("/ops/webhooks", "/api/v1/queues", "/api/v1/webhook-events"), ("/ops",)),
    Module("api", N_("API"), N_("Programs read and write through the REST API with tokens."),
           N_("Programs are refused until it is on again. Their tokens are kept."),
           ("api_tokens",), ("/api/v1", "/settings/api-tokens"), ("/settings/api-tokens", "/api/docs")),
)}  # fmt: skip


def find(module_id: str) -> Module:
    """Raises NotFound."""
    if module_id not in MODULES:
        raise NotFound(module_id)
    return MODULES[module_id]


def off(permission: Permission, modules_off: Iterable[str]) -> bool:
    """Whether it belongs to a feature that this workspace has switched off."""
    return any(MODULES[each].covers(permission) for each in modules_off if each in MODULES)


def closed(path: str, modules_off: Iterable[str]) -> bool:
    return any(
        path == root or path.startswith(f"{root}/") for each in modules_off if each in MODULES for root in MODULES[each].paths
    )
