"""What Meta tells and does around a number: its token, subscription, app and registration, and sign-up in its own dialog."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime
from urllib.parse import urlencode

from msgspec import Struct

from app.core.outbound import request_to
from app.whatsapp.contract import Credentials
from app.whatsapp.errors import Action, ProviderError
from app.whatsapp.meta.graph import GRAPH_URL, GRAPH_VERSION, Graph
from app.whatsapp.meta.nodes import read
from app.whatsapp.outgoing import encode

BAD_TOKEN = (0, 190)
MANAGEMENT, MESSAGING = "whatsapp_business_management", "whatsapp_business_messaging"
# What we read of an account's webhooks, as Meta's page of the app lists them.
FIELDS = (
    "messages", "message_template_status_update", "message_template_quality_update", "template_category_update",
    "phone_number_quality_update", "phone_number_name_update", "account_update", "account_alerts", "account_review_update",
    "business_capability_update", "user_preferences", "smb_message_echoes",
)  # fmt: skip
DIALOG_HOST = "https://www.facebook.com"


class Token(Struct, frozen=True):
    """`expires_at` is in seconds since 1970, 0 for never; without `accounts` the token names none, and may see them all."""

    valid: bool = False
    app_id: str = ""
    expires_at: int = 0
    scopes: list[str] = []
    accounts: list[str] = []
    refusal: str = ""

    @property
    def ends_at(self) -> datetime | None:
        return datetime.fromtimestamp(self.expires_at, tz=UTC) if self.expires_at else None


class Grant(Struct, frozen=True):
    scope: str
    target_ids: list[str] = []


class TokenError(Struct, frozen=True):
    message: str = ""


class TokenNode(Struct, frozen=True):
    is_valid: bool = False
    app_id: str = ""
    expires_at: int = 0
    data_access_expires_at: int = 0
    scopes: list[str] = []
    granular_scopes: list[Grant] = []
    error: TokenError = TokenError()

    def token(self) -> Token:
        ends = [at for at in (self.expires_at, self.data_access_expires_at) if at > 0]
        seen = [target for grant in self.granular_scopes if grant.scope == MANAGEMENT for target in grant.target_ids]
        return Token(self.is_valid, self.app_id, min(ends, default=0), self.scopes, seen, self.error.message)


class TokenAnswer(Struct, frozen=True):
    data: TokenNode


class AppNode(Struct, frozen=True):
    id: str
    name: str = ""


class Subscription(Struct, frozen=True):
    whatsapp_business_api_data: AppNode
    override_callback_uri: str = ""


class Subscriptions(Struct, frozen=True):
    data: list[Subscription] = []


class Account(Struct, frozen=True):
    """As Meta reviews it: `verification` of the business, `review` of the account."""

    name: str = ""
    business_verification_status: str = ""
    account_review_status: str = ""


class Registration(Struct, frozen=True):
    """`is_pin_enabled`: two-step verification has a PIN."""

    is_pin_enabled: bool | None = None
    platform_type: str = ""


class HookField(Struct, frozen=True):
    name: str


class Hook(Struct, frozen=True):
    """Where an app's webhooks go, and which."""

    object: str = ""
    callback_url: str = ""
    active: bool = True
    fields: list[HookField | str] = []

    @property
    def names(self) -> list[str]:
        return [each if isinstance(each, str) else each.name for each in self.fields]


class Hooks(Struct, frozen=True):
    data: list[Hook] = []


class SharedNumber(Struct, frozen=True):
    """A number that a token can see."""

    id: str
    display_phone_number: str = ""
    verified_name: str = ""
    waba_id: str = ""


class SharedNumbers(Struct, frozen=True):
    data: list[SharedNumber] = []


class Exchanged(Struct, frozen=True):
    access_token: str


class Onboarding:
    """Every call raises NotSent, OutcomeUnknown or ProviderError."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    async def token(self, access_token: str) -> Token:
        """A token that is refused is an answer too."""
        try:
            query = {"input_token": access_token}
            return read(await self.graph.call("GET", "debug_token", access_token, query=query), TokenAnswer).data.token()
        except ProviderError as error:
            if error.failure.code not in BAD_TOKEN:
                raise
            return Token(refusal=error.detail)

    async def subscriptions(self, credentials: Credentials) -> list[Subscription]:
        path = f"{credentials.waba_id}/subscribed_apps"
        return read(await self.graph.call("GET", path, credentials.access_token), Subscriptions).data

    async def account(self, credentials: Credentials) -> Account:
        query = {"fields": "name,business_verification_status,account_review_status"}
        return read(await self.graph.call("GET", credentials.waba_id, credentials.access_token, query=query), Account)

    async def registration(self, credentials: Credentials) -> Registration:
        query = {"fields": "is_pin_enabled,platform_type"}
        answer = await self.graph.call("GET", credentials.phone_number_id, credentials.access_token, query=query)
        return read(answer, Registration)

    async def deregister(self, credentials: Credentials) -> None:
        path = f"{credentials.phone_number_id}/deregister"
        await self.graph.call("POST", path, credentials.access_token, body=encode({"messaging_product": "whatsapp"}))

    async def set_pin(self, credentials: Credentials, pin: str) -> None:
        await self.graph.call("POST", credentials.phone_number_id, credentials.access_token, body=encode({"pin": pin}))

    async def app_name(self, app_id: str, app_secret: str) -> str:
        """Proves that the two belong together."""
        answer = await self.graph.call("GET", app_id, f"{app_id}|{app_secret}", query={"fields": "name"})
        return read(answer, AppNode).name

    async def hook(self, app_id: str, app_secret: str) -> Hook | None:
        """Where the app's webhooks of WhatsApp go by default. None when nobody has said."""
        answer = await self.graph.call("GET", f"{app_id}/subscriptions", f"{app_id}|{app_secret}")
        return next((hook for hook in read(answer, Hooks).data if hook.object == "whatsapp_business_account"), None)

    async def set_hook(self, app_id: str, app_secret: str, callback: str, verify_token: str) -> None:
        """Meta calls the address at once to verify it."""
        wish = {
            "object": "whatsapp_business_account", "callback_url": callback, "verify_token": verify_token,
            "fields": ",".join(FIELDS), "include_values": "true",
        }  # fmt: skip
        await self.graph.call("POST", f"{app_id}/subscriptions", f"{app_id}|{app_secret}", body=encode(wish))

    async def shared(self, access_token: str, accounts: Iterable[str]) -> list[SharedNumber]:
        """The numbers of these accounts, as far as the token sees them."""
        found = await asyncio.gather(*(self._of(access_token, waba_id) for waba_id in accounts))
        return [number for numbers in found for number in numbers]

    async def _of(self, access_token: str, waba_id: str) -> list[SharedNumber]:
        query = {"fields": "id,display_phone_number,verified_name", "limit": "100"}
        try:
            answer = await self.graph.call("GET", f"{waba_id}/phone_numbers", access_token, query=query)
        except ProviderError as error:
            if error.failure.action in (Action.STOP_NUMBER, Action.FIX):
                return []
            raise
        found = read(answer, SharedNumbers).data
        return [SharedNumber(each.id, each.display_phone_number, each.verified_name, waba_id) for each in found]

    async def exchange(self, code: str, *, app_id: str, app_secret: str, redirect_uri: str) -> str:
        """The access token for a code of the dialog, which lives for 30 seconds."""
        query = {"client_id": app_id, "client_secret": app_secret, "code": code, "redirect_uri": redirect_uri}
        request = request_to("GET", f"{self.graph.base}/oauth/access_token?{urlencode(query)}", headers={})
        return read(await self.graph.answer(request), Exchanged).access_token

    def dialog(self, *, app_id: str, config_id: str, redirect_uri: str, state: str) -> str:
        """Where a browser goes to sign up at Meta, and comes back with a code."""
        asked = {"client_id": app_id, "redirect_uri": redirect_uri, "state": state, "response_type": "code"}
        if config_id:
            asked |= {"config_id": config_id, "override_default_response_type": "true"}
        else:
            asked["scope"] = f"{MANAGEMENT},{MESSAGING},business_management"
        graph = self.graph.base.removesuffix(f"/{GRAPH_VERSION}")
        return f"{DIALOG_HOST if graph == GRAPH_URL else graph}/{GRAPH_VERSION}/dialog/oauth?{urlencode(asked)}"
