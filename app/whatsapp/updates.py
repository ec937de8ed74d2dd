"""The kinds of news that WhatsApp brings, one struct for each. What is absent is None, never an empty text."""

from datetime import datetime
from typing import Any

from msgspec import Struct


class Person(Struct, frozen=True):
    """Who it is about. Since 2026 the phone number (`wa_id`, only digits) may be missing; then the BSUID tells."""

    wa_id: str | None = None
    bsuid: str | None = None
    parent_bsuid: str | None = None
    username: str | None = None
    name: str | None = None


class Media(Struct, frozen=True):
    """A file at WhatsApp: `id` lives 7 days, `url` minutes; `sha256` is base64; `filename` is a stranger's."""

    id: str
    mime_type: str | None = None
    sha256: str | None = None
    filename: str | None = None
    caption: str | None = None
    voice: bool = False
    animated: bool = False
    url: str | None = None


class Location(Struct, frozen=True):
    latitude: float
    longitude: float
    name: str | None = None
    address: str | None = None
    url: str | None = None


class Answer(Struct, frozen=True):
    """A tap on something we sent. `kind` is button, list, template_button, flow, address_message or Meta's own word;
    `data` is what a flow or a permission request brought along.
    """

    kind: str
    id: str | None = None
    title: str | None = None
    description: str | None = None
    data: dict[str, Any] | None = None


class Reaction(Struct, frozen=True):
    wamid: str
    emoji: str | None = None


class Trouble(Struct, frozen=True):
    """An error as WhatsApp told it; `app.whatsapp.errors.classify(code)` knows what it means."""

    code: int | None
    title: str | None = None
    details: str | None = None


class Pricing(Struct, frozen=True):
    category: str | None = None
    type: str | None = None
    pricing_model: str | None = None
    billable: bool | None = None


class Message(Struct, frozen=True, kw_only=True):
    """What a message says, whoever wrote it. `kind` is Meta's type; `raw` is the element as it came."""

    phone_number_id: str
    waba_id: str
    wamid: str
    sent_at: datetime
    kind: str
    text: str | None = None
    media: Media | None = None
    location: Location | None = None
    contacts: list[dict[str, Any]] = []
    answer: Answer | None = None
    reaction: Reaction | None = None
    order: dict[str, Any] | None = None
    target_wamid: str | None = None  # of an edit or a revocation
    context_wamid: str | None = None
    context_from: str | None = None
    forwarded: bool = False
    frequently_forwarded: bool = False
    referral: dict[str, Any] | None = None
    group_id: str | None = None
    trouble: Trouble | None = None
    raw: dict[str, Any] = {}


class InboundMessage(Message, frozen=True, kw_only=True):
    sender: Person


class Echo(Message, frozen=True, kw_only=True):
    """A message that the business wrote in its WhatsApp app, on a number shared with that app."""

    recipient: Person


class SystemMessage(Struct, frozen=True, kw_only=True):
    """Someone changed their number or identity. `event` is Meta's type, such as user_changed_number."""

    phone_number_id: str
    waba_id: str
    wamid: str
    at: datetime
    event: str
    text: str | None = None
    previous: Person
    person: Person
    raw: dict[str, Any] = {}


class StatusUpdate(Struct, frozen=True, kw_only=True):
    """How far a message of ours got. In a group each participant has a status of their own."""

    phone_number_id: str
    waba_id: str
    wamid: str
    status: str
    at: datetime
    recipient_id: str | None = None
    recipient_user_id: str | None = None
    recipient_parent_user_id: str | None = None
    participant_id: str | None = None
    callback: str | None = None
    trouble: Trouble | None = None
    pricing: Pricing | None = None


class TemplateUpdate(Struct, frozen=True, kw_only=True):
    """`event` is APPROVED, REJECTED, PAUSED, … ; `language` is normalised to the form en_US."""

    waba_id: str
    template_id: str
    name: str
    language: str
    event: str
    category: str | None = None
    reason: str | None = None
    advice: str | None = None
    at: datetime | None = None


class TemplateQuality(Struct, frozen=True, kw_only=True):
    waba_id: str
    template_id: str
    name: str
    language: str
    previous: str | None
    quality: str
    at: datetime | None = None


class TemplateCategory(Struct, frozen=True, kw_only=True):
    """The category is `category` now; a `coming` one takes its place at `coming_at`."""

    waba_id: str
    template_id: str
    name: str
    language: str
    category: str
    previous: str | None = None
    coming: str | None = None
    coming_at: datetime | None = None
    at: datetime | None = None


class NumberUpdate(Struct, frozen=True, kw_only=True):
    """Quality, limit, name, security or settings of a number, often named only by its display number."""

    waba_id: str
    field: str
    event: str
    phone_number_id: str | None = None
    display_phone_number: str | None = None
    limit: str | None = None
    name: str | None = None
    reason: str | None = None
    at: datetime | None = None
    raw: dict[str, Any] = {}


class AccountUpdate(Struct, frozen=True, kw_only=True):
    """Something about the WhatsApp Business account: restriction, ban, review, partner, limits."""

    waba_id: str
    field: str
    event: str
    ban_state: str | None = None
    restrictions: list[str] = []
    reason: str | None = None
    limit: str | None = None
    at: datetime | None = None
    raw: dict[str, Any] = {}


class PreferenceUpdate(Struct, frozen=True, kw_only=True):
    """A person stopped or resumed marketing in WhatsApp itself."""

    phone_number_id: str
    waba_id: str
    person: Person
    wants_marketing: bool
    at: datetime
    detail: str | None = None


class UnknownUpdate(Struct, frozen=True, kw_only=True):
    """Something we have no name for yet: kept, shown and counted."""

    waba_id: str
    field: str
    phone_number_id: str | None = None
    raw: Any = None


class BrokenUpdate(Struct, frozen=True, kw_only=True):
    """One element that cannot be read; its neighbours were. The place says whose it is, as far as it could be read."""

    raw: bytes
    error: str
    waba_id: str = ""
    phone_number_id: str | None = None


Update = (
    InboundMessage
    | Echo
    | SystemMessage
    | StatusUpdate
    | TemplateUpdate
    | TemplateQuality
    | TemplateCategory
    | NumberUpdate
    | AccountUpdate
    | PreferenceUpdate
    | UnknownUpdate
    | BrokenUpdate
)
