"""Letters to people: in their language, as plain text and as simple HTML with one button, under the sign of who writes."""

from __future__ import annotations

from typing import Any

import msgspec

from app.core import i18n, mail
from app.core.db import Db
from app.core.i18n import N_, gettext
from app.core.pages import environment
from app.tenants import brand
from app.tenants.brand import Letterhead

FOOT = N_("Recado sends this letter by itself; nobody reads answers to it.")


RECADO = Letterhead()


class Letter(msgspec.Struct, frozen=True):
    """English msgids with `%(…)s` for values. `action` is what the button says, where there is one; `after` stands below it."""

    subject: str
    lines: tuple[str, ...]
    action: str = ""
    after: tuple[str, ...] = ()


class Words(msgspec.Struct, frozen=True):
    """What a letter says, in its reader's language; `points` are a list above the button."""

    subject: str
    lines: list[str] = []
    points: list[str] = []
    action: str = ""
    url: str = ""
    after: list[str] = []


async def post(db: Db, to: str, language: str, letter: Letter, *, url: str = "", **values: Any) -> None:
    """With the caller's transaction, or not at all."""
    if mail.is_possible():
        head = await brand.letterhead(db)
        subject, text, html = written(letter, language, url=url, head=head, **values)
        await mail.send(db, to, subject, text, html=html)


def written(letter: Letter, language: str, *, url: str = "", head: Letterhead = RECADO, **values: Any) -> tuple[str, str, str]:
    """Subject, text and HTML, in this language."""
    with i18n.speaking(language):
        subject, action = gettext(letter.subject) % values, letter.action and gettext(letter.action)
        lines, after = ([gettext(line) % values for line in part] for part in (letter.lines, letter.after))
        return subject, *laid_out(Words(subject, lines, [], action, url, after), head)


def laid_out(words: Words, head: Letterhead) -> tuple[str, str]:
    """Text and HTML, which say the same; for whoever speaks the reader's language already."""
    foot = gettext(FOOT)
    points = ["\n".join(f"- {point}" for point in words.points)] if words.points else []
    button = [f"{words.action}:\n{words.url}"] if words.action else []
    text = "\n\n".join([*words.lines, *points, *button, *words.after, f"--\n{foot}"]) + "\n"
    page = environment().get_template("accounts/letter.html")
    return text, page.render(language=i18n.language(), words=words, foot=foot, head=head)
