"""Channels: where alerts are told outside of the pages. Where each leads is sealed, and never shown again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from app.access.viewer import Viewer
from app.alerts.kinds import Severity
from app.core import live, mail
from app.core.db import Db
from app.core.i18n import N_
from app.core.secrets import KEY_ID, new_token, seal, unseal
from app.core.statements import statements
from app.settings import settings

TOPIC = "alerts"
CHANGED = "alert_channels_changed"
HINT = 4  # characters of a webhook's address that the list shows

q = statements("alert_channels")

ChannelKind = Literal["email", "slack", "discord", "telegram", "url"]


class Target(msgspec.Struct, frozen=True):
    """What is sealed: addresses of people or of a webhook, or a chat; a bot's token, or the secret that signs."""

    address: str
    secret: str = ""
    server: str = ""

    @property
    def addresses(self) -> list[str]:
        return [each for each in self.address.replace(",", " ").split() if each]


class Channel(msgspec.Struct, frozen=True):
    """`cool_down` in minutes; `error` is an English sentence; `target` is sealed."""

    id: int
    name: str
    kind: ChannelKind
    hint: str
    least: Severity
    kinds: list[str]
    cool_down: int
    enabled: bool
    delivered_at: datetime | None
    failed_at: datetime | None
    error: str
    error_code: int
    target: bytes

    def opened(self, tenant_id: int) -> Target:
        """Raises Unreadable when its key is gone."""
        return msgspec.json.decode(unseal(self.target, settings().encryption_keys, context=context(tenant_id)), type=Target)


class Wish(msgspec.Struct, frozen=True):
    """What the form of every kind sends; an empty address keeps the one there is."""

    name: Annotated[str, Meta(min_length=1, max_length=120)]
    least: Severity = "warning"
    cool_down: Annotated[int, Meta(ge=1, le=1440)] = 15
    kinds: list[str] = []
    enabled: bool = False
    address: Annotated[str, Meta(max_length=2000)] = ""
    secret: Annotated[str, Meta(max_length=200)] = ""
    server: Annotated[str, Meta(max_length=200)] = ""


class Unconfirmed(Exception):
    """An address that somebody here gave as theirs, and has not proven."""

    message = N_(
        "One of these people has not confirmed the address yet. Until they press the link in their mail, nothing goes there."
    )


def context(tenant_id: int) -> str:
    """Sealed bytes open only in the workspace they were made for."""
    return f"alert_channel:{tenant_id}"


async def find(db: Db, channel_id: int) -> Channel:
    return await db.one(q.find, Channel, id=channel_id)


async def all(db: Db) -> list[Channel]:  # noqa: A001 - channel.all reads as it should
    return await db.many(q.oldest_first, Channel)


async def create(db: Db, kind: ChannelKind, wish: Wish, *, by: Viewer) -> tuple[int, str]:
    """Its id, and for a URL the secret that signs what is sent there, for the only time. Raises NoMailServer or Unconfirmed."""
    if kind == "email" and not mail.is_possible():
        raise mail.NoMailServer
    await _confirmed(db, kind, wish)
    signs = new_token("rcs_") if kind == "url" else ""
    target = Target(wish.address, signs or wish.secret, wish.server)
    made = await db.value(q.create, kind=kind, by=by.id, **_columns(db, kind, wish, target))
    await live.announce(db, TOPIC, CHANGED)
    return made, signs


async def change(db: Db, channel: Channel, wish: Wish) -> None:
    """What the form leaves empty of its target stays. Raises Unconfirmed."""
    await _confirmed(db, channel.kind, wish)
    known = channel.opened(db.tenant_id or 0)
    target = Target(wish.address or known.address, wish.secret or known.secret, wish.server or known.server)
    await db.run(q.change, id=channel.id, **_columns(db, channel.kind, wish, target))
    await live.announce(db, TOPIC, CHANGED)


async def unconfirmed(db: Db, target: Target) -> list[str]:
    """Those of its addresses to which nothing is mailed."""
    return [row["email"] for row in await db.rows(q.unconfirmed, addresses=[each.lower() for each in target.addresses])]


async def _confirmed(db: Db, kind: ChannelKind, wish: Wish) -> None:
    if kind == "email" and await unconfirmed(db, Target(wish.address)):
        raise Unconfirmed


async def delete(db: Db, channel: Channel) -> None:
    await db.run(q.delete, id=channel.id)
    await live.announce(db, TOPIC, CHANGED)


async def note_delivery(db: Db, channel: Channel, error: str, code: int) -> None:
    await db.run(q.note_delivery, id=channel.id, error=error, code=code)
    await live.announce(db, TOPIC, CHANGED)


async def reseal(door: Db) -> None:
    """Seals with the newest key what an older one sealed. Needs the platform's door."""
    keys = settings().encryption_keys
    newest = seal("", keys, context="")[:KEY_ID]
    for row in await door.rows(q.sealed_everywhere):
        if row["target"][:KEY_ID] != newest:
            name = context(row["tenant_id"])
            await door.run(q.reseal, id=row["id"], target=seal(unseal(row["target"], keys, context=name), keys, context=name))


def hint_of(kind: ChannelKind, target: Target) -> str:
    """What people may see of it: enough to tell two apart."""
    match kind:
        case "email":
            return ", ".join(target.addresses)
        case "telegram":
            return target.address
        case _:
            return f"{urlsplit(target.address).hostname} …{target.address[-HINT:]}"


def _columns(db: Db, kind: ChannelKind, wish: Wish, target: Target) -> dict[str, object]:
    sealed = seal(msgspec.json.encode(target).decode(), settings().encryption_keys, context=context(db.tenant_id or 0))
    kinds: Sequence[str] = sorted(set(wish.kinds))
    return {
        "name": wish.name, "target": sealed, "hint": hint_of(kind, target), "least": wish.least, "kinds": kinds,
        "cool_down": wish.cool_down, "enabled": wish.enabled,
    }  # fmt: skip
