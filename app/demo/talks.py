"""The conversations of the story, as rows: as if they had been received and sent."""

from __future__ import annotations

import io
import math
import wave
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import uuid4

import msgspec
from psycopg.types.json import Jsonb

from app.core import files
from app.core.clock import now
from app.core.db import Db
from app.core.statements import statements
from app.demo.story import HERE, Conversation, Line, story

RATE = 8000  # samples of sound in a second
BREATH = 4  # seconds

Row = dict[str, Any]

q = statements("demo")


async def tell(
    db: Db, number_id: int, contacts: Mapping[str, int], *, members: Mapping[str, int], teams: Mapping[str, int]
) -> set[int]:
    """Answers the contacts who have a conversation now."""
    talks = story().conversations
    opened = [
        {
            "contact_id": contacts[talk.person], "status": talk.status, "assignee_id": members.get(talk.assignee),
            "team_id": teams.get(talk.team), "unread": talk.unread, "at": _moment(talk.lines[0]),
        }
        for talk in talks
    ]  # fmt: skip
    ids = await open_conversations(db, number_id, opened)
    rows: list[Row] = []
    for talk in talks:
        rows += await _rows(db, ids[contacts[talk.person]], talk, members)
    await write(db, rows)
    labelled = [(contacts[talk.person], label) for talk in talks for label in talk.labels]
    await db.run(q.label_people, contact_ids=[pair[0] for pair in labelled], names=[pair[1] for pair in labelled])
    return set(ids)


async def open_conversations(db: Db, number_id: int, opened: Sequence[Row]) -> dict[int, int]:
    """Contact to conversation."""
    made = await db.rows(q.conversations, number_id=number_id, conversations=Jsonb(msgspec.to_builtins(opened)))
    return {row["contact_id"]: row["id"] for row in made}


async def write(db: Db, rows: Sequence[Row]) -> None:
    await db.run(q.messages, messages=Jsonb(msgspec.to_builtins(rows)))


def row(conversation_id: int, way: str, text: str, at: datetime, **more: Any) -> Row:
    """One message, with what it does not say left empty."""
    plain: Row = {
        "kind": "text", "payload": {}, "file_id": None, "quoted": None, "reaction_theirs": "", "reaction_ours": "",
        "status": "read", "error_code": None, "author_id": None,
    }  # fmt: skip
    own = {"conversation_id": conversation_id, "direction": way, "text": text, "at": at, "public_id": str(uuid4())}
    wamid = f"wamid.demo-{own['public_id']}" if way in ("in", "out") else None
    return plain | own | {"wamid": wamid} | more


async def _rows(db: Db, conversation_id: int, talk: Conversation, members: Mapping[str, int]) -> list[Row]:
    rows: list[Row] = []
    for line in talk.lines:
        more = line.more
        given = {
            "kind": "note" if line.way == "note" else more.kind, "payload": more.payload, "author_id": members.get(more.by),
            "status": more.status, "error_code": more.error, "reaction_theirs": more.reaction_theirs,
            "reaction_ours": more.reaction_ours, "quoted": rows[more.quotes]["wamid"] if more.quotes is not None else None,
        }  # fmt: skip
        given |= await _file(db, line) | _template(line)
        rows.append(row(conversation_id, line.way, line.text, _moment(line), **given))
    return rows


def _moment(line: Line) -> datetime:
    return now() - timedelta(minutes=line.minutes_ago)


async def _file(db: Db, line: Line) -> Row:
    if line.more.picture:
        content = (HERE / "pictures" / line.more.picture).read_bytes()
        file = await files.store_bytes(db, line.more.picture, "image/jpeg", content)
        return {"kind": "image", "file_id": file.id, "payload": {"mime": "image/jpeg"}}
    if line.more.voice:
        file = await files.store_bytes(db, "voice.wav", "audio/wav", murmur(line.more.voice))
        return {"kind": "audio", "file_id": file.id, "payload": {"mime": "audio/wav", "voice": True}}
    return {}


def _template(line: Line) -> Row:
    found = [template for template in story().templates if template.name == line.more.template]
    if not found:
        return {}
    header = {"kind": "TEXT", "text": found[0].header} if found[0].header else None
    buttons = [{"kind": button.kind, "text": button.text} for button in found[0].buttons]
    return {"kind": "template", "payload": {"header": header, "footer": found[0].footer, "buttons": buttons}}


def murmur(seconds: int) -> bytes:
    """A voice note without words."""
    samples = (_phrase() * seconds)[: RATE * seconds]
    held = io.BytesIO()
    with wave.open(held, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(1)
        sound.setframerate(RATE)
        sound.writeframes(samples)
    return held.getvalue()


@cache
def _phrase() -> bytes:
    """A hum that rises and falls as speech does, a breath long; a minute of it would cost a second."""
    samples = bytearray()
    for n in range(RATE * BREATH):
        at = n / RATE
        pitch = 140 + 30 * math.sin(2.1 * at) + 12 * math.sin(7.3 * at)
        loud = max(0.0, math.sin(9.5 * at)) * (0.55 + 0.45 * math.sin(1.3 * at))
        samples.append(128 + int(52 * loud * math.sin(2 * math.pi * pitch * at)))
    return bytes(samples)
