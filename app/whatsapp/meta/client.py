"""Meta's Cloud API as a provider."""

import base64
import binascii
from collections.abc import AsyncIterator

import httpx
import msgspec
from msgspec import Struct

from app.core.metrics import sends
from app.core.outbound import TRANSFER_SECONDS, Client, NotSent, OutcomeUnknown, exchange
from app.whatsapp import outgoing
from app.whatsapp.contract import CreatedTemplate, Credentials, Json, MediaFile, NumberInfo, Owner, Sent, TemplateInfo
from app.whatsapp.errors import Action, ProviderError
from app.whatsapp.meta import connecting
from app.whatsapp.meta.graph import GRAPH_URL, Graph, refusal
from app.whatsapp.meta.nodes import NUMBER_FIELDS, TEMPLATE_FIELDS, AccountNode, NumberNode, TemplatePage, read

BAD_CURSOR = 131059
TEMPLATES_PER_PAGE = 100


class Recipient(Struct, frozen=True):
    wa_id: str | None = None
    user_id: str | None = None


class AcceptedMessage(Struct, frozen=True):
    id: str
    message_status: str = "accepted"


class Accepted(Struct, frozen=True):
    messages: list[AcceptedMessage]
    contacts: list[Recipient] = []


class Stored(Struct, frozen=True):
    id: str


class MediaNode(Struct, frozen=True):
    id: str
    url: str
    mime_type: str
    sha256: str | None = None
    file_size: int | str | None = None


class Handle(Struct, frozen=True):
    h: str


ACCEPTED = msgspec.json.Decoder(Accepted)


class Meta:
    """The Provider contract over Graph; `url` is Meta's own, or the simulator's."""

    def __init__(self, client: Client, url: str = GRAPH_URL) -> None:
        self.graph = Graph(client, url)

    async def send(self, credentials: Credentials, message: bytes) -> Sent:
        """Hand over one message. When a failure leaves open whether it was accepted, that is OutcomeUnknown."""
        outcome = "unknown"
        try:
            sent = await self._send(credentials, message)
            outcome = "held" if sent.held else "accepted"
        except NotSent:
            outcome = "not_sent"
            raise
        except ProviderError:
            outcome = "refused"
            raise
        finally:
            sends[credentials.phone_number_id, outcome] += 1
        return sent

    async def _send(self, credentials: Credentials, message: bytes) -> Sent:
        path = f"{credentials.phone_number_id}/messages"
        try:
            accepted = ACCEPTED.decode(await self.graph.call("POST", path, credentials.access_token, body=message))
            first = accepted.messages[0]
        except ProviderError as error:
            if error.failure.outcome_unknown:
                raise OutcomeUnknown(str(error)) from error
            raise
        except (msgspec.MsgspecError, UnicodeDecodeError, IndexError) as error:
            raise OutcomeUnknown(f"accepted, with an answer that cannot be read: {error}") from error
        person = accepted.contacts[0] if accepted.contacts else Recipient()
        return Sent(first.id, person.wa_id or None, person.user_id or None, first.message_status != "accepted")

    async def mark_read(self, credentials: Credentials, wamid: str, *, typing: bool = False) -> None:
        body = outgoing.read_mark(wamid, typing=typing)
        await self.graph.call("POST", f"{credentials.phone_number_id}/messages", credentials.access_token, body=body)

    async def upload(self, credentials: Credentials, content: bytes, *, mime_type: str, filename: str) -> str:
        request = self.graph.client.build_request(
            "POST",
            f"{self.graph.base}/{credentials.phone_number_id}/media",
            data={"messaging_product": "whatsapp", "type": mime_type},
            files={"file": (filename, content, mime_type)},
            headers={"authorization": f"Bearer {credentials.access_token}"},
            timeout=TRANSFER_SECONDS,
        )
        return read(await self.graph.answer(request), Stored).id

    async def media(self, credentials: Credentials, media_id: str) -> MediaFile:
        query = {"phone_number_id": credentials.phone_number_id}
        node = read(await self.graph.call("GET", media_id, credentials.access_token, query=query), MediaNode)
        return MediaFile(node.id, node.url, node.mime_type, hexadecimal(node.sha256), int(node.file_size or 0) or None)

    async def download(self, credentials: Credentials, file: MediaFile) -> AsyncIterator[bytes]:
        request = self.graph.client.build_request(
            "GET", file.url, headers={"authorization": f"Bearer {credentials.access_token}"}, timeout=TRANSFER_SECONDS
        )
        response = await exchange(self.graph.client, request, stream=True)
        try:
            if not response.is_success:
                await response.aread()
                raise refusal(response)
            async for piece in response.aiter_bytes():
                yield piece
        except httpx.TransportError as error:
            raise OutcomeUnknown(f"the file broke off: {error!r}") from error
        finally:
            await response.aclose()

    async def delete_media(self, credentials: Credentials, media_id: str) -> None:
        await self.graph.call("DELETE", media_id, credentials.access_token)

    async def connect(self, credentials: Credentials, *, callback: str | None, verify_token: str) -> NumberInfo:
        """Raises WrongField for access_token, waba_id, phone_number_id, app_secret or callback, whichever fails first."""
        await connecting.check_account(self.graph, credentials)
        await connecting.check_secret(self.graph, credentials)
        await connecting.subscribe_naming_faults(self.graph, credentials, callback, verify_token)
        return await self.number(credentials)

    async def number(self, credentials: Credentials) -> NumberInfo:
        query = {"fields": NUMBER_FIELDS}
        answer = await self.graph.call("GET", credentials.phone_number_id, credentials.access_token, query=query)
        return read(answer, NumberNode).info()

    async def owner(self, credentials: Credentials) -> Owner | None:
        query = {"fields": "owner_business_info"}
        try:
            answer = await self.graph.call("GET", credentials.waba_id, credentials.access_token, query=query)
        except ProviderError as error:
            if error.failure.action in (Action.RETRY, Action.SLOW_NUMBER):
                raise
            return None
        return read(answer, AccountNode).owner_business_info

    async def register(self, credentials: Credentials, pin: str) -> None:
        body = outgoing.encode({"messaging_product": "whatsapp", "pin": pin})
        await self.graph.call("POST", f"{credentials.phone_number_id}/register", credentials.access_token, body=body)

    async def subscribe(self, credentials: Credentials, *, callback: str | None, verify_token: str) -> None:
        await connecting.subscribe(self.graph, credentials, callback, verify_token)

    async def unsubscribe(self, credentials: Credentials) -> None:
        await self.graph.call("DELETE", f"{credentials.waba_id}/subscribed_apps", credentials.access_token)

    async def templates(self, credentials: Credentials) -> list[TemplateInfo]:
        try:
            return await self.all_templates(credentials)
        except ProviderError as error:
            # Graph forgets its cursors when the list changes meanwhile; from the start they are new.
            if error.failure.code != BAD_CURSOR:
                raise
            return await self.all_templates(credentials)

    async def all_templates(self, credentials: Credentials) -> list[TemplateInfo]:
        path, found = f"{credentials.waba_id}/message_templates", []
        query = {"fields": TEMPLATE_FIELDS, "limit": str(TEMPLATES_PER_PAGE)}
        while True:
            page = read(await self.graph.call("GET", path, credentials.access_token, query=query), TemplatePage)
            found += [node.info() for node in page.data]
            if not page.after:
                return found
            query["after"] = page.after

    async def create_template(self, credentials: Credentials, definition: Json) -> CreatedTemplate:
        path, body = f"{credentials.waba_id}/message_templates", outgoing.encode(definition)
        return read(await self.graph.call("POST", path, credentials.access_token, body=body), CreatedTemplate)

    async def edit_template(self, credentials: Credentials, template_id: str, definition: Json) -> None:
        await self.graph.call("POST", template_id, credentials.access_token, body=outgoing.encode(definition))

    async def delete_template(self, credentials: Credentials, name: str, *, template_id: str | None = None) -> None:
        query = {"name": name} | ({"hsm_id": template_id} if template_id else {})
        await self.graph.call("DELETE", f"{credentials.waba_id}/message_templates", credentials.access_token, query=query)

    async def upload_sample(
        self, credentials: Credentials, content: bytes, *, mime_type: str, filename: str, app_id: str
    ) -> str:
        about = {"file_name": filename, "file_length": str(len(content)), "file_type": mime_type}
        opened = read(await self.graph.call("POST", f"{app_id}/uploads", credentials.access_token, query=about), Stored)
        request = self.graph.client.build_request(
            "POST",
            f"{self.graph.base}/{opened.id}",
            content=content,
            headers={"authorization": f"OAuth {credentials.access_token}", "file_offset": "0"},
            timeout=TRANSFER_SECONDS,
        )
        return read(await self.graph.answer(request), Handle).h


def hexadecimal(digest: str | None) -> str | None:
    """Graph gives digests in hex, webhooks in base64: hex from either."""
    if digest is None or len(digest) == 64:
        return digest
    try:
        return base64.b64decode(digest, validate=True).hex()
    except binascii.Error:
        return None
