"""Features that a workspace switches on or off. Off means gone from menu, pages, API and jobs; the data stays."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from app.access.permissions import Permission
from app.core.i18n import N_


class Module(msgspec.Struct, frozen=True):
    """`areas` are the permissions that nobody has while it is off, `paths` the routes and menu entries that are gone."""

    id: str
    name: str
    description: str
    areas: tuple[str, ...]
    paths: tuple[str, ...]

    @property
    def permissions(self) -> list[Permission]:
        return [permission for permission in Permission if permission.area in self.areas]


MODULES = {module.id: module for module in (
    Module("campaigns", N_("Campaigns"), N_("Send to many people at once. Off, running campaigns wait until it is on again."),
           ("campaigns",), ("/campaigns", "/api/v1/campaigns")),
    Module("quick_replies", N_("Quick replies"), N_("Texts that the team writes every day, two keys away."),
           ("quick_replies",), ("/settings/quick-replies",)),
    Module("dashboard", N_("Dashboard"), N_("Figures of messages, campaigns and people."),
           ("dashboard",), ("/dashboard", "/api/v1/dashboard")),
    Module("teams", N_("Teams and availability"), N_("Teams with a lead, who is there, and how much each one takes."),
           ("teams",), ("/teams",)),
    Module("api", N_("API"), N_("Programs read and write through the REST API with tokens."),
           ("api_tokens",), ("/api/v1", "/settings/api-tokens")),
)}  # fmt: skip


def off(permission: Permission, modules_off: Iterable[str]) -> bool:
    """Whether it belongs to a feature that this workspace has switched off."""
    return any(permission.area in MODULES[each].areas for each in modules_off if each in MODULES)


def closed(path: str, modules_off: Iterable[str]) -> bool:
    return any(
        path == root or path.startswith(f"{root}/") for each in modules_off if each in MODULES for root in MODULES[each].paths
    )
