"""Mail: handed to an SMTP server, or in development put into a mailbox folder that /dev/mailbox shows.

The standard library's client in a thread: mails are few, and it brings STARTTLS, implicit TLS and authentication.
"""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid, parseaddr
from pathlib import Path
from urllib.parse import unquote, urlsplit

import msgspec

from app.core.clock import now
from app.core.db import Db
from app.core.i18n import N_
from app.core.jobs import platform_job
from app.core.secrets import new_token, seal, unseal
from app.settings import settings

ANSWERS_WITHIN = 20.0  # seconds
PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}
KEPT = 200  # mails in development's mailbox
SEALED_FOR = "mail"


class NoMailServer(Exception):
    """Nobody has said where mails are handed over."""

    message = N_("This installation sends no mail yet: its operator has to set RECADO_SMTP_URL.")


class Refused(Exception):
    """The mail server did not take it. `again` says whether it may take it later."""

    message = N_("The mail server did not take the mail.")

    def __init__(self, code: int, *, again: bool) -> None:
        super().__init__(code)
        self.again = again


class Letter(msgspec.Struct, frozen=True):
    to: list[str]
    subject: str
    text: str
    html: str = ""


class Received(msgspec.Struct, frozen=True):
    """One that lies in development's mailbox."""

    to: str
    subject: str
    text: str
    at: datetime
    html: str = ""


async def send(db: Db, to: str | Sequence[str], subject: str, text: str, *, html: str = "") -> None:
    """In the caller's transaction: no commit, no mail. Sealed, because the queue and its log must not show who is told what."""
    letter = Letter([to] if isinstance(to, str) else list(to), subject, text, html)
    sealed = seal(msgspec.json.encode(letter).decode(), settings().encryption_keys, context=SEALED_FOR)
    await hand_over.later(db, sealed=b64encode(sealed).decode())


@platform_job(queue="webhooks")
async def hand_over(*, sealed: str) -> None:
    opened = unseal(b64decode(sealed), settings().encryption_keys, context=SEALED_FOR)
    await deliver(msgspec.json.decode(opened, type=Letter))


async def deliver(letter: Letter) -> None:
    """Now. Raises NoMailServer or Refused."""
    if settings().smtp_url:
        await asyncio.to_thread(_by_smtp, _message(letter))
    elif settings().production:
        raise NoMailServer
    else:
        await asyncio.to_thread(_keep, _message(letter))


def is_possible() -> bool:
    return bool(settings().smtp_url) or not settings().production


def is_kept() -> bool:
    """Whether letters lie in the mailbox, because nobody sends them."""
    return not settings().smtp_url and not settings().production


def mailbox() -> list[Received]:
    """What development sent, the newest first."""
    found = []
    for path in sorted(_folder().glob("*.json"), reverse=True)[:KEPT]:
        found.append(msgspec.json.decode(path.read_bytes(), type=Received))
    return found


def _message(letter: Letter) -> EmailMessage:
    message = EmailMessage()
    message["From"] = settings().mail_from
    message["To"] = ", ".join(letter.to)
    message["Subject"] = " ".join(letter.subject.split())
    message["Date"] = format_datetime(now())
    message["Message-ID"] = make_msgid(domain=parseaddr(settings().mail_from)[1].rpartition("@")[2] or None)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    if letter.html:
        message.add_alternative(letter.html, subtype="html")
    return message


def _by_smtp(message: EmailMessage) -> None:
    url = urlsplit(settings().smtp_url)
    host, port, secure = url.hostname or "", url.port or PORTS[url.scheme], ssl.create_default_context()
    try:
        with (
            smtplib.SMTP_SSL(host, port, timeout=ANSWERS_WITHIN, context=secure)
            if url.scheme == "smtps" else smtplib.SMTP(host, port, timeout=ANSWERS_WITHIN)
        ) as server:  # fmt: skip
            if url.scheme == "smtp+starttls":
                server.starttls(context=secure)
            if url.username:
                server.login(unquote(url.username), unquote(url.password or ""))
            server.send_message(message)
    except smtplib.SMTPRecipientsRefused as problem:
        codes = [code for code, _ in problem.recipients.values()]
        raise Refused(min(codes), again=min(codes) < 500) from None
    except smtplib.SMTPResponseException as problem:
        raise Refused(problem.smtp_code, again=problem.smtp_code < 500) from None
    except (smtplib.SMTPException, OSError):
        raise Refused(0, again=True) from None


def _keep(message: EmailMessage) -> None:
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    text, html = (body.get_content() if (body := message.get_body((kind,))) else "" for kind in ("plain", "html"))
    received = Received(str(message["To"]), str(message["Subject"]), text, now(), html)
    path = folder / f"{received.at:%Y%m%dT%H%M%S%f}-{new_token()[:6]}.json"
    # Whole or not there: somebody may be reading the folder.
    part = path.with_suffix(".part")
    part.write_bytes(msgspec.json.encode(received))
    part.rename(path)
    for old in sorted(folder.glob("*.json"), reverse=True)[KEPT:]:
        old.unlink(missing_ok=True)


def _folder() -> Path:
    return settings().home / "mailbox"
