"""What the values of audited columns are called where they are words of ours: states, kinds, roles, permissions, features."""

from __future__ import annotations

from collections.abc import Mapping

from app.access.modules import MODULES
from app.access.permission_words import SENTENCES
from app.access.roles import PRESETS
from app.audit.columns import by_path
from app.core.i18n import N_

PEOPLE = {key: preset.name for key, preset in PRESETS.items()}
QUALITIES = {"GREEN": N_("High"), "YELLOW": N_("Medium"), "RED": N_("Low"), "UNKNOWN": N_("Not rated yet")}
COLOURS = {"primary": N_("Main"), "success": N_("Green"), "warning": N_("Ochre"), "danger": N_("Crimson"), "info": N_("Blue")}
SCOPES = {"marketing": N_("Advertising"), "all": N_("Everything but answers")}
WAYS = {
    "keyword": N_("Wrote it in the chat"), "whatsapp": N_("Switched it in WhatsApp"),
    "131050": N_("WhatsApp refused a message: switched off there"), "manual": N_("Noted by hand"),
    "api": N_("Told by a program"), "import": N_("Came with an import"),
}  # fmt: skip
SPEEDS = {
    "STANDARD": N_("Standard"), "HIGH": N_("High"), "NOT_APPLICABLE": N_("Not known yet"), "CUSTOM": N_("My own rate"),
    "COEXISTENCE": N_("Shared with the WhatsApp Business app"), "TIER_1": N_("Level 1"), "TIER_2": N_("Level 2"),
    "TIER_3": N_("Level 3"), "TIER_UNLIMITED": N_("Without a daily limit"),
}  # fmt: skip
FIELDS = {
    "name": N_("Name"), "first_name": N_("First name"), "last_name": N_("Last name"), "phone": N_("Phone"),
    "email": N_("E-mail"), "company": N_("Company"), "language": N_("Language"), "labels": N_("Labels"),
    "variable": N_("Own field"), "ignored": N_("Not imported"),
}  # fmt: skip

# By table and column, or by the column alone where it means the same everywhere.
STATES: dict[str, Mapping[str, str]] = {
    "tone": COLOURS, "preset": PEOPLE, "inherits": PEOPLE,
    "permissions": {str(key): sentence for key, sentence in SENTENCES.items()},
    "modules_off": {key: module.name for key, module in MODULES.items()}, "quality": QUALITIES, "quality_stop": QUALITIES,
    "opt_out_reason": WAYS, "how": WAYS, "scope": SCOPES, "opted_out_scope": SCOPES, "throughput": SPEEDS,
    "pacing.level": SPEEDS,
    "what": {"opted_out": N_("Wants no more"), "opted_in": N_("Wants it again")},
    "provider": {"meta": "Meta"},
    "plan": {"free": "Free", "starter": "Starter", "pro": "Pro", "enterprise": "Enterprise"},
    "campaigns.status": {
        "draft": N_("Draft"), "scheduled": N_("Scheduled"), "late": N_("Waiting for you"), "launching": N_("Preparing"),
        "sending": N_("Sending"), "paused": N_("Paused"), "completed": N_("Completed"), "cancelled": N_("Cancelled"),
        "failed": N_("Failed"),
    },
    "campaigns.audience.kind": {
        "everyone": N_("Everyone"), "labels": N_("With a label"), "import": N_("The people of one import"),
        "remaining": N_("Whoever is left of a campaign"),
    },
    "uncertain_rule": {"retry": N_("Try once more"), "ask": N_("Ask before it is sent again")},
    "late_policy": {"ask": N_("Ask before it goes out"), "send": N_("Send it all the same"), "skip": N_("Leave it out")},
    "winner_by": {"read": N_("People who read it"), "answer": N_("People who answer"), "click": N_("People who press a link")},
    "canary_state": {"sending": N_("Sending"), "waiting": N_("Resting"), "passed": N_("Went well")},
    "paused_by": {
        "person": N_("A person"), "guard": N_("The guard"), "number": N_("The number"), "template": N_("The template"),
        "canary": N_("The first ones"),
    },
    "message_templates.category": {
        "MARKETING": N_("Marketing"), "UTILITY": N_("Utility"), "AUTHENTICATION": N_("Authentication"),
    },
    "message_templates.status": {
        "draft": N_("Draft"), "pending": N_("In review"), "approved": N_("Approved"), "rejected": N_("Rejected"),
        "paused": N_("Paused by WhatsApp"), "disabled": N_("Disabled by WhatsApp"), "in_appeal": N_("In appeal"),
        "pending_deletion": N_("Being deleted"), "deleted": N_("Deleted"), "limit_exceeded": N_("Over the limit of templates"),
        "archived": N_("Archived"),
    },
    "message_templates.header.kind": {
        "TEXT": N_("Text"), "IMAGE": N_("Picture"), "VIDEO": N_("Video"), "DOCUMENT": N_("Document"), "LOCATION": N_("Place"),
    },
    "message_templates.buttons.kind": {
        "QUICK_REPLY": N_("Quick reply"), "URL": N_("Link"), "PHONE_NUMBER": N_("Call"), "COPY_CODE": N_("Code to copy"),
        "OTP": N_("Code"), "FLOW": N_("Form"), "CATALOG": N_("Catalogue"),
    },
    "phone_numbers.status": {
        "CONNECTED": N_("Connected"), "PENDING": N_("Not registered yet"), "UNVERIFIED": N_("Not verified yet"),
        "FLAGGED": N_("Flagged by WhatsApp"), "RATE_LIMITED": N_("Slowed down by WhatsApp"),
        "RESTRICTED": N_("Restricted by WhatsApp"), "BANNED": N_("Banned by WhatsApp"), "DISCONNECTED": N_("Offline"),
        "MIGRATED": N_("Moved to another account"), "DELETED": N_("Deleted in WhatsApp"),
    },
    "name_status": {
        "APPROVED": N_("Approved"), "AVAILABLE_WITHOUT_REVIEW": N_("Approved"), "PENDING_REVIEW": N_("In review"),
        "DECLINED": N_("Rejected"), "EXPIRED": N_("Expired"), "NONE": N_("None yet"),
    },
    "can_send": {"AVAILABLE": N_("Yes"), "LIMITED": N_("Only a little"), "BLOCKED": N_("No")},
    "contact_identities.kind": {
        "phone": N_("Phone"), "wa_id": "WhatsApp", "bsuid": N_("Id at WhatsApp"), "username": N_("User name at WhatsApp"),
    },
    "contact_imports.state": {
        "mapping": N_("Not started"), "running": N_("Running"), "done": N_("Done"), "failed": N_("Stopped"),
        "cancelled": N_("Cancelled"),
    },
    "contact_imports.mapping.kinds": FIELDS, "campaigns.variables.field": FIELDS, "campaign_variants.variables.field": FIELDS,
    "workspace_exports.status": {
        "running": N_("Being made"), "done": N_("Done"), "failed": N_("Failed"), "expired": N_("Expired"),
    },
    "subject": {"campaigns": N_("Recipients"), "contacts": N_("Contacts")}, "exports.kind": {"csv": "CSV", "xlsx": "Excel"},
    "trial_leads_to": {"free": N_("The free plan"), "closed": N_("The workspace is closed")},
    "chosen": {"away": N_("Away"), "busy": N_("Busy"), "offline": N_("Offline")},
}  # fmt: skip


def word(path: str, value: str) -> str | None:
    """Of `table.column` or `table.column.part`, as a key for gettext; None where it is somebody's own text."""
    return (by_path(STATES, path) or {}).get(value)
