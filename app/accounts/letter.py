"""Letters to people about their account: in their language, as plain text and as simple HTML with one button."""

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


async def post(db: Db, to: str, language: str, letter: Letter, *, url: str = "", **values: Any) -> None:
    """With the caller's transaction, or not at all."""
    if mail.is_possible():
        head = await brand.letterhead(db)
        subject, text, html = written(letter, language, url=url, head=head, **values)
        await mail.send(db, to, subject, text, html=html)


def written(letter: Letter, language: str, *, url: str = "", head: Letterhead = RECADO, **values: Any) -> tuple[str, str, str]:
    """Subject, text and HTML, in this language."""
    with i18n.speaking(language):
        subject, foot, action = gettext(letter.subject) % values, gettext(FOOT), gettext(letter.action)
        lines, after = ([gettext(line) % values for line in part] for part in (letter.lines, letter.after))
        button = [f"{action}:\n{url}"] if action else []
        text = "\n\n".join([*lines, *button, *after, f"--\n{foot}"]) + "\n"
        page = environment().get_template("accounts/letter.html")
        html = page.render(
            language=i18n.language(), subject=subject, lines=lines, after=after, action=action, url=url, foot=foot, head=head
        )
    return subject, text, html
