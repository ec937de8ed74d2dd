"""Media: uploaded, asked for by id, fetched with the token."""

from __future__ import annotations

from email import message_from_bytes
from typing import Any

from app.simulator import inbound
from app.simulator.access import Access, number_of
from app.simulator.errors import GraphError, missing, unknown
from app.simulator.http import Answer, Request, json_answer
from app.simulator.ids import mint
from app.simulator.state import World


def upload(world: World, found: Access, number_id: str, request: Request) -> Answer:
    number_of(world, found, number_id, "POST")
    fields = multipart(request)
    if fields.get("messaging_product", (b"", ""))[0] != b"whatsapp":
        raise missing("messaging_product")
    if "file" not in fields:
        raise missing("file")
    content, mime = fields["file"]
    stated = fields.get("type", (b"", ""))[0].decode() or mime
    if not content:
        raise GraphError(131053, "The file is empty")
    return json_answer({"id": inbound.keep_file(world, content, stated).id})


def multipart(request: Request) -> dict[str, tuple[bytes, str]]:
    """Each field's bytes and content type."""
    head = b"content-type: " + request.header(b"content-type") + b"\r\n\r\n"
    parsed: dict[str, tuple[bytes, str]] = {}
    for part in message_from_bytes(head + request.body).walk():
        name = part.get_param("name", header="content-disposition")
        if isinstance(name, str):
            payload = part.get_payload(decode=True)
            parsed[name] = (payload if isinstance(payload, bytes) else b"", part.get_content_type())
    return parsed


def show(world: World, media_id: str, request: Request) -> Answer:
    file = world.media[media_id]
    return json_answer({
        "messaging_product": "whatsapp", "id": file.id, "mime_type": file.mime, "sha256": file.sha256.hex(),
        "file_size": len(file.content), "url": f"{request.origin}/simulator/media/{file.id}",
    })  # fmt: skip


def fetch(world: World, media_id: str) -> Answer:
    file = world.media.get(media_id)
    if file is None:
        raise unknown("GET", media_id)
    return Answer(file.content, 200, file.mime.encode())


def open_upload(world: World, request: Request) -> Answer:
    session: dict[str, Any] = {"type": request.query().get("file_type", "")}
    upload_id = f"upload:{mint('107')}"
    world.uploads[upload_id] = session
    return json_answer({"id": upload_id})


def take_upload(world: World, upload_id: str, request: Request) -> Answer:
    if upload_id not in world.uploads:
        raise unknown("POST", upload_id)
    return json_answer({"h": f"4::{upload_id.removeprefix('upload:')}:{len(request.body)}"})
