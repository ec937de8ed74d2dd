"""What an entry is about and what was done, in words."""

from __future__ import annotations

from app.audit.audit import Entry
from app.core.i18n import N_

# Tables, and the first part of the words that features choose themselves.
THINGS = {
    "account": N_("Account"), "accounts": N_("Account"), "alert_channels": N_("Alert channel"), "api_tokens": N_("API token"),
    "availability": N_("Availability"), "team_settings": N_("Rules for all teams"),
    "breakers": N_("Breaker"), "campaign_variants": N_("Text of a campaign"), "campaigns": N_("Campaign"),
    "consent_events": N_("Consent"), "contact_identities": N_("Number or id of a contact"), "contact_imports": N_("Import"),
    "contact_labels": N_("Label on a contact"), "contacts": N_("Contact"), "conversations": N_("Conversation"),
    "exports": N_("File with a list"),
    "invitations": N_("Invitation"), "labels": N_("Label"), "member_roles": N_("Role of a person"), "memberships": N_("Person"),
    "message_templates": N_("Template"), "messages": N_("Message"), "number_setups": N_("Set-up of WhatsApp"),
    "opt_out_words": N_("Opt-out words"),
    "pacing": N_("Speed of a number"), "phone_numbers": N_("Number"), "portfolios": N_("Business portfolio"),
    "quick_replies": N_("Quick reply"), "roles": N_("Role"), "sending_caps": N_("Limit of the workspace"),
    "sessions": N_("Session"), "team_members": N_("Person in a team"), "teams": N_("Team"), "tenants": N_("Workspace"),
    "wabas": N_("WhatsApp account"), "workspace": N_("Workspace"), "platform": N_("Recado"),
    "business_hours": N_("Business hours"), "holidays": N_("Holiday"), "retention": N_("How long data is kept"),
    "workspace_exports": N_("Archive of everything"),
}  # fmt: skip
DEEDS = {
    "create": (N_("Created"), "success"), "update": (N_("Changed"), "info"), "delete": (N_("Deleted"), "danger"),
    "sign_in": (N_("Signed in"), None), "sign_out": (N_("Signed out"), None), "enter": (N_("Came in to help"), "warning"),
    "look": (N_("Looked at"), "warning"), "leave": (N_("Left"), None), "change_password": (N_("New password"), "warning"),
    "ask_for_email": (N_("New e-mail asked for"), None), "keep_email": (N_("E-mail kept"), None),
    "remind": (N_("Confirmation mailed"), None),
    "end_session": (N_("One session ended"), None), "end_sessions": (N_("Other sessions ended"), None),
    "turn_on_two_factor": (N_("Two-factor on"), "success"), "turn_off_two_factor": (N_("Two-factor off"), "warning"),
    "renew_recovery_codes": (N_("New recovery codes"), None),
    "refuse_password": (N_("Password refused"), "warning"), "refuse_code": (N_("Code refused"), "warning"),
    "POST": (N_("Carried out"), "info"), "PUT": (N_("Changed"), "info"), "PATCH": (N_("Changed"), "info"),
    "DELETE": (N_("Taken back"), "warning"), "download": (N_("Taken home"), "warning"),
}  # fmt: skip
# What people do to things whose rows no trigger watches, by the route that was asked.
ROUTES = {
    "POST /inbox": N_("Started"), "PUT /inbox/{conversation_id}/closure": N_("Resolved"),
    "DELETE /inbox/{conversation_id}/closure": N_("Opened again"), "PUT /inbox/{conversation_id}/assignment": N_("Assigned"),
    "DELETE /inbox/{conversation_id}/assignment": N_("Given back"), "PUT /inbox/{conversation_id}/team": N_("Handed to a team"),
    "DELETE /inbox/{conversation_id}/team": N_("Taken out of a team"), "POST /inbox/{conversation_id}/messages": N_("Answered"),
    "POST /inbox/{conversation_id}/messages/templates": N_("Template sent"),
    "POST /inbox/{conversation_id}/messages/files": N_("File sent"),
    "POST /inbox/{conversation_id}/messages/{public_id}/attempts": N_("Tried again"),
    "PUT /inbox/{conversation_id}/messages/{public_id}/reaction": N_("Reacted"), "POST /api/v1/messages": N_("Message sent"),
    "PUT /ops/alerts/{alert_id}/resolution": N_("Alert closed"), "POST /api/v1/alerts/{alert_id}/resolve": N_("Alert closed"),
    "PUT /ops/alerts/{alert_id}/acknowledgement": N_("Alert looked after"),
    "POST /settings/alerts": N_("Channel of alerts added"),
    "PUT /settings/alerts/{channel_id}": N_("Channel of alerts changed"),
    "DELETE /settings/alerts/{channel_id}": N_("Channel of alerts removed"),
    "POST /settings/alerts/{channel_id}/trials": N_("Channel of alerts tried"),
    "POST /campaigns/{campaign_id}/tests": N_("Tried on oneself"),
    "POST /campaigns/{campaign_id}/exports": N_("Recipients taken out"),
    "POST /api/v1/campaigns/{campaign_id}/exports": N_("Recipients taken out"),
    "POST /campaigns/{campaign_id}/retries": N_("Tried again"), "POST /campaigns/{campaign_id}/uncertain": N_("Sent once more"),
    "DELETE /campaigns/{campaign_id}/uncertain": N_("Unknown ones let go"),
    "PUT /campaigns/{campaign_id}/recipients/{recipient_id}/exclusion": N_("A person left out"),
    "PUT /campaigns/{campaign_id}/recipients/{recipient_id}/retry": N_("A person tried again"),
    "POST /message-templates/syncs": N_("Fetched from WhatsApp"),
    "POST /numbers/{number_id}/subscription": N_("Subscribed again"),
    "POST /numbers/{number_id}/registration": N_("Registered"), "DELETE /numbers/{number_id}/registration": N_("Deregistered"),
    "PUT /numbers/{number_id}/pin": N_("PIN changed"),
    "DELETE /settings/people/{member_id}/sessions": N_("Signed out everywhere"),
    # A trigger would have told what changed.
    "PUT /settings/workspace/brand": N_("Saved as it was"), "DELETE /settings/workspace/brand": N_("Saved as it was"),
    "DELETE /settings/workspace/logo": N_("Saved as it was"), "PUT /settings/security": N_("Saved as it was"),
    "PUT /settings/people/{member_id}": N_("Saved as it was"),
    "DELETE /inbox/{conversation_id}/reading": N_("Marked as unread"),
    "DELETE /first-steps/dismissal": N_("First steps shown again"), "POST /numbers/{number_id}/checks": N_("Number checked"),
    "PUT /numbers/{number_id}/portfolio": N_("People a day set"), "PUT /teams/people/{person_id}": N_("Capacity set"),
    "POST /ops/retries": N_("Failed jobs tried again"), "POST /ops/jobs/{job_id}/retries": N_("A failed job tried again"),
    "POST /api/v1/queues/{queue_name}/retry": N_("Failed jobs tried again"),
    "DELETE /ops/dead-letters": N_("Failed jobs cleared"), "DELETE /ops/jobs/{job_id}": N_("A failed job cleared"),
    "DELETE /api/v1/queues/{queue_name}/failed": N_("Failed jobs cleared"),
    "POST /ops/webhooks/replays": N_("Webhooks read again"), "POST /ops/webhooks/{event_id}/replays": N_("Webhook read again"),
    "POST /api/v1/webhook-events/{event_id}/replay": N_("Webhook read again"),
}  # fmt: skip
# Routes that tell themselves: the first part of the path.
PLACES = {
    "account": N_("Account"), "alerts": N_("Alert"), "api": N_("API"), "campaigns": N_("Campaign"), "contacts": N_("Contact"),
    "dashboard": N_("Dashboard"), "inbox": N_("Conversation"), "intake": N_("Webhooks"), "language": N_("Language"),
    "message-templates": N_("Template"), "numbers": N_("Number"), "ops": N_("Operations"), "settings": N_("Settings"),
    "simulator": N_("Simulator"), "teams": N_("Team"), "workspaces": N_("Workspace"),
}  # fmt: skip
# What the filter offers.
AREAS = (
    "campaigns", "contacts", "message_templates", "phone_numbers", "quick_replies", "labels", "memberships", "member_roles",
    "invitations", "roles", "teams", "tenants", "api_tokens", "account",
)  # fmt: skip
ACTORS = {
    "person": N_("Person"), "token": N_("Program"), "assistant": N_("Assistant"), "platform": N_("Recado"),
    "command": N_("Command line"),
}  # fmt: skip


def is_route(entry: Entry) -> bool:
    return " /" in entry.action


def thing(entry: Entry) -> str:
    """As a key for gettext; a table that nobody gave a word comes out by its own name."""
    if is_route(entry):
        parts = entry.action.split(" /", 1)[1].split("/")
        place = parts[2] if parts[:2] == ["api", "v1"] and len(parts) > 2 else parts[0]
        return PLACES.get(place, place)
    name = entry.action.partition(".")[0]
    return THINGS.get(name, name)


def deed(entry: Entry) -> tuple[str, str | None]:
    """The word, and the tone of its badge."""
    if word := ROUTES.get(entry.action):
        return word, None
    verb = entry.action.split(" ")[0] if is_route(entry) else entry.action.rpartition(".")[2]
    return DEEDS.get(verb, (verb, None))


def is_untold(entry: Entry) -> bool:
    """A route that nobody gave a word: it is shown as it is."""
    return is_route(entry) and entry.action not in ROUTES


def is_refusal(entry: Entry) -> bool:
    """Somebody did not get in: what matters is from where."""
    return entry.action in ("account.refuse_password", "account.refuse_code")


def nobody(entry: Entry) -> str:
    """Where no name is known: whoever follows a link that was mailed, or signs up, is not signed in yet."""
    return N_("Not signed in") if entry.actor == "person" else ACTORS[entry.actor]
