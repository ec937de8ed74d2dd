"""The health board: what was found about a number, line by line in plain words, and what to do. What is wrong comes first."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from app.core.clock import now
from app.core.i18n import N_
from app.numbers.inspection import Findings
from app.numbers.limits import Limits
from app.numbers.phone_number import INTAKE, PhoneNumber
from app.numbers.verdicts import LIMITS, NAMES, QUALITIES, STATUSES, VERIFICATIONS
from app.settings import GRAPH_URL, settings
from app.whatsapp.meta.onboarding import MANAGEMENT, MESSAGING

ENDS_SOON = timedelta(days=14)
NEARLY_USED = 0.9  # of the people of a day
UNASKED = N_("Not looked at yet.")


class State(StrEnum):
    """In the order of the board."""

    BROKEN = "broken"
    NEEDS = "needs"
    UNKNOWN = "unknown"
    OK = "ok"


class Line(msgspec.Struct, frozen=True):
    """`said` and `advice` are translation keys with `at` (a day), `n`, `of` and `what` to fill in; `step` is what helps."""

    name: str
    state: State
    said: str
    advice: str = ""
    step: str = ""
    at: datetime | None = None
    n: int = 0
    of: int = 0
    what: str = ""


def lines(number: PhoneNumber, found: Findings | None, limits: Limits) -> list[Line]:
    asked = found or Findings(answered=False)
    known = [
        _token(asked), _permissions(asked), _secret(asked), _subscription(asked), _address(number, found),
        _fields(asked), _inbound(number), _registration(number), _pin(asked), _sending(number), _display_name(number),
        _quality(number), _people(limits), _throughput(number), _business(asked),
    ]  # fmt: skip
    return sorted((line for line in known if line), key=lambda line: list(State).index(line.state))


def _token(found: Findings) -> Line:
    name, token = N_("Access token"), found.token
    if token is None:
        return Line(name, State.UNKNOWN, N_("Meta did not say whether it is valid."))
    if not token.valid:
        advice = N_("Create a new one and put it in place of this one. Until then nothing can be sent.")
        return Line(name, State.BROKEN, N_("Meta no longer accepts it."), advice, "rotate")
    ends = token.ends_at
    if ends is None:
        return Line(name, State.OK, N_("Valid, without an end."))
    if ends - now() > ENDS_SOON:
        return Line(name, State.OK, N_("Valid until %(at)s."), at=ends)
    advice = N_("Create one of a system user, which has no end, and put it in place of this one.")
    return Line(name, State.NEEDS, N_("Valid only until %(at)s."), advice, "rotate", at=ends)


def _permissions(found: Findings) -> Line | None:
    name, token = N_("Permissions"), found.token
    if token is None or not token.valid:
        return None
    missing = [scope for scope in (MANAGEMENT, MESSAGING) if scope not in token.scopes]
    if missing:
        advice = N_("Create a token with both permissions and put it in place of this one.")
        return Line(name, State.BROKEN, N_("The token lacks %(what)s."), advice, "rotate", what=", ".join(missing))
    return Line(name, State.OK, N_("The token may send messages and manage the account."))


def _secret(found: Findings) -> Line | None:
    if found.secret_fits is None:
        return None
    if found.secret_fits:
        return Line(N_("App secret"), State.OK, N_("It belongs to the app of the token."))
    advice = N_("Without the right one, messages that come in cannot be told from forged ones and are refused.")
    return Line(N_("App secret"), State.BROKEN, N_("It is not that of the app which made the token."), advice, "rotate")


def _subscription(found: Findings) -> Line:
    name = N_("Webhook subscription")
    if found.subscriptions is None:
        return Line(name, State.UNKNOWN, N_("Meta did not say whether the account is subscribed."))
    if found.subscription is None:
        advice = N_("Nothing comes in, neither answers nor receipts. Subscribe it again.")
        return Line(name, State.BROKEN, N_("The account does not bring its messages to this app."), advice, "subscribe")
    elsewhere = found.subscription.override_callback_uri
    if elsewhere and elsewhere != f"{settings().public_url}{INTAKE}":
        advice = N_("Another program receives the messages. Subscribe it again, and they come here.")
        return Line(name, State.BROKEN, N_("Messages go to %(what)s."), advice, "subscribe", what=elsewhere)
    return Line(name, State.OK, N_("The account brings its messages to this app."))


def _address(number: PhoneNumber, found: Findings | None) -> Line:
    name, address = N_("Webhook address"), f"{settings().public_url}{INTAKE}"
    if found is None:
        return Line(name, State.UNKNOWN, UNASKED)
    if not found.reachable and number.last_inbound_at:
        # Some networks do not let a server call itself by its public name.
        return Line(name, State.UNKNOWN, N_("%(what)s does not answer from here, though messages have come in."), what=address)
    if not found.reachable:
        advice = N_("Look at the name, the certificate and the proxy of this installation.")
        return Line(name, State.BROKEN, N_("%(what)s does not answer."), advice, what=address)
    if settings().graph_url == GRAPH_URL and not address.startswith("https://"):
        advice = N_("Meta only calls addresses that begin with https. Set the public address of this installation.")
        return Line(name, State.BROKEN, N_("%(what)s cannot be reached from outside."), advice, what=address)
    return Line(name, State.OK, N_("%(what)s answers."), what=address)


def _fields(found: Findings) -> Line | None:
    """Meta does not always tell; without an answer there is no line."""
    if found.hook is None:
        return None
    if "messages" not in found.hook.names:
        advice = N_("Choose it in the webhook settings of the app, or let the set-up guide do it.")
        return Line(N_("Webhook fields"), State.BROKEN, N_("The app does not listen to “messages”."), advice, "setup")
    others = len(found.hook.names) - 1
    return Line(N_("Webhook fields"), State.OK, N_("The app listens to messages and %(n)s other fields."), n=others)


def _inbound(number: PhoneNumber) -> Line:
    if number.last_inbound_at is None:
        advice = N_("Write something to the number from your own phone. It appears in the inbox within seconds.")
        return Line(N_("Last message in"), State.NEEDS, N_("None yet."), advice, "write")
    return Line(N_("Last message in"), State.OK, N_("On %(at)s."), at=number.last_inbound_at)


def _registration(number: PhoneNumber) -> Line:
    name = N_("Registration")
    if number.trouble:
        return Line(name, State.BROKEN, number.trouble.title, number.trouble.advice, "rotate")
    state, said, advice, step = STATUSES.get(number.status, (State.UNKNOWN, N_("WhatsApp says %(what)s."), "", ""))
    return Line(name, State(state), said, advice, step, what=number.status)


def _pin(found: Findings) -> Line | None:
    enabled = found.registration.is_pin_enabled if found.registration else None
    if enabled is None:
        return None
    if enabled:
        return Line(N_("Two-step PIN"), State.OK, N_("Set. Nobody can take the number elsewhere without it."))
    advice = N_("Set one, so that nobody can register the number somewhere else.")
    return Line(N_("Two-step PIN"), State.NEEDS, N_("Not set."), advice, "pin")


def _sending(number: PhoneNumber) -> Line | None:
    if number.can_send == "AVAILABLE" or number.trouble:
        return None
    state = State.BROKEN if number.can_send == "BLOCKED" else State.NEEDS
    said = N_("WhatsApp says: %(what)s") if number.obstacle else N_("WhatsApp holds it back and does not say why.")
    advice = N_("Settle it in WhatsApp Manager, then check again.")
    return Line(N_("Sending"), state, said, advice, "manager", what=number.obstacle)


def _display_name(number: PhoneNumber) -> Line:
    state, said, advice = NAMES.get(number.name_status, (State.UNKNOWN, N_("WhatsApp has not said how its review stands."), ""))
    return Line(N_("Display name"), State(state), said, advice, "manager" if advice else "", what=number.verified_name)


def _quality(number: PhoneNumber) -> Line:
    state, said, advice = QUALITIES.get(number.quality, QUALITIES["UNKNOWN"])
    return Line(N_("Quality"), State(state), said, advice)


def _people(limits: Limits) -> Line:
    name, shared = N_("People a day"), limits.portfolio
    if not shared.limit:
        known = shared.tier == "TIER_UNLIMITED"
        return Line(name, State.OK if known else State.UNKNOWN, LIMITS["none" if known else "unknown"])
    if shared.used >= shared.limit * NEARLY_USED:
        advice = N_("Campaigns wait until people of yesterday stop counting. It rises by itself while quality is good.")
        return Line(name, State.NEEDS, LIMITS["used"], advice, n=shared.used, of=shared.limit)
    return Line(name, State.OK, LIMITS["used"], n=shared.used, of=shared.limit)


def _throughput(number: PhoneNumber) -> Line:
    said = N_("Up to %(n)s messages a second.")
    if number.coexists:
        said = N_("Up to %(n)s messages a second, because the WhatsApp Business app uses this number as well.")
    return Line(N_("Speed"), State.OK, said, n=round(number.ceiling))


def _business(found: Findings) -> Line | None:
    account, name = found.account, N_("Business verification")
    if account is None or not account.business_verification_status:
        return None
    if account.account_review_status.upper() == "REJECTED":
        advice = N_("Ask for another review in WhatsApp Manager.")
        return Line(name, State.BROKEN, N_("Meta has rejected the account."), advice, "manager")
    state, said, advice = VERIFICATIONS.get(
        account.business_verification_status.lower(), (State.UNKNOWN, N_("Meta has not said."), "")
    )
    return Line(name, State(state), said, advice, "manager" if advice else "")
