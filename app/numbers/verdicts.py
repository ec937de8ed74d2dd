"""What Meta's words about a number mean: a state of the health board, a sentence, and an advice where one helps."""

from __future__ import annotations

from app.core.i18n import N_

MANAGER = N_("Look at the number in WhatsApp Manager, settle it there, then check again.")
FEWER = N_("Send less, and only to people who expect it. It recovers within a week of good days.")

# By `status`: state, sentence, advice, what helps.
STATUSES = {
    "CONNECTED": ("ok", N_("Registered for sending and receiving."), "", ""),
    "PENDING": ("needs", N_("Not registered yet: nothing can be sent."), N_("Register it with a six-digit PIN."), "register"),
    "UNVERIFIED": ("needs", N_("Its owner has not confirmed it by SMS or call."), MANAGER, "manager"),
    "DISCONNECTED": ("broken", N_("Offline at WhatsApp."), N_("Register it again with its PIN."), "register"),
    "FLAGGED": ("needs", N_("WhatsApp watches its quality."), FEWER, ""),
    "RATE_LIMITED": ("needs", N_("WhatsApp has slowed it down."), FEWER, ""),
    "RESTRICTED": ("broken", N_("WhatsApp has restricted it."), MANAGER, "manager"),
    "BANNED": ("broken", N_("WhatsApp has banned it."), MANAGER, "manager"),
    "MIGRATED": ("broken", N_("It has moved to another account."), N_("Connect it again with the ids of that account."), ""),
    "DELETED": ("broken", N_("It was deleted in WhatsApp."), N_("Add it again in WhatsApp Manager, then connect it."), ""),
}

# By `quality`.
QUALITIES = {
    "GREEN": ("ok", N_("High: people like to hear from it."), ""),
    "YELLOW": ("needs", N_("Medium: some people block or report it."), FEWER),
    "RED": ("broken", N_("Low: many people block or report it, and WhatsApp may slow it down."), FEWER),
    "UNKNOWN": ("ok", N_("Not rated yet. That comes with the first hundreds of messages."), ""),
}

# By `name_status`.
NAMES = {
    "APPROVED": ("ok", N_("“%(what)s” is approved."), ""),
    "AVAILABLE_WITHOUT_REVIEW": ("ok", N_("“%(what)s” may be used; it needs no review."), ""),
    "PENDING_REVIEW": ("ok", N_("“%(what)s” is in review, which takes up to two days."), ""),
    "DECLINED": ("broken", N_("“%(what)s” was declined."), N_("Choose a name that is clearly that of your business.")),
    "EXPIRED": ("needs", N_("The approval of “%(what)s” has expired."), N_("Ask for it again in WhatsApp Manager.")),
    "NONE": ("needs", N_("It has no display name yet."), N_("Choose one in WhatsApp Manager.")),
}

# By `business_verification_status`, in small letters.
VERIFICATIONS = {
    "verified": ("ok", N_("Meta has verified your business."), ""),
    "pending": ("ok", N_("Meta is looking at your papers."), ""),
    "pending_submission": ("needs", N_("Papers are missing at Meta."), N_("Finish the verification in Meta Business.")),
    "pending_need_more_info": ("needs", N_("Meta wants to know more."), N_("Answer in Meta Business, security centre.")),
    "not_verified": (
        "needs",
        N_("Meta has not verified your business."),
        N_("Verify it in Meta Business to reach more people a day and to have more numbers."),
    ),
    "rejected": ("broken", N_("Meta has refused the verification."), N_("Correct the papers in Meta Business.")),
}
VERIFICATIONS |= {"unverified": VERIFICATIONS["not_verified"], "failed": VERIFICATIONS["rejected"]}

LIMITS = {
    "none": N_("WhatsApp sets no limit."),
    "unknown": N_("WhatsApp has not said a limit yet."),
    "used": N_("%(n)s of %(of)s begun to be written to in the last 24 hours."),
}
