"""What a WhatsApp provider can do for us, and the structs that cross the line. Meta is one; another only has to fit."""

from collections.abc import AsyncIterator
from typing import Any, Protocol

from msgspec import Struct

Json = dict[str, Any]


class Credentials(Struct, frozen=True):
    """What connects one number. Never logged: its repr names the number only."""

    access_token: str
    app_secret: str
    phone_number_id: str
    waba_id: str

    def __repr__(self) -> str:
        return f"Credentials(phone_number_id={self.phone_number_id!r}, waba_id={self.waba_id!r})"


class Sent(Struct, frozen=True):
    """The provider accepted a message, which is not yet "sent". `held` waits for a quality check, often for an hour."""

    wamid: str
    wa_id: str | None = None
    user_id: str | None = None
    held: bool = False


class NumberInfo(Struct, frozen=True):
    """A number in the provider's own words; `limit` is TIER_…, `throughput` STANDARD, HIGH or NOT_APPLICABLE.

    One that `coexists` is also used in the WhatsApp Business app, which slows it to 20 messages a second. `can_send` is
    AVAILABLE, LIMITED or BLOCKED, and `obstacle` the provider's own sentence for why.
    """

    phone_number_id: str
    display_phone_number: str
    verified_name: str = ""
    status: str = "UNKNOWN"
    quality: str = "UNKNOWN"
    name_status: str | None = None
    platform: str | None = None
    throughput: str = "STANDARD"
    limit: str | None = None
    can_send: str = "AVAILABLE"
    obstacle: str = ""
    health: Json | None = None
    official: bool = False
    coexists: bool = False


class Owner(Struct, frozen=True):
    """The business portfolio of an account: its numbers share one messaging limit, and people's user ids belong to it."""

    id: str
    name: str = ""


class TemplateInfo(Struct, frozen=True):
    id: str
    name: str
    language: str
    status: str
    category: str
    components: list[Json] = []
    parameter_format: str = "POSITIONAL"
    quality: str = "UNKNOWN"
    rejected_reason: str | None = None
    previous_category: str | None = None
    correct_category: str | None = None
    sub_category: str | None = None


class CreatedTemplate(Struct, frozen=True):
    """The receipt for a new template; Meta may have changed its category."""

    id: str
    status: str
    category: str


class MediaFile(Struct, frozen=True):
    """Where a file can be fetched within the next five minutes; `size` is in bytes, `sha256` in hex."""

    id: str
    url: str
    mime_type: str
    sha256: str | None = None
    size: int | None = None


class Provider(Protocol):
    """Every call raises NotSent, OutcomeUnknown or ProviderError; connect also WrongField."""

    async def send(self, credentials: Credentials, message: bytes) -> Sent:
        """Hand over one message, built by `outgoing` or `template_sending`."""

    async def mark_read(self, credentials: Credentials, wamid: str, *, typing: bool = False) -> None:
        """Mark a message and all before it as read, and show that somebody is typing if so."""

    async def upload(self, credentials: Credentials, content: bytes, *, mime_type: str, filename: str) -> str:
        """Store a file for sending from this number; its id is valid for 30 days."""

    async def media(self, credentials: Credentials, media_id: str) -> MediaFile:
        """Where the file of a media id can be fetched now."""

    def download(self, credentials: Credentials, file: MediaFile) -> AsyncIterator[bytes]:
        """The file in pieces, so that 100 MB never have to fit in memory."""

    async def delete_media(self, credentials: Credentials, media_id: str) -> None: ...

    async def connect(self, credentials: Credentials, *, callback: str | None, verify_token: str) -> NumberInfo:
        """Check every credential and subscribe to webhooks, at `callback` unless the app's default address serves."""

    async def number(self, credentials: Credentials) -> NumberInfo: ...

    async def owner(self, credentials: Credentials) -> Owner | None:
        """None when the provider will not name it to this token."""

    async def register(self, credentials: Credentials, pin: str) -> None:
        """Register the number for sending; the six-digit PIN sets or must match its two-step verification."""

    async def subscribe(self, credentials: Credentials, *, callback: str | None, verify_token: str) -> None: ...

    async def unsubscribe(self, credentials: Credentials) -> None: ...

    async def templates(self, credentials: Credentials) -> list[TemplateInfo]:
        """All templates of the account, which its numbers share."""

    async def create_template(self, credentials: Credentials, definition: Json) -> CreatedTemplate: ...

    async def edit_template(self, credentials: Credentials, template_id: str, definition: Json) -> None:
        """Replace all components; an approved template allows it once a day and ten times in 30 days."""

    async def delete_template(self, credentials: Credentials, name: str, *, template_id: str | None = None) -> None:
        """Delete one language of a template, or all of them without an id."""

    async def upload_sample(
        self, credentials: Credentials, content: bytes, *, mime_type: str, filename: str, app_id: str
    ) -> str:
        """Store the sample of a media header and give the handle that a template definition wants."""
