"""One call to Meta's Graph API: its address, its token, and its errors in our words."""

from urllib.parse import urlencode

import httpx
import msgspec
from msgspec import Struct

from app.core.outbound import Client, OutcomeUnknown, exchange, request_to
from app.whatsapp.errors import ProviderError, classify

GRAPH_URL = "https://graph.facebook.com"
GRAPH_VERSION = "v25.0"
TOO_MANY_CALLS = 4  # the code of a 429 that carries none: a proxy's


class ErrorData(Struct, frozen=True):
    details: str = ""


class GraphError(Struct, frozen=True):
    message: str = ""
    code: int | None = None
    error_subcode: int | None = None
    error_user_msg: str = ""
    error_data: ErrorData | str | None = None
    fbtrace_id: str = ""

    @property
    def detail(self) -> str:
        said = self.error_data.details if isinstance(self.error_data, ErrorData) else self.error_data
        return self.error_user_msg or said or self.message


class Refusal(Struct, frozen=True):
    error: GraphError


class Graph:
    """The Graph API at one base URL, over the client of this event loop."""

    def __init__(self, client: Client, url: str = GRAPH_URL) -> None:
        self.client = client
        self.base = f"{url.rstrip('/')}/{GRAPH_VERSION}"

    async def call(
        self, method: str, path: str, token: str, *, query: dict[str, str] | None = None, body: bytes | None = None
    ) -> bytes:
        """The body of a successful answer. Raises NotSent, OutcomeUnknown or ProviderError."""
        url = f"{self.base}/{path}?{urlencode(query)}" if query else f"{self.base}/{path}"
        headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
        return await self.answer(request_to(method, url, headers=headers, content=body))

    async def answer(self, request: httpx.Request) -> bytes:
        response = await exchange(self.client, request)
        if response.is_success:
            return response.content
        raise refusal(response)


def refusal(response: httpx.Response) -> ProviderError | OutcomeUnknown:
    """What an unsuccessful answer means. Meta's code decides; the status only where there is none."""
    try:
        error = msgspec.json.decode(response.content, type=Refusal).error
    except (msgspec.MsgspecError, UnicodeDecodeError):
        error = GraphError(message=response.text[:500])
    if error.code is None and response.is_server_error:
        return OutcomeUnknown(f"HTTP {response.status_code}: {error.message}")
    code = TOO_MANY_CALLS if error.code is None and response.status_code == httpx.codes.TOO_MANY_REQUESTS else error.code
    return ProviderError(classify(code, error.error_subcode), error.detail, trace=error.fbtrace_id)
