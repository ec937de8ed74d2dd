"""Access tokens. One that the simulator gave out carries its number's whole connection, so it also works after a restart."""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64

import msgspec

from app.simulator import ids
from app.simulator.errors import NodeError, unknown
from app.simulator.http import Request
from app.simulator.state import Account, Connection, Number, World

PREFIX = "EAAsim"
EXPIRED = "EAAsim-expired"


class Access(msgspec.Struct, frozen=True):
    token: str
    home: Connection | None  # None: a hand-made token, which sees everything
    app: str = ""  # of an app's own token, which sees no number


def token_for(connection: Connection) -> str:
    return PREFIX + urlsafe_b64encode(msgspec.json.encode(connection)).decode().rstrip("=")


def access(request: Request, opened: dict[bytes, Access]) -> Access:
    header = request.header(b"authorization")
    found = opened.get(header)
    if found is None:
        query_token = request.query().get("access_token", "") if not header else ""
        found = opened[header] = access_from(header.decode("latin-1").partition(" ")[2].strip() or query_token)
        if query_token:
            del opened[header]
    if b"appsecret_proof" in request.scope["query_string"]:
        check_proof(found, request.query()["appsecret_proof"])
    return found


def access_from(token: str) -> Access:
    if not token:
        raise NodeError(190, "An access token is required to request this resource.")
    if token.startswith(EXPIRED):
        raise NodeError(190, "Error validating access token: Session has expired.", subcode=463)
    if token.partition("|")[0].isdecimal() and "|" in token:
        return Access(token, None, app=token.partition("|")[0])
    if not token.startswith(PREFIX):
        raise NodeError(190, "Invalid OAuth access token - Cannot parse access token")
    return Access(token, home_of(token))


def home_of(token: str) -> Connection | None:
    packed = token.removeprefix(PREFIX)
    try:
        return msgspec.json.decode(urlsafe_b64decode(packed + "=" * (-len(packed) % 4)), type=Connection)
    except (NotBase64, ValueError, msgspec.DecodeError):
        return None


def check_proof(found: Access, proof: str) -> None:
    if found.home is None:
        return
    expected = hmac.new(found.home.app_secret.encode(), found.token.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, proof):
        raise NodeError(100, "Invalid appsecret_proof provided in the API argument", kind="GraphMethodException")


def number_of(world: World, found: Access, number_id: str, method: str = "GET") -> Number:
    number = world.numbers.get(number_id)
    if number is None:
        number = restored(world, found.home, number_id)
    if number is None or not may_see(found, number.account):
        raise unknown(method, number_id)
    return number


def account_of(world: World, found: Access, account_id: str, method: str = "GET") -> Account:
    account = world.accounts.get(account_id)
    if account is None and found.home and found.home.waba_id == account_id:
        account = world.add_number(found.home, subscribed=True).account
    if account is None or not may_see(found, account):
        raise unknown(method, account_id)
    return account


def restored(world: World, home: Connection | None, number_id: str) -> Number | None:
    """A number from before a restart. Whoever holds its token had subscribed, and will not think of doing it again."""
    if home is None or not (number_id == home.phone_number_id or ids.is_minted(number_id, ids.NUMBER)):
        return None
    if number_id == home.phone_number_id:
        return world.add_number(home, subscribed=True)
    sibling = msgspec.structs.replace(home, phone_number_id=number_id, display_phone_number="")
    return world.add_number(sibling, subscribed=True)


def may_see(found: Access, account: Account) -> bool:
    return not found.app and (found.home is None or found.home.waba_id == account.id)
