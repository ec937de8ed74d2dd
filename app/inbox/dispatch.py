"""Answers on their way out: claimed, handed over once, and what became of them written down.

Nothing is sent twice: a repeated job finds its message claimed, and an unknown outcome waits for a webhook or a person.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec

from app.contacts import consent, identities
from app.contacts.consent import REFUSED_MARKETING, Said
from app.contacts.identities import Sender
from app.core import files, live
from app.core.clock import now
from app.core.db import Db, Tenant
from app.core.jobs import job
from app.core.outbound import NotSent, OutcomeUnknown
from app.core.statements import statements
from app.inbox.conversation import CHANGED, TOPIC
from app.inbox.message import CONFIRMED_WITHIN
from app.numbers import credentials, pacing
from app.numbers.provider import provider
from app.whatsapp import outgoing
from app.whatsapp.contract import Credentials
from app.whatsapp.errors import Action, ProviderError
from app.whatsapp.template_sending import raw_template

LEASE = timedelta(minutes=1)  # a call takes 8 seconds at most, an upload 60
# Before the next attempt of what certainly has not left; then it counts as failed.
WAITS = (timedelta(seconds=2), timedelta(seconds=6), timedelta(seconds=20), timedelta(minutes=1))
AGAIN = (Action.RETRY, Action.SLOW_NUMBER, Action.DELAY_PERSON)

q = statements("messages")


class Claimed(msgspec.Struct, frozen=True):
    id: int
    conversation_id: int
    kind: str
    text: str
    payload: dict[str, Any]
    file_id: int | None
    quoted: str | None
    number_id: int
    contact_id: int
    address: str | None


class Outcome(msgspec.Struct, frozen=True):
    """`pending` means that it has not left and is tried again."""

    status: str
    wamid: str | None = None
    wa_id: str | None = None
    code: int | None = None
    detail: str = ""
    wait: timedelta = timedelta()


@job(queue="chat")
async def deliver(tenant: Tenant, *, message_id: int, attempt: int = 0) -> None:
    """One attempt of one message. No transaction is open during the call."""
    async with tenant.tx() as db:
        claimed = await db.maybe(q.claim, Claimed, id=message_id, lease=LEASE)
        if claimed is None:
            await _lost_track(db, message_id)
            return
        wait = await pacing.turn(db, claimed.number_id, claimed.contact_id, begins=claimed.kind == "template")
        if wait > 0:
            await db.run(q.release, id=claimed.id)
            await deliver.later(db, at=now() + timedelta(seconds=wait), message_id=claimed.id, attempt=attempt)
            return
        key = await credentials.of_number(db, claimed.number_id)
    outcome = await _hand_over(tenant, key, claimed)
    async with tenant.tx() as db:
        if outcome.status == "pending" and attempt < len(WAITS):
            await db.run(q.release, id=claimed.id)
            due = now() + max(WAITS[attempt], outcome.wait)
            await deliver.later(db, at=due, message_id=claimed.id, attempt=attempt + 1)
        else:
            await _settle(db, claimed, outcome)


async def _hand_over(tenant: Tenant, key: Credentials, claimed: Claimed) -> Outcome:
    """Never raises what a provider or a network can do."""
    try:
        sent = await provider().send(key, await _body(tenant, key, claimed))
    except NotSent as problem:
        return Outcome("pending", detail=str(problem))
    except OutcomeUnknown as problem:
        return Outcome("uncertain", detail=str(problem))
    except ProviderError as refusal:
        failure = refusal.failure
        status = "pending" if failure.action in AGAIN else "failed"
        return Outcome(status, code=failure.code, detail=refusal.detail, wait=timedelta(seconds=failure.wait))
    return Outcome("sent", sent.wamid, sent.wa_id)


async def _body(tenant: Tenant, key: Credentials, claimed: Claimed) -> bytes:
    to, callback = claimed.address or "", f"m:{claimed.id}"
    if claimed.kind == "template":
        return raw_template(to, claimed.payload["request"], callback=callback)
    if claimed.file_id is None:
        return outgoing.text(to, claimed.text, callback=callback, reply_to=claimed.quoted)
    file = outgoing.File(
        id=await _uploaded(tenant, key, claimed),
        caption=claimed.text or None if claimed.kind != "audio" else None,
        filename=claimed.payload["filename"] if claimed.kind == "document" else None,
    )
    return outgoing.media(to, claimed.kind, file, callback=callback, reply_to=claimed.quoted)  # type: ignore[arg-type]


async def _uploaded(tenant: Tenant, key: Credentials, claimed: Claimed) -> str:
    """The file's id at WhatsApp. An upload is not a message yet, so one of unknown outcome may be repeated."""
    if "media_id" in claimed.payload:
        return str(claimed.payload["media_id"])
    async with tenant.tx() as db:
        content = await files.read(db, claimed.file_id or 0)
    mime, filename = claimed.payload["mime"], claimed.payload["filename"]
    try:
        media_id = await provider().upload(key, content, mime_type=mime, filename=filename)
    except OutcomeUnknown as problem:
        raise NotSent(str(problem)) from problem
    async with tenant.tx() as db:
        await db.run(q.keep_upload, id=claimed.id, media_id=media_id)
    return media_id


async def _settle(db: Db, claimed: Claimed, outcome: Outcome) -> None:
    status = "failed" if outcome.status == "pending" else outcome.status
    detail = outcome.detail[:500]
    await db.run(q.settle, id=claimed.id, status=status, wamid=outcome.wamid, code=outcome.code, detail=detail)
    if outcome.wa_id and claimed.address and claimed.address != f"+{outcome.wa_id}":
        # Where the answer will come from: in Brazil and Mexico these digits are not those that were dialled.
        await identities.resolve(db, [Sender(phone=claimed.address, wa_id=outcome.wa_id)])
    if outcome.code == REFUSED_MARKETING:
        await consent.refused_marketing(db, [Said(claimed.contact_id, text=detail)])
    if status == "uncertain":
        await offer_again.later(db, at=now() + CONFIRMED_WITHIN, message_id=claimed.id)
    await _announce(db, claimed.conversation_id, claimed.id)


async def _lost_track(db: Db, message_id: int) -> None:
    """A job that comes back to its own claim died in the call, so the outcome is unknown."""
    conversation_id = await db.value(q.left_sending, id=message_id)
    if conversation_id is not None:
        await offer_again.later(db, at=now() + CONFIRMED_WITHIN, message_id=message_id)
        await _announce(db, conversation_id, message_id)


@job(queue="chat", priority=-1)
async def offer_again(tenant: Tenant, *, message_id: int) -> None:
    """Nobody has confirmed it in time: the bubble now offers to send it again."""
    async with tenant.tx() as db:
        conversation_id = await db.value(q.still_uncertain, id=message_id)
        if conversation_id is not None:
            await _announce(db, conversation_id, message_id)


async def _announce(db: Db, conversation_id: int, message_id: int) -> None:
    await live.announce(db, f"conversation:{conversation_id}", "message_changed", message_id)
    await live.announce(db, TOPIC, CHANGED)
