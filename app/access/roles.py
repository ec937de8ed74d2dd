"""The preset roles: ten of them, each with a level and what it inherits. Roles of a workspace's own are rows (0028_roles)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import msgspec

from app.access.permissions import Permission as P  # noqa: N817 - a hundred times below
from app.core.i18n import N_

OWNER = "owner"
# What most teams need; the others are behind "more roles".
TRIO = ("admin", "manager", "agent")


class Preset(msgspec.Struct, frozen=True):
    key: str
    level: int
    name: str
    sentence: str
    inherits: tuple[str, ...] = ()

    @property
    def adds(self) -> frozenset[P]:
        """What it may do beyond those that it inherits from."""
        return ADDS[self.key].difference(*(permissions_of(each) for each in self.inherits))

    @property
    def permissions(self) -> frozenset[P]:
        return permissions_of(self.key)


PRESETS = {preset.key: preset for preset in (
    Preset("restricted", 1, N_("Restricted"), N_("Sees the conversations that somebody gives them, and writes nothing.")),
    Preset("guest", 2, N_("Guest"), N_("Sees the figures, for somebody from outside."), ("restricted",)),
    Preset("viewer", 3, N_("Viewer"), N_("Sees everything that happens, and changes nothing."), ("guest",)),
    Preset("junior_agent", 4, N_("Junior agent"), N_("Answers in the conversations that somebody gives them."),
           ("restricted",)),
    Preset("agent", 5, N_("Agent"), N_("Answers customers: takes conversations, starts them and hands them over."),
           ("junior_agent",)),
    Preset("senior_agent", 6, N_("Senior agent"), N_("An agent who also keeps the team's quick replies and labels."),
           ("agent",)),
    Preset("team_lead", 7, N_("Team lead"), N_("Looks after a team: its conversations, its figures and who is there."),
           ("senior_agent",)),
    Preset("manager", 8, N_("Manager"), N_("Runs campaigns, numbers and teams; not the workspace itself."),
           ("team_lead", "viewer")),
    Preset("admin", 9, N_("Admin"), N_("May do everything but take the data out or delete the workspace."), ("manager",)),
    Preset(OWNER, 10, N_("Owner"), N_("The one who answers for the workspace."), ("admin",)),
)}  # fmt: skip

ONLY_OWNERS = frozenset({P.EXPORT_WORKSPACE, P.DELETE_WORKSPACE})
FROM_ADMINS = ONLY_OWNERS | {
    P.MANAGE_ALERTS, P.CREATE_ROLES, P.UPDATE_ROLES, P.DELETE_ROLES, P.UPDATE_WORKSPACE, P.BRAND_WORKSPACE, P.CHANGE_HOURS,
    P.SECURE_WORKSPACE, P.CHANGE_RETENTION, P.SWITCH_MODULES, P.EXPORT_AUDIT, P.DEACTIVATE_MEMBERS, P.END_SESSIONS,
    P.MANAGE_OPT_OUT_WORDS,
}  # fmt: skip

ADDS = {
    "restricted": frozenset({P.VIEW_CONVERSATIONS}),
    "guest": frozenset({P.VIEW_DASHBOARD}),
    "viewer": frozenset({
        P.VIEW_ALL_CONVERSATIONS, P.VIEW_TEAM_CONVERSATIONS, P.VIEW_QUICK_REPLIES, P.VIEW_CONTACTS, P.VIEW_CONSENT,
        P.VIEW_CAMPAIGNS, P.VIEW_RECIPIENTS, P.VIEW_TEMPLATES, P.VIEW_NUMBERS, P.VIEW_PEOPLE_FIGURES, P.VIEW_ALERTS,
        P.VIEW_MEMBERS, P.VIEW_TEAMS, P.VIEW_SETTINGS,
    }),
    "junior_agent": frozenset({
        P.SEND_MESSAGES, P.SEND_MEDIA, P.REACT_TO_MESSAGES, P.NOTE_CONVERSATIONS, P.VIEW_QUICK_REPLIES, P.VIEW_CONTACTS,
        P.VIEW_SETTINGS,
    }),
    "agent": frozenset({
        P.PICK_CONVERSATIONS, P.ASSIGN_CONVERSATIONS, P.START_CONVERSATIONS, P.CLOSE_CONVERSATIONS, P.SEND_TEMPLATES,
        P.RETRY_MESSAGES, P.CREATE_CONTACTS, P.EDIT_CONTACTS, P.LABEL_CONTACTS, P.VIEW_CONSENT, P.CHANGE_CONSENT,
        P.VIEW_TEMPLATES, P.VIEW_TEAMS,
    }),
    "senior_agent": frozenset({
        P.VIEW_TEAM_CONVERSATIONS, P.CREATE_QUICK_REPLIES, P.UPDATE_QUICK_REPLIES, P.CREATE_LABELS, P.UPDATE_LABELS,
    }),
    "team_lead": frozenset({
        P.DELETE_QUICK_REPLIES, P.DELETE_LABELS, P.VIEW_DASHBOARD, P.VIEW_PEOPLE_FIGURES, P.VIEW_MEMBERS, P.SET_AVAILABILITY,
        P.VIEW_ALERTS, P.ACKNOWLEDGE_ALERTS, P.VIEW_NUMBERS,
    }),
    "manager": frozenset(P) - FROM_ADMINS,
    "admin": FROM_ADMINS - ONLY_OWNERS,
    OWNER: ONLY_OWNERS,
}  # fmt: skip


@cache
def permissions_of(key: str) -> frozenset[P]:
    """Its own and all that it inherits."""
    return ADDS[key].union(*(permissions_of(each) for each in PRESETS[key].inherits))


def chain(key: str) -> list[str]:
    """The preset and what it inherits, the nearest first, each once."""
    found = dict.fromkeys([key])
    for each in PRESETS[key].inherits:
        found |= dict.fromkeys(chain(each))
    return list(found)


def level_of(keys: Iterable[str]) -> int:
    return max((PRESETS[key].level for key in keys), default=0)
