"""Beginnings for a role of one's own: what it is for, and the permissions that this takes. All of it can be changed."""

from __future__ import annotations

import msgspec

from app.access.permissions import Permission as P  # noqa: N817 - a hundred times below
from app.core.i18n import N_


class Template(msgspec.Struct, frozen=True):
    key: str
    name: str
    sentence: str
    level: int
    permissions: frozenset[P]
    inherits: str = ""


def _area(*areas: str) -> frozenset[P]:
    return frozenset(permission for permission in P if permission.area in areas)


TEMPLATES = {template.key: template for template in (
    Template(
        "chats_without_contacts", N_("Chats without contacts"),
        N_("Answers customers and takes conversations, but sees no list of contacts."), 4,
        frozenset({
            P.VIEW_CONVERSATIONS, P.PICK_CONVERSATIONS, P.CLOSE_CONVERSATIONS, P.NOTE_CONVERSATIONS, P.SEND_MESSAGES,
            P.SEND_TEMPLATES, P.SEND_MEDIA, P.REACT_TO_MESSAGES, P.RETRY_MESSAGES, P.VIEW_QUICK_REPLIES,
        }),
    ),
    Template(
        "supervision", N_("Supervision"),
        N_("Reads every conversation, hands them out and leaves notes, but does not answer customers."), 6,
        frozenset({
            P.VIEW_CONVERSATIONS, P.PICK_CONVERSATIONS, P.VIEW_TEAM_CONVERSATIONS, P.VIEW_ALL_CONVERSATIONS,
            P.ASSIGN_CONVERSATIONS, P.CLOSE_CONVERSATIONS, P.NOTE_CONVERSATIONS, P.VIEW_QUICK_REPLIES, P.VIEW_CONTACTS,
            P.VIEW_DASHBOARD, P.VIEW_PEOPLE_FIGURES, P.VIEW_MEMBERS, P.VIEW_TEAMS, P.SET_AVAILABILITY,
        }),
    ),
    Template(
        "campaigns_only", N_("Campaigns only"),
        N_("Writes, tries, sends and follows campaigns, but sees no conversations."), 5,
        _area("campaigns") | {P.VIEW_TEMPLATES, P.VIEW_CONTACTS, P.VIEW_CONSENT, P.VIEW_NUMBERS, P.VIEW_DASHBOARD},
    ),
    Template(
        "campaign_writing", N_("Campaigns without sending"),
        N_("Prepares campaigns and templates; somebody else presses the button."), 4,
        frozenset({
            P.VIEW_CAMPAIGNS, P.EDIT_CAMPAIGNS, P.DELETE_CAMPAIGNS, P.TEST_CAMPAIGNS, P.VIEW_TEMPLATES, P.EDIT_TEMPLATES,
            P.SUBMIT_TEMPLATES, P.SYNC_TEMPLATES, P.VIEW_CONTACTS, P.VIEW_NUMBERS,
        }),
    ),
    Template(
        "reports_only", N_("Reports only"), N_("Sees the figures and takes them along, and nothing of any one customer."), 3,
        _area("dashboard") | {P.VIEW_CAMPAIGNS},
    ),
    Template(
        "contact_care", N_("Care of contacts"), N_("Keeps contacts, labels and opt-outs in order, and imports lists."), 4,
        _area("contacts", "labels", "consent") - {P.DELETE_CONTACTS, P.EXPORT_CONTACTS},
    ),
    Template(
        "operations", N_("Numbers and operations"),
        N_("Keeps the numbers healthy, looks after alerts and frees what is stuck."), 6,
        _area("numbers", "ops") | {P.VIEW_ALERTS, P.ACKNOWLEDGE_ALERTS, P.RESOLVE_ALERTS, P.SYNC_TEMPLATES, P.VIEW_TEMPLATES},
    ),
    Template(
        "api_integration", N_("API integration"),
        N_("For the person in whose name a program writes: contacts, messages and templates, and its own tokens."), 3,
        _area("api_tokens") | {
            P.VIEW_CONVERSATIONS, P.PICK_CONVERSATIONS, P.START_CONVERSATIONS, P.SEND_MESSAGES, P.SEND_TEMPLATES,
            P.VIEW_CONTACTS, P.CREATE_CONTACTS, P.EDIT_CONTACTS, P.LABEL_CONTACTS, P.IMPORT_CONTACTS, P.VIEW_CONSENT,
            P.CHANGE_CONSENT, P.VIEW_TEMPLATES, P.VIEW_NUMBERS,
        },
    ),
)}  # fmt: skip
