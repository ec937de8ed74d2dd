"""The same news in the words of each service: Slack's blocks, Discord's embeds, Telegram's message, a letter, signed JSON.

No names, numbers or texts of people: ids, counts and a link.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime
from typing import Any, Literal

import msgspec

from app.accounts.letter import Words
from app.alerts.kinds import SEVERITIES
from app.core.i18n import N_, gettext

OVER, OPEN_IN = N_("Over"), N_("Open in Recado")

Event = Literal["opened", "resolved", "test"]

# Discord's own colours of danger, warning and success, as the integer that it asks for.
COLOURS = {"critical": 0xED4245, "warning": 0xFEE75C, "info": 0x5865F2, "resolved": 0x57F287}
TELEGRAM_TEXT, DISCORD_TITLE = 4096, 256  # characters that they take


class News(msgspec.Struct, frozen=True):
    """Sentences in the workspace's language. A test has no alert."""

    event: Event
    title: str
    advice: str
    severity: str
    url: str
    kind: str = ""
    subject: str = ""
    key: str = ""
    alert_id: int = 0
    times: int = 1
    first_at: datetime | None = None
    last_at: datetime | None = None

    @property
    def head(self) -> str:
        """What stands first, and alone on a locked phone."""
        if self.event == "test":
            return self.title
        mark = gettext(OVER) if self.event == "resolved" else gettext(SEVERITIES[self.severity])
        return f"{mark}: {self.title}"


def slack(news: News) -> dict[str, Any]:
    """An incoming webhook: the text is for notifications, the blocks are what one reads."""
    words = f"*{_slack_text(news.head)}*\n{_slack_text(news.advice)}".rstrip()
    link = f"<{news.url}|{_slack_text(gettext(OPEN_IN))}>"
    blocks = [
        {"type": "section", "text": {"type": "mrkdwn", "text": words}},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": link}]},
    ]
    return {"text": _slack_text(news.head), "blocks": blocks}


def discord(news: News) -> dict[str, Any]:
    embed: dict[str, Any] = {
        "title": news.head[:DISCORD_TITLE], "description": news.advice, "url": news.url,
        "color": COLOURS["resolved" if news.event == "resolved" else news.severity],
    }  # fmt: skip
    if news.last_at:
        embed["timestamp"] = news.last_at.isoformat()
    return {"embeds": [embed], "allowed_mentions": {"parse": []}}


def telegram(news: News, chat: str) -> dict[str, Any]:
    """sendMessage without a parse mode, so that nothing in it has to be escaped."""
    return {"chat_id": chat, "text": plain(news)[:TELEGRAM_TEXT], "link_preview_options": {"is_disabled": True}}


def plain(news: News) -> str:
    """For Telegram."""
    return "\n\n".join(part for part in (news.head, news.advice, news.url) if part)


def mailed(news: News) -> Words:
    return Words(news.head, [news.advice] if news.advice else [], action=gettext(OPEN_IN), url=news.url)


def signed(news: News, secret: str, at: int) -> tuple[bytes, dict[str, str]]:
    """JSON for a program, and the header that proves who sent it: HMAC-SHA256 of time, dot and body."""
    about = {"type": news.subject, "id": news.key}
    alert = {
        "id": news.alert_id, "kind": news.kind, "severity": news.severity, "subject": about, "title": news.title,
        "advice": news.advice, "times": news.times, "first_at": news.first_at, "last_at": news.last_at, "url": news.url,
    }  # fmt: skip
    body = msgspec.json.encode({"event": f"alert.{news.event}", "alert": alert})
    proof = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return body, {"X-Recado-Signature": f"t={at},v1={proof}"}


def _slack_text(text: str) -> str:
    # Slack's three control characters; everything else is taken as it is.
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
