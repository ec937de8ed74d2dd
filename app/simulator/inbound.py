"""The person's side: what they write becomes a signed webhook, opens the window, and stays in the talk."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import msgspec

from app.simulator import ids, statuses, webhooks
from app.simulator.samples import FILES, MIMES
from app.simulator.state import Message, Number, Talk, World, clock


class File(msgspec.Struct):
    """A file at WhatsApp."""

    id: str
    content: bytes
    mime: str
    sha256: bytes


def write(
    world: World, number: Number, talk: Talk, message: dict[str, Any], *, name: str = "", context: dict[str, Any] | None = None
) -> Message:
    """`message` is of the webhook's own shape, without id, sender and time."""
    now = clock()
    talk.met, talk.written_at, talk.name = True, now, name or talk.name or ""
    kept = Message(ids.wamid(talk.person, ids.INBOUND), b"", False, now)
    sender = {"from_user_id": talk.person} if talk.is_bsuid else {"from": talk.person}
    told = {**sender, "id": kept.wamid, "timestamp": str(int(now)), **({"context": context} if context else {}), **message}
    kept.raw = msgspec.json.encode(told)
    act(world, message)
    world.keep(number, talk, kept)
    post(world, number, talk, told)
    talk.tell("The person wrote", f"messages · {message.get('type', '')}")
    return kept


def act(world: World, message: dict[str, Any]) -> None:
    """Reactions, edits and deletions change the bubble that they are about."""
    kind = message.get("type", "")
    target = message.get(kind) or {}
    wamid = target.get("message_id") or target.get("original_message_id") if isinstance(target, dict) else None
    known = world.messages.get(wamid or "")
    if known is None:
        return
    if kind == "reaction":
        known[2].reaction = target.get("emoji", "")
    elif kind == "edit":
        known[2].edited = str((target.get("message") or {}).get("text", {}).get("body", ""))
    elif kind == "revoke":
        known[2].revoked = True


def post(world: World, number: Number, talk: Talk, told: dict[str, Any]) -> None:
    if not number.account.subscribed:
        return
    profile = {"name": talk.name or talk.person} | ({"username": talk.username} if talk.username else {})
    person = {"user_id": talk.person} if talk.is_bsuid else {"wa_id": talk.person}
    value = {**statuses.envelope(number), "contacts": [{"profile": profile, **person}], "messages": [told]}
    entry = {"id": number.account.id, "changes": [{"field": "messages", "value": value}]}
    webhooks.post(world, number.messages_url, number.connection.app_secret, [entry], repeat=number.behaviour.repeat)


def sample(world: World, number: Number, kind: str) -> dict[str, Any]:  # noqa: ARG001 - a file belongs to a number at Meta
    """A small file of this kind, and the webhook's part that names it."""
    mime = MIMES[kind]
    file = keep_file(world, FILES[kind](), mime)
    told: dict[str, Any] = {"id": file.id, "mime_type": mime, "sha256": base64.b64encode(file.sha256).decode()}
    if kind == "audio":
        told["voice"] = True
    if kind == "document":
        told["filename"] = "presupuesto.pdf"
    if kind == "sticker":
        told["animated"] = False
    return told


def keep_file(world: World, content: bytes, mime: str) -> File:
    file = File(ids.mint(ids.MEDIA), content, mime, hashlib.sha256(content).digest())
    world.media[file.id] = file
    return file
