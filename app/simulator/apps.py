"""What belongs to an app, not to a number: its token, its webhook address, the dialog in which a business shares numbers."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from html import escape
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec

from app.simulator import webhooks
from app.simulator.access import Access, access_from, token_for
from app.simulator.errors import GraphError, NodeError, unknown
from app.simulator.http import Answer, Request, html_answer, json_answer
from app.simulator.ids import mint
from app.simulator.state import Connection, World

SCOPES = ["whatsapp_business_management", "whatsapp_business_messaging"]
DIALOG = "/dialog/oauth"
EXCHANGE = "/oauth/access_token"
HOSTED = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Simulated sign-up</title>
<h1>{name} asks for a WhatsApp number</h1><p>In place of Meta's dialog.</p>
<p><a id="share" href="{share}">Share a new number</a></p><p><a id="cancel" href="{cancel}">Cancel</a></p></html>"""


class Consent(msgspec.Struct, frozen=True):
    """What a code of the dialog stands for."""

    app_id: str
    redirect_uri: str


def dialog(request: Request) -> Answer:
    """The page to which a browser is sent; both of its links lead back."""
    asked = request.query()
    back, state = asked.get("redirect_uri", ""), asked.get("state", "")
    if not asked.get("client_id") or not back.startswith(("http://", "https://")):
        raise NodeError(100, "Invalid parameter: client_id and redirect_uri are required.")
    consent = msgspec.json.encode(Consent(asked["client_id"], back))
    code = urlsafe_b64encode(consent).decode().rstrip("=")
    share = f"{back}?{urlencode({'code': code, 'state': state})}"
    refused = {"error": "access_denied", "error_description": "Permissions error", "state": state}
    return html_answer(
        HOSTED.format(name=escape(asked["client_id"]), share=escape(share), cancel=escape(f"{back}?{urlencode(refused)}"))
    )


def exchange(world: World, request: Request) -> Answer:
    """The code becomes a token, and a number that nobody has registered yet."""
    asked = request.query()
    try:
        packed = asked.get("code", "")
        consent = msgspec.json.decode(urlsafe_b64decode(packed + "=" * (-len(packed) % 4)), type=Consent)
    except (NotBase64, ValueError, msgspec.DecodeError) as broken:
        raise NodeError(100, "Invalid verification code format.") from broken
    if (consent.app_id, consent.redirect_uri) != (asked.get("client_id"), asked.get("redirect_uri")):
        raise NodeError(100, "Error validating verification code. Please make sure your redirect_uri is identical.")
    home = urlsplit(consent.redirect_uri)
    connection = Connection(
        webhook_url=f"{home.scheme}://{home.netloc}/intake/meta", app_secret=asked.get("client_secret", ""),
        app_id=consent.app_id, registered=False,
    )  # fmt: skip
    world.add_number(connection)
    return json_answer({"access_token": token_for(connection), "token_type": "bearer"})


def debug_token(found: Access, request: Request) -> Answer:
    """Of the token that is asked about, which may be the asker's own."""
    try:
        asked = access_from(request.query().get("input_token") or found.token)
    except NodeError as refusal:
        said = {"code": refusal.code, "message": refusal.message, "subcode": refusal.subcode or 0}
        return json_answer({"data": {"is_valid": False, "error": said, "scopes": []}})
    home = asked.home
    scopes = home.scopes if home and home.scopes else SCOPES
    granted = [{"scope": scope, "target_ids": [home.waba_id]} if home else {"scope": scope} for scope in scopes]
    data = {
        "is_valid": True, "type": "SYSTEM_USER", "application": "Recado", "app_id": home.app_id if home else "",
        "scopes": scopes, "granular_scopes": granted, "expires_at": home.expires_at if home else 0, "data_access_expires_at": 0,
    }  # fmt: skip
    return json_answer({"data": data})


async def answer(world: World, found: Access, request: Request) -> Answer:
    """What is asked with an app's own token."""
    _, _, node, *edges = request.path.split("/")
    secrets = {each.connection.app_secret for each in world.numbers.values() if each.connection.app_id == found.app}
    if not secrets:
        raise NodeError(190, "Error validating application. Application does not exist.")
    if found.token.partition("|")[2] not in secrets:
        raise NodeError(190, "Error validating client secret.")
    if node == "debug_token":
        return debug_token(found, request)
    if node != found.app:
        raise unknown(request.method, node)
    if edges == ["subscriptions"]:
        return await subscriptions(world, found.app, request)
    return json_answer({"id": found.app, "name": "Recado"})


async def subscriptions(world: World, app_id: str, request: Request) -> Answer:
    if request.method == "GET":
        hook = world.hooks.get(app_id)
        return json_answer({"data": [hook] if hook else []})
    wanted: dict[str, Any] = request.json()
    url = str(wanted.get("callback_url") or "")
    wrong = await webhooks.verify(world, url, str(wanted.get("verify_token", "")), mint("108"))
    if wrong:
        raise GraphError(2200, f"Callback verification failed with the following errors: {wrong}")
    fields = [{"name": name, "version": "v25.0"} for name in str(wanted.get("fields", "")).split(",") if name]
    world.hooks[app_id] = {"object": "whatsapp_business_account", "callback_url": url, "active": True, "fields": fields}
    for number in world.numbers.values():
        if number.connection.app_id == app_id:
            number.connection.webhook_url = url
    return json_answer({"success": True})
