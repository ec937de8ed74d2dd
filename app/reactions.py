"""Which feature reacts to which event, on one page."""

from __future__ import annotations

from app.access import workspace_letters
from app.alerts import reacting as alerts
from app.campaigns import control, guard, remaining, report, upkeep
from app.campaigns import export as campaign_exports
from app.contacts import export as contact_exports
from app.core import events
from app.inbox import dispatch, handing_out, leaving, reacting
from app.intake import replaying
from app.message_templates import syncing
from app.numbers import ending
from app.tenants import archive, deletion, retention

# A process that only works imports no routes, and must know the jobs that only they enqueue.
JOBS = (
    dispatch.deliver,
    dispatch.offer_again,
    reacting.tell,
    campaign_exports.write,
    contact_exports.write,
    remaining.freeze,
    archive.write,
    deletion.erase,
    retention.forget,
)


def register() -> None:
    """Called once by every process that serves or works."""
    # A campaign shows who answered it.
    events.on("messages_received", upkeep.note_answers)
    # Whoever is to know is told how it went.
    events.on("campaign_completed", report.on_completed)
    # What has waited while a feature was off goes on at once.
    events.on("module_switched_on", upkeep.go_on)
    events.on("module_switched_on", handing_out.soon)
    # Campaigns wait, they do not fail, when their number or template may not send.
    events.on("number_disconnected", control.stop_number)
    events.on("number_stopped", control.stop_number)
    events.on("template_stopped", control.stop_template)
    # The guard looks at once, not at its next turn.
    events.on("quality_fell", guard.heed_quality)
    # Whoever is gone has no conversations any more.
    events.on("member_deactivated", leaving.put_back)
    # Somebody is told, and told again when it is over.
    events.on("number_stopped", alerts.number_stopped)
    events.on("breaker_opened", alerts.breaker_opened)
    events.on("breaker_closed", alerts.breaker_closed)
    events.on("quality_fell", alerts.quality_fell)
    events.on("token_inspected", alerts.token_inspected)
    events.on("template_stopped", alerts.template_stopped)
    events.on("campaign_paused", alerts.campaign_paused)
    # What waits in the queues of teams goes to whoever is free.
    events.on("somebody_is_free", handing_out.soon)
    events.on("member_deactivated", handing_out.soon)
    # Whoever asked for an archive is told, and the owner of the end of a workspace.
    events.on("workspace_exported", workspace_letters.archive_ready)
    events.on("workspace_leaving", workspace_letters.leaving)
    events.on("trial_ending", workspace_letters.trial_ending)
    events.on("workspace_going", ending.disconnect_all)
    events.on("workspace_gone", workspace_letters.gone)
    # An account that was used elsewhere brings its templates.
    events.on("number_connected", syncing.after_connecting)
    # What came before it was connected is read again.
    events.on("number_connected", replaying.after_connecting)
