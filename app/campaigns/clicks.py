"""Presses of tracked links: where a code leads, whether a person pressed it, and how often."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import quote

import msgspec

from app.campaigns import links, progress
from app.core.db import Db, NotFound, Tenant
from app.core.statements import statements

# Who fetches an address to draw its preview, or to look for malware, has not pressed it.
PREVIEWS = re.compile(
    r"^WhatsApp/|facebookexternalhit|facebot|meta-external|twitterbot|telegrambot|slackbot|discordbot|linkedinbot|skypeuripreview"
    r"|bot\b|crawler|spider|preview|headless|scanner|^(curl|wget|python|java|go-http|okhttp)",
    re.IGNORECASE,
)
UNQUOTED = "%/:=&?~#+!$,;'@()*[]"

q = statements("campaign_links")


class Link(msgspec.Struct, frozen=True):
    """An address of a campaign with its presses, and how many people they are of."""

    id: int
    url: str
    clicks: int
    people: int
    last_at: datetime | None


class Target(msgspec.Struct, frozen=True):
    url: str
    campaign_id: int
    personal: bool


async def follow(code: str, *, counts: bool) -> str:
    """Where it leads. Raises NotFound."""
    tenant_id, link_id, recipient_id = links.decode(code)
    async with Tenant(tenant_id).tx() as db:
        target = await db.one(q.find, Target, link_id=link_id, recipient_id=recipient_id)
        if counts and target.personal and await db.run(q.count, link_id=link_id, recipient_id=recipient_id):
            await progress.announce(db, {target.campaign_id})
    if not target.url.startswith(("https://", "http://")):
        raise NotFound
    return quote(target.url, safe=UNQUOTED)


def is_a_person(headers: Mapping[str, str]) -> bool:
    """As far as one can tell: neither a preview, nor a page fetched before anybody asked for it."""
    early = " ".join(headers.get(name, "") for name in ("sec-purpose", "purpose", "x-purpose"))
    agent = headers.get("user-agent", "")
    return bool(agent) and not PREVIEWS.search(agent) and "prefetch" not in early and "preview" not in early


async def totals(db: Db, campaign_id: int) -> list[Link]:
    """The most pressed first."""
    return await db.many(q.totals, Link, campaign_id=campaign_id)


async def of_recipient(db: Db, recipient_id: int) -> list[Link]:
    return await db.many(q.of_recipient, Link, recipient_id=recipient_id)
