"""The one door to other people's servers: an HTTP client, and a truthful word on what became of a request."""

import ipaddress
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import lru_cache

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport

CONNECT_SECONDS = 3.0
ANSWER_SECONDS = 8.0  # between two reads: Meta answers a send in well under one second
TRANSFER_SECONDS = 60.0  # the same for files, which are up to 100 MB
TURN_SECONDS = 5.0  # to be given a connection when all of them are busy
IDLE_SECONDS = 10.0  # shorter than servers keep an idle connection, or they close it under a request and its outcome is unknown
CONNECTIONS = 200
NAT64 = ipaddress.ip_network("64:ff9b::/96")  # would be turned into any IPv4 address, private ones too


class NotSent(Exception):
    """Nothing has left this machine (refused, no such host, no connection in time): repeating is safe."""


class OutcomeUnknown(Exception):
    """The request was written and no answer can be read: it may have been carried out, so never repeat it blindly."""


TIMEOUT = httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS, pool=TURN_SECONDS)
EXTENSIONS = {"timeout": TIMEOUT.as_dict()}

address = lru_cache(maxsize=1024)(httpx.URL)  # parsing one costs a tenth of a send


class Client(httpx.AsyncClient):
    """An httpx client whose transport can be reached: its own send() takes half of the time of a request."""

    def __init__(self, transport: AiohttpTransport) -> None:
        super().__init__(transport=transport, timeout=TIMEOUT)
        self.wire = transport


class PublicOnly(aiohttp.ThreadedResolver):
    """Looks at the very addresses that are connected to, so that no name can lead into our own network afterwards."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[aiohttp.abc.ResolveResult]:
        found = await super().resolve(host, port, family)
        if not all(is_public(each["host"]) for each in found):
            raise OSError(f"{host} is not on the public network")
        return found


def is_public(host: str) -> bool:
    """Whether an address is one of the open internet. A name is not one: PublicOnly looks where it leads."""
    address = ipaddress.ip_address(host)
    inside = getattr(address, "ipv4_mapped", None) or address
    return inside.is_global and not inside.is_multicast and inside not in NAT64


def new_client(*, connections: int = CONNECTIONS, public_only: bool = False) -> Client:
    """A client with keep-alive, at most `connections` at once, no cookies and no redirects; time-outs are in seconds.

    Its connections belong to the event loop of the first request, and close with `aclose()`. With `public_only` names
    that lead into a private network are refused; addresses written as such are the caller's to check.
    """

    def session() -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            limit=connections, keepalive_timeout=IDLE_SECONDS, ssl=transport.ssl_context,
            resolver=PublicOnly() if public_only else None,
        )  # fmt: skip
        return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())

    transport = AiohttpTransport(client=session)
    return Client(transport)


@asynccontextmanager
async def open_client(*, connections: int = CONNECTIONS, public_only: bool = False) -> AsyncIterator[Client]:
    """A client for the length of the block."""
    async with new_client(connections=connections, public_only=public_only) as client:
        yield client


def request_to(method: str, url: str, *, headers: dict[str, str], content: bytes | None = None) -> httpx.Request:
    """A plain request, four times as fast as the client's build_request, which serves files and other time-outs."""
    return httpx.Request(method, address(url), headers=headers, content=content, extensions=EXTENSIONS)


async def exchange(client: Client, request: httpx.Request, *, stream: bool = False) -> httpx.Response:
    """Send a request and give its response, whatever the status; with `stream` the caller reads and closes the body.

    Raises NotSent or OutcomeUnknown. A cancelled exchange raises CancelledError, and its outcome is unknown as well.
    """
    try:
        response = await client.wire.handle_async_request(request)
        if not stream:
            await read_whole(response)
    except (httpx.TransportError, aiohttp.ClientError) as error:
        reason = f"{request.method} {request.url.host}: {error.__cause__ or error!r}"
        raise (NotSent if never_left(error) else OutcomeUnknown)(reason) from error
    return response


async def read_whole(response: httpx.Response) -> None:
    try:
        await response.aread()
    finally:
        await response.aclose()


def never_left(error: Exception) -> bool:
    # httpx-aiohttp calls almost every lost connection a ConnectTimeout, also those lost after the request was written;
    # only aiohttp's own exception underneath tells them apart.
    if isinstance(error, httpx.UnsupportedProtocol | httpx.LocalProtocolError):
        return True
    return isinstance(error.__cause__, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError)
