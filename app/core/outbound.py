"""The one door to other people's servers: an HTTP client, and a truthful word on what became of a request."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport

CONNECT_SECONDS = 3.0
ANSWER_SECONDS = 8.0  # between two reads: Meta answers a send in well under one second
TRANSFER_SECONDS = 60.0  # the same for files, which are up to 100 MB
TURN_SECONDS = 5.0  # to be given a connection when all of them are busy
IDLE_SECONDS = 10.0  # shorter than servers keep an idle connection, or they close it under a request and its outcome is unknown
CONNECTIONS = 200


class NotSent(Exception):
    """Nothing has left this machine (refused, no such host, no connection in time): repeating is safe."""


class OutcomeUnknown(Exception):
    """The request was written and no answer can be read: it may have been carried out, so never repeat it blindly."""


@asynccontextmanager
async def open_client(*, connections: int = CONNECTIONS) -> AsyncIterator[httpx.AsyncClient]:
    """The client of this event loop: keep-alive, at most `connections` at once, no cookies, no redirects.

    Time-outs are in seconds and can be set on each request; a session of aiohttp belongs to the loop it was opened in.
    """
    connector = aiohttp.TCPConnector(limit=connections, keepalive_timeout=IDLE_SECONDS, ssl=httpx.create_ssl_context())
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:
        timeout = httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS, pool=TURN_SECONDS)
        async with httpx.AsyncClient(transport=AiohttpTransport(client=session), timeout=timeout) as client:
            yield client


async def exchange(client: httpx.AsyncClient, request: httpx.Request, *, stream: bool = False) -> httpx.Response:
    """Send a request and give its response, whatever the status; with `stream` the caller reads and closes the body.

    Raises NotSent or OutcomeUnknown. A cancelled exchange raises CancelledError, and its outcome is unknown as well.
    """
    try:
        return await client.send(request, stream=stream)
    except (httpx.TransportError, aiohttp.ClientError) as error:
        reason = f"{request.method} {request.url.host}: {error.__cause__ or error!r}"
        raise (NotSent if never_left(error) else OutcomeUnknown)(reason) from error


def never_left(error: Exception) -> bool:
    # httpx-aiohttp calls almost every lost connection a ConnectTimeout, also those lost after the request was written;
    # only aiohttp's own exception underneath tells them apart.
    if isinstance(error, httpx.UnsupportedProtocol | httpx.LocalProtocolError):
        return True
    return isinstance(error.__cause__, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError)
