"""What the columns of audited tables are called, which are nobody's business but a machine's, and what their ids lead to.

The order is that of importance: a list of changes shows the first ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from app.core.i18n import N_

# By the column, or by table and column where it has a word of its own there.
WORDS = {
    "shortcut": N_("Shortcut"), "name": N_("Name"), "verified_name": N_("Display name"), "title": N_("What they do"),
    "user_id": N_("Person"), "contact_id": N_("Contact"), "label_id": N_("Label"), "team_id": N_("Team"),
    "campaign_id": N_("Campaign"), "preset": N_("Role"), "role_id": N_("Role"), "owner": N_("Owner"), "leads": N_("Leads"),
    "status": N_("Status"), "state": N_("Status"), "what": N_("Decision"), "kind": N_("Kind"), "value": N_("Value"),
    "email": N_("E-mail"), "company": N_("Company"), "category": N_("Category"),
    "number_id": N_("Number"), "template_id": N_("Template"), "audience": N_("Whom it reaches"),
    "scheduled_at": N_("Planned for"), "launched_at": N_("Launched"), "description": N_("Description"), "level": N_("Level"),
    "inherits": N_("Includes"), "permissions": N_("Permissions"), "tone": N_("Colour"), "language": N_("Language"),
    "languages": N_("Languages"), "country": N_("Country"), "time_zone": N_("Time zone"),
    "slug": N_("Address of the workspace"),
    # Texts
    "header": N_("Header"), "body": N_("Text"), "footer": N_("Footer"), "buttons": N_("Buttons"), "examples": N_("Examples"),
    "variables": N_("Values"), "contacts.variables": N_("Own fields"), "message": N_("Message"), "text": N_("What they wrote"),
    "marketing": N_("Words for no advertising"), "everything": N_("Words for nothing at all"),
    "back": N_("Words for coming back"),
    "confirms": N_("Answers by itself"), "marketing_text": N_("Answer to no advertising"),
    "everything_text": N_("Answer to nothing at all"), "back_text": N_("Answer to coming back"),
    # Consent
    "opted_out_at": N_("Wants no more since"), "opt_out_reason": N_("How we know"), "opted_out_scope": N_("What they refuse"),
    "scope": N_("What they refuse"), "how": N_("How we know"), "address": N_("Address"), "by_user": N_("Noted by"),
    "at": N_("When"),
    # Campaigns
    "quiet_from": N_("Quiet from"), "quiet_to": N_("Quiet until"), "zones": N_("Time zones"), "cron": N_("Repeats"),
    "cron_zone": N_("Repeats on the clock of"), "series": N_("Repeats the campaign"), "canary": N_("First to so many people"),
    "canary_wait": N_("Waits after the first ones"), "canary_state": N_("The first ones"),
    "canary_until": N_("The first ones rest until"),
    "guarded": N_("Pauses by itself"), "most_failed": N_("Pauses when so many fail"),
    "most_capped": N_("Pauses when so many get enough advertising"), "most_opted_out": N_("Pauses when so many unsubscribe"),
    "most_blocked": N_("Pauses when so many cannot be reached"), "quality_stop": N_("Pauses at a quality of"),
    "paused_by": N_("Paused by"), "stop_reason": N_("Why it stopped"),
    "ignored_guard": N_("Goes on although the guard stopped it"),
    "late_policy": N_("If it is late"), "late_after": N_("Late after"), "uncertain_rule": N_("If an outcome is unknown"),
    "grace_seconds": N_("Waits for a confirmation, in seconds"), "attempts": N_("Attempts"),
    "base_wait": N_("Waits between attempts, in seconds"), "longest_wait": N_("Waits at most, in seconds"),
    "ladder": N_("Longer waits when Meta asks for them"), "test_share": N_("Texts are tried on"),
    "winner_by": N_("The best text has most"),
    "winner_after": N_("Chosen after"), "winner": N_("Best text"), "decided_at": N_("Best text chosen"), "place": N_("Place"),
    "report_to": N_("Report to people"), "report_phones": N_("Report to phones"), "reported_at": N_("Reported"),
    "finished_at": N_("Finished"),
    # Numbers
    "display": N_("Number"), "quality": N_("Quality"), "tier": N_("Messaging limit"), "throughput": N_("Speed"),
    "can_send": N_("May send"), "obstacle": N_("Obstacle"), "name_status": N_("Review of the name"),
    "coexists": N_("Used in the WhatsApp Business app as well"), "disconnected_at": N_("Disconnected"),
    "phone_number_id": N_("Phone number id"), "waba": N_("WhatsApp account"), "waba_id": N_("WhatsApp Business account id"),
    "provider": N_("Provider"), "portfolio_row": N_("Business portfolio"), "meta_id": N_("Id at Meta"),
    "access_token": N_("Access token"), "app_secret": N_("App secret"), "former_secret": N_("Former app secret"),
    "verify_token": N_("Verify token"), "token_expires_at": N_("Token valid until"), "released_at": N_("Given back"),
    "per_second": N_("Messages a second"), "burst": N_("At once, after a pause"), "ceiling": N_("WhatsApp's ceiling"),
    "pacing.level": N_("Speed"), "by_hand": N_("Chosen by hand"), "slowed_to": N_("Slowed to"),
    "paused_until": N_("Rests until"),
    "people_by_hand": N_("People a day"), "reserve": N_("Kept for conversations"), "app_id": N_("App id"),
    "app_name": N_("App"),
    "product_added_at": N_("WhatsApp added to the app"), "hooked_at": N_("Webhook connected"),
    # Imports, reviews and archives
    "file_id": N_("File"), "mapping": N_("What the columns mean"), "label": N_("Label"), "added": N_("Added"),
    "updated": N_("Changed"), "repeated": N_("Twice in the file"), "refused": N_("Refused"), "error": N_("What went wrong"),
    "started_at": N_("Started"), "reason": N_("Reason"), "submitted_at": N_("Sent for review"), "reviewed_at": N_("Reviewed"),
    "subject": N_("A list of"), "exports.chosen": N_("Narrowed to"),
    # People
    "deactivated_at": N_("Deactivated"), "chosen": N_("Availability"), "away_after": N_("Away after, in minutes"),
    "capacity": N_("Conversations at most"), "hands_out": N_("Hands out by itself"),
    "teams.place": N_("Place in the list"), "incoming_team": N_("New conversations go to"), "invited_by": N_("Invited by"),
    "accepted_at": N_("Accepted"), "accepted_by": N_("Accepted by"), "revoked_at": N_("Taken back"),
    "expires_at": N_("Valid until"),
    "token_hash": N_("Token"), "invitations.token_hash": N_("Link"),
    # The workspace
    "weekday": N_("Day"), "opens": N_("Opens"), "closes": N_("Closes"), "day": N_("Day"), "yearly": N_("Every year"),
    "messages_days": N_("Messages, in days"), "files_days": N_("Files, in days"), "webhooks_days": N_("Webhooks, in days"),
    "audit_days": N_("Audit log, in days"), "brand_colour": N_("Main colour"), "accent_colour": N_("Accent"),
    "logo_file": N_("Logo"),
    "two_factor_required": N_("Two-factor sign-in for everybody"), "modules_off": N_("Features that are off"),
    "suspended_at": N_("Suspended"), "suspended_reason": N_("Reason of the suspension"), "plan": N_("Plan"),
    "trial_ends_at": N_("On trial until"), "trial_leads_to": N_("After the trial"), "members_limit": N_("People at most"),
    "numbers_limit": N_("Numbers at most"),
    "rate_limit": N_("Messages a second at most"),
    "delete_at": N_("Is deleted"), "delete_asked_at": N_("Deletion asked for"), "delete_asked_by": N_("Deletion asked for by"),
}  # fmt: skip

# Parts of columns that hold several things.
PARTS = {
    "kind": N_("Kind"), "ids": N_("Labels"), "import": N_("Import"), "remaining": N_("What is left of"), "type": N_("Kind"),
    "format": N_("Kind"), "text": N_("Text"), "url": N_("Address"), "phone": N_("Phone"), "phone_number": N_("Phone"),
    "code": N_("Code"), "value": N_("Leads to"), "field": N_("Comes from"), "fallback": N_("If there is nothing"),
    "link": N_("A link"),
    "example": N_("Example"), "handle": N_("File"), "kinds": N_("Columns"), "country": N_("Country"),
    "header": N_("Header"), "body": N_("Text"), "name": N_("Name"),
}  # fmt: skip

# Told, and shown in the file only: what steers machines, ids of others, and what the entry itself says already.
QUIET = frozenset({
    "contact_identities.portfolio", "consent_events.wamid", "consent_events.noted_at",
    "message_templates.provider_id", "campaigns.only_to", "campaigns.test_to", "campaigns.stop_facts",
    "campaigns.was_marketing",
    "wabas.portfolio", "pacing.slowed_at", "pacing.rate_errors", "pacing.rate_errors_on", "api_tokens.hint",
    "member_roles.granted_by", "team_members.added_by", "tenants.delete_warned_at", "tenants.first_steps_dismissed_at",
})  # fmt: skip

# The table that an id, or a list of them, leads to.
LEADS_TO = {
    "user_id": "users", "by_user": "users", "granted_by": "users", "added_by": "users", "invited_by": "users",
    "accepted_by": "users", "delete_asked_by": "users", "report_to": "users", "contact_id": "contacts", "label_id": "labels",
    "team_id": "teams", "incoming_team": "teams", "number_id": "phone_numbers", "template_id": "message_templates",
    "campaign_id": "campaigns", "series": "campaigns", "role_id": "roles", "waba": "wabas", "portfolio_row": "portfolios",
    "file_id": "files", "logo_file": "files", "audience.ids": "labels", "audience.import": "contact_imports",
    "audience.remaining": "campaigns",
    # In the path of a route
    "conversation_id": "conversations", "member_id": "users", "person_id": "users", "import_id": "contact_imports",
}  # fmt: skip

# Rows without a name of their own are called after what they belong to.
BELONGS_TO = {
    "contact_labels": "contact_id", "contact_identities": "contact_id", "consent_events": "contact_id",
    "campaign_variants": "campaign_id", "pacing": "number_id", "availability": "user_id",
}  # fmt: skip


T = TypeVar("T")


def by_path(known: Mapping[str, T], path: str) -> T | None:
    """What is known of `table.column` or `table.column.part`, there or wherever the column means the same."""
    return known.get(path, known.get(path.partition(".")[2]))


def word(path: str) -> str:
    """As a key for gettext; a column that nobody gave a word comes out by its own name."""
    return by_path(WORDS, path) or path.partition(".")[2]


def rank(path: str) -> int:
    return ORDER.get(path, ORDER.get(path.partition(".")[2], len(ORDER)))


ORDER = {column: place for place, column in enumerate(WORDS)}
