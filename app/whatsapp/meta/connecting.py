"""Connecting a number: each credential is tried in turn, so that the form can say which one is wrong."""

from app.core.i18n import N_
from app.whatsapp.contract import Credentials
from app.whatsapp.errors import Action, ProviderError, WrongField
from app.whatsapp.meta.graph import Graph
from app.whatsapp.meta.nodes import NumberPage, read
from app.whatsapp.outgoing import encode
from app.whatsapp.signature import appsecret_proof

BAD_TOKEN = (0, 190)
UNREACHABLE_CALLBACK = 2200
INVALID_PARAMETER = 100

TOKEN_REFUSED = N_("Meta does not accept this access token. It may have expired: create a new one and paste it whole.")
TOKEN_LACKS_PERMISSION = N_(
    "This token may not manage the account. Give it whatsapp_business_management and whatsapp_business_messaging."
)
ACCOUNT_HIDDEN = N_("The token cannot see this account. Check the account id, and that the token's user has access to it.")
NUMBER_ELSEWHERE = N_("This account has no number with this id. Copy the phone number id, which is not the phone number.")
SECRET_WRONG = N_("This is not the secret of the app that made the token. Copy it from the app's basic settings.")
CALLBACK_UNREACHABLE = N_("Meta could not reach our webhook address. It must be public and use HTTPS.")


async def check_account(graph: Graph, credentials: Credentials) -> None:
    """Raises WrongField when the token is bad, cannot see the account, or the account has no such number."""
    query = {"fields": "id", "limit": "100"}
    while True:
        try:
            path = f"{credentials.waba_id}/phone_numbers"
            page = read(await graph.call("GET", path, credentials.access_token, query=query), NumberPage)
        except ProviderError as error:
            if error.failure.code in BAD_TOKEN:
                raise WrongField("access_token", TOKEN_REFUSED, detail=error.detail) from error
            if error.failure.action in (Action.STOP_NUMBER, Action.FIX):
                raise WrongField("waba_id", ACCOUNT_HIDDEN, detail=error.detail) from error
            raise
        if any(number.id == credentials.phone_number_id for number in page.data):
            return
        if not page.after:
            raise WrongField("phone_number_id", NUMBER_ELSEWHERE)
        query["after"] = page.after


async def check_secret(graph: Graph, credentials: Credentials) -> None:
    """Raises WrongField when Graph, which checks the proof whenever one comes, does not believe it."""
    query = {"fields": "id", "appsecret_proof": appsecret_proof(credentials.access_token, credentials.app_secret)}
    try:
        await graph.call("GET", credentials.phone_number_id, credentials.access_token, query=query)
    except ProviderError as error:
        if error.failure.code == INVALID_PARAMETER:
            raise WrongField("app_secret", SECRET_WRONG, detail=error.detail) from error
        raise


async def subscribe(graph: Graph, credentials: Credentials, callback: str | None, verify_token: str) -> None:
    """Ask for the account's webhooks; Meta calls a `callback` at once to verify it."""
    override = {"override_callback_uri": callback, "verify_token": verify_token} if callback else {}
    path = f"{credentials.waba_id}/subscribed_apps"
    await graph.call("POST", path, credentials.access_token, body=encode(override))


async def subscribe_naming_faults(graph: Graph, credentials: Credentials, callback: str | None, verify_token: str) -> None:
    try:
        await subscribe(graph, credentials, callback, verify_token)
    except ProviderError as error:
        if callback and error.failure.code in (UNREACHABLE_CALLBACK, INVALID_PARAMETER):
            raise WrongField("callback", CALLBACK_UNREACHABLE, detail=error.detail) from error
        if error.failure.action is Action.STOP_NUMBER:
            raise WrongField("access_token", TOKEN_LACKS_PERMISSION, detail=error.detail) from error
        raise
