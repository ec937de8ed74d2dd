"""What can be permitted, and what each role may do. The guard, the page and the API ask the same question."""

from __future__ import annotations

from enum import StrEnum


class Permission(StrEnum):
    VIEW_CONVERSATIONS = "conversations.view"
    VIEW_ALL_CONVERSATIONS = "conversations.view_all"
    ASSIGN_CONVERSATIONS = "conversations.assign"
    SEND_MESSAGES = "messages.send"
    SEND_TEMPLATES = "messages.send_template"
    MANAGE_QUICK_REPLIES = "quick_replies.manage"
    VIEW_CONTACTS = "contacts.view"
    EDIT_CONTACTS = "contacts.edit"
    DELETE_CONTACTS = "contacts.delete"
    IMPORT_CONTACTS = "contacts.import"
    VIEW_CAMPAIGNS = "campaigns.view"
    EDIT_CAMPAIGNS = "campaigns.edit"
    SEND_CAMPAIGNS = "campaigns.send"
    EXPORT_CAMPAIGNS = "campaigns.export"
    VIEW_TEMPLATES = "message_templates.view"
    EDIT_TEMPLATES = "message_templates.edit"
    VIEW_NUMBERS = "numbers.view"
    MANAGE_NUMBERS = "numbers.manage"
    VIEW_DASHBOARD = "dashboard.view"
    VIEW_SETTINGS = "settings.view"
    MANAGE_API_TOKENS = "api_tokens.manage"
    MANAGE_WORKSPACE = "workspace.manage"
    VIEW_ALERTS = "alerts.view"
    RESOLVE_ALERTS = "alerts.resolve"
    MANAGE_ALERTS = "alerts.manage"
    VIEW_OPS = "ops.view"
    MANAGE_OPS = "ops.manage"


AGENT = frozenset({
    Permission.VIEW_CONVERSATIONS, Permission.ASSIGN_CONVERSATIONS, Permission.SEND_MESSAGES, Permission.SEND_TEMPLATES,
    Permission.VIEW_CONTACTS, Permission.EDIT_CONTACTS, Permission.VIEW_TEMPLATES, Permission.VIEW_SETTINGS,
})  # fmt: skip
MANAGER = frozenset(Permission) - {Permission.MANAGE_WORKSPACE, Permission.MANAGE_ALERTS}
ROLES = {"owner": frozenset(Permission), "admin": frozenset(Permission), "manager": MANAGER, "agent": AGENT}
