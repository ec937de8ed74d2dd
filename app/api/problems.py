"""What the API answers when it does not do what was asked: problem details (RFC 9457), with a sentence for each field."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import ValidationException
from litestar.utils.scope.state import ScopeState

from app.access import invitation, member, member_roles, role_rules
from app.accounts import machine, signing_in, throttle
from app.campaigns import campaign, canary, control, launch, recipient, remaining, variants
from app.contacts import contact, contact_import
from app.contacts.consent import OptedOut
from app.contacts.unreadable import SpreadsheetError
from app.core.forms import NOT_POSSIBLE, REQUIRED, parse
from app.core.i18n import N_, gettext
from app.core.mail import NoMailServer
from app.inbox.conversation import SomebodyElses
from app.inbox.sending import NumberGone
from app.inbox.template_message import MissingValue
from app.inbox.window import WindowClosed
from app.message_templates.message_template import NameTaken
from app.message_templates.submission import Refused
from app.whatsapp.errors import NotSent, OutcomeUnknown, ProviderError, WrongField

DOES_NOT_FIT = N_("Some values do not fit.")
NO_SUCH_FIELD = N_("There is no field with this name.")
NO_ANSWER = N_("WhatsApp did not answer. Try again in a moment.")
NAMED = re.compile(r"`(\w+)`")


class Unreadable(Exception):
    """No JSON, or no form."""

    message = N_("This cannot be read")


# What a verb may refuse: the status of the answer, and the field that it is about.
REFUSALS: dict[type[Exception], tuple[int, str]] = {
    Unreadable: (400, ""),
    signing_in.Wrong: (401, "password"),
    signing_in.WrongCode: (401, "code"),
    signing_in.NoWorkspace: (403, ""),
    throttle.TooMany: (429, ""),
    machine.NoLonger: (401, ""),
    machine.SecondFactorMissing: (403, ""),
    contact.BadPhone: (422, "phone"),
    contact.PhoneTaken: (409, "phone"),
    contact_import.NoPhoneColumn: (422, "mapping"),
    NameTaken: (409, "name"),
    campaign.CannotUse: (422, "template_id"),
    launch.CannotLaunch: (409, ""),
    launch.InThePast: (422, "scheduled_at"),
    control.CannotPause: (409, ""),
    control.CannotResume: (409, ""),
    control.CannotCancel: (409, ""),
    canary.NoCanary: (409, ""),
    member.NoSeats: (409, ""),
    member.Untouchable: (409, ""),
    role_rules.NameTaken: (409, "name"),
    role_rules.TooHigh: (422, "level"),
    role_rules.BelowItsPreset: (422, "level"),
    role_rules.HeirOutOfReach: (422, "instead"),
    role_rules.OutOfReach: (422, "permissions"),
    role_rules.InUse: (409, "instead"),
    member_roles.NoRole: (422, "roles"),
    member_roles.OutOfReach: (422, "roles"),
    invitation.TooMany: (429, "emails"),
    NoMailServer: (409, ""),
    control.CannotRetry: (409, ""),
    recipient.CannotExclude: (409, ""),
    remaining.CannotChangeText: (409, ""),
    variants.CannotDecide: (409, ""),
    WindowClosed: (409, "text"),
    NumberGone: (409, "number_id"),
    SomebodyElses: (409, "to"),
    OptedOut: (409, "template"),
}

AnyRequest = Request[Any, Any, Any]


class Invalid(Exception):
    """What a struct cannot check by itself: field to sentence."""

    def __init__(self, **errors: str) -> None:
        super().__init__(sorted(errors))
        self.errors = errors


def problem(status: int, title: str, **more: Any) -> Response[Any]:
    """The answer. `more` are members of its own, such as `errors`."""
    return Response({"type": "about:blank", "title": title, "status": status, **more}, status_code=status,
                    media_type="application/problem+json")  # fmt: skip


def invalid(status: int, errors: dict[str, str], **more: Any) -> Response[Any]:
    said = {field: gettext(sentence) for field, sentence in errors.items()}
    return problem(status, gettext(DOES_NOT_FIT), errors=said, **more)


def not_valid(request: AnyRequest, refusal: ValidationException) -> Response[Any]:
    """The framework stops at the first error of a body; the body is read again for all of them, in our words."""
    errors = _errors_of_body(request) or dict(_in_our_words(each) for each in refusal.extra or [] if isinstance(each, dict))
    return invalid(422, errors)


def body_of(request: AnyRequest) -> type[msgspec.Struct] | None:
    """What its handler takes; None where it takes nothing, or reads it by hand."""
    given = request.route_handler.parsed_fn_signature.parameters.get("data")
    return given.annotation if given and issubclass(given.annotation, msgspec.Struct) else None


def _errors_of_body(request: AnyRequest) -> dict[str, str]:
    kind, body = body_of(request), ScopeState.from_scope(request.scope).json
    return parse(kind, body, strict=True).errors if kind and isinstance(body, dict) else {}


def _in_our_words(error: dict[str, str]) -> tuple[str, str]:
    said, field = error.get("message", ""), error.get("key", "")
    if named := NAMED.search(said) if "field" in said else None:
        return named[1], NO_SUCH_FIELD if "unknown" in said else REQUIRED
    return field, NOT_POSSIBLE


def refused(_: AnyRequest, refusal: Exception) -> Response[Any]:
    status, field = next(REFUSALS[kind] for kind in type(refusal).mro() if kind in REFUSALS)
    sentence: str = refusal.message  # type: ignore[attr-defined]
    return invalid(status, {field: sentence}) if field else problem(status, gettext(sentence))


def errors_of(_: AnyRequest, refusal: Invalid | MissingValue) -> Response[Any]:
    return invalid(422, refusal.errors)


def unreadable(_: AnyRequest, refusal: SpreadsheetError) -> Response[Any]:
    return problem(422, gettext(DOES_NOT_FIT), errors={"file": gettext(refusal.message) % refusal.values})


def wrong_field(_: AnyRequest, refusal: WrongField) -> Response[Any]:
    return invalid(422, {refusal.field: refusal.message})


def addresses_refused(_: AnyRequest, refusal: invitation.Refused) -> Response[Any]:
    """Which ones, and why."""
    status = 429 if set(refusal.reasons.values()) == {throttle.TooOften.message} else 422
    reasons = {email: gettext(reason) for email, reason in refusal.reasons.items()}
    return invalid(status, {"emails": refusal.message}, addresses=reasons)


def template_refused(_: AnyRequest, refusal: Refused) -> Response[Any]:
    return invalid(422, {refusal.field: refusal.message}, detail=refusal.detail)


def provider_refused(_: AnyRequest, refusal: ProviderError) -> Response[Any]:
    return problem(502, gettext(refusal.failure.title), detail=refusal.detail)


def no_answer(_: AnyRequest, __: Exception) -> Response[Any]:
    return problem(503, gettext(NO_ANSWER))


HANDLERS: dict[int | type[Exception], Any] = {
    invitation.Refused: addresses_refused,
    ValidationException: not_valid, Invalid: errors_of, MissingValue: errors_of, SpreadsheetError: unreadable,
    WrongField: wrong_field, Refused: template_refused, ProviderError: provider_refused, NotSent: no_answer,
    OutcomeUnknown: no_answer, **dict.fromkeys(REFUSALS, refused),
}  # fmt: skip
