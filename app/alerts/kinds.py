"""Every kind of alert: how grave it is, what it is about, what happened and what to do, as one table."""

from __future__ import annotations

from typing import Literal

import msgspec

from app.core.i18n import N_

Severity = Literal["info", "warning", "critical"]
Subject = Literal["number", "campaign", "template", "queue", "worker"]

SEVERITIES = {"critical": N_("Critical"), "warning": N_("Warning"), "info": N_("For information")}
QUALITIES = {"YELLOW": N_("medium"), "RED": N_("low"), "GREEN": N_("high")}
# Where each subject is looked at; {} is its key.
PLACES = {
    "number": "/numbers/{}", "campaign": "/campaigns/{}", "template": "/message-templates/{}",
    "queue": "/ops", "worker": "/ops",
}  # fmt: skip


class Kind(msgspec.Struct, frozen=True):
    """`name` stands in filters; title and advice are filled with the facts of an alert and the name of its subject."""

    severity: Severity
    subject: Subject
    name: str
    title: str
    advice: str


KINDS: dict[str, Kind] = {
    "number_stopped": Kind(
        "critical", "number", N_("Number stopped"),
        N_("WhatsApp has stopped the number %(name)s"),
        N_("Nothing goes out from it, and its campaigns wait. See in WhatsApp Manager what it asks for, then resume them."),
    ),
    "breaker_open": Kind(
        "warning", "number", N_("Number rests"),
        N_("The number %(name)s rests after several failures in a row"),
        N_("WhatsApp does not answer as it should. Nobody's message is lost: it tries again every 30 seconds by itself."),
    ),
    "quality_fell": Kind(
        "warning", "number", N_("Quality fell"),
        N_("The quality of the number %(name)s has fallen to %(quality)s"),
        N_("People block or report what it sends. Send less, and only to people who expect it, until it recovers."),
    ),
    "number_failing": Kind(
        "warning", "number", N_("Failures of a number"),
        N_("%(failed)s of %(went)s messages of the number %(name)s failed within 15 minutes"),
        N_("Several of its campaigns fail at once, so the cause is probably the number. Look at the reasons before you go on."),
    ),
    "webhooks_silent": Kind(
        "critical", "number", N_("No statuses"),
        N_("The number %(name)s sends, but WhatsApp reports nothing back"),
        N_("No status came for %(went)s messages in 15 minutes. Check in Meta's app that its webhook leads here and is on."),
    ),
    "token_ends": Kind(
        "warning", "number", N_("Token ends"),
        N_("The access token of the number %(name)s ends on %(day)s"),
        N_("From then on nothing is sent. Create one of a system user, which has no end, and put it in its place on the page."),
    ),
    "campaign_failing": Kind(
        "warning", "campaign", N_("Failures of a campaign"),
        N_("%(failed)s of %(went)s messages of the campaign %(name)s failed within 15 minutes"),
        N_("Its page says why, by reason. Pause it if the reason is not clear."),
    ),
    "campaign_paused": Kind(
        "warning", "campaign", N_("Campaign paused"),
        N_("Recado has paused the campaign %(name)s"),
        N_("Look at its figures, then resume or cancel it."),
    ),
    "template_stopped": Kind(
        "warning", "template", N_("Template stopped"),
        N_("WhatsApp has stopped the template %(name)s"),
        N_("Campaigns with it wait. Its page says why; change it, or send with another one."),
    ),
    "worker_silent": Kind(
        "critical", "worker", N_("Worker silent"),
        N_("A process has been silent for %(minutes)s minutes (%(process)s on %(host)s)"),
        N_("Other workers take over its jobs. If there are none, nothing is sent: start it again."),
    ),
    "nobody_works": Kind(
        "critical", "worker", N_("Nobody works"),
        N_("All workers are silent"),
        N_("Pages still open, but nothing is sent and nothing that arrives is read. Nothing is lost: start a worker again."),
    ),
    "queue_late": Kind(
        "warning", "queue", N_("Queue late"),
        N_("The queue %(name)s is late: its oldest job has waited for %(minutes)s minutes"),
        N_("Start another worker, or see under operations what keeps it."),
    ),
    "dead_letters": Kind(
        "warning", "queue", N_("Failed for good"),
        N_("%(count)s jobs of the queue %(name)s have failed for good"),
        N_("See under operations why, then retry or clear them."),
    ),
}  # fmt: skip
# Those that are found by looking, and are over when they are found no more.
WATCHED = ("number_failing", "webhooks_silent", "campaign_failing")
WATCHED_PLATFORM = ("worker_silent", "nobody_works", "queue_late", "dead_letters")
