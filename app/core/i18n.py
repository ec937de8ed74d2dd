"""Languages: gettext catalogues under app/locale, one chosen per request or job in a context variable."""

from __future__ import annotations

import gettext as gnu
import io
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALE = Path(__file__).parent.parent / "locale"
LANGUAGES = {"es": "Español", "pt-BR": "Português (Brasil)", "en": "English", "id": "Bahasa Indonesia"}
DEFAULT_LANGUAGE = "es"

_language: ContextVar[str] = ContextVar("language", default=DEFAULT_LANGUAGE)


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for "translate later"
    """Marks an English sentence for the catalogues; the page translates it."""
    return text


def language() -> str:
    """The language code of this request or job."""
    return _language.get()


def choose(code: str) -> None:
    """Sets the language of this context; an unknown code means the default."""
    _language.set(code if code in LANGUAGES else DEFAULT_LANGUAGE)


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Another language for the length of a block."""
    token = _language.set(code if code in LANGUAGES else DEFAULT_LANGUAGE)
    try:
        yield
    finally:
        _language.reset(token)


def preferred(accept_language: str) -> str:
    """The best of our languages for an Accept-Language header (RFC 9110, 12.5.4).

    English counts only when somebody chooses it here: it is what browsers send when nobody ever chose.
    """
    wishes = []
    for part in accept_language.split(","):
        code, _, quality = part.strip().partition(";q=")
        try:
            wishes.append((float(quality or 1), code.lower()))
        except ValueError:
            continue
    for _, code in sorted(wishes, key=lambda wish: -wish[0]):
        for known in LANGUAGES:
            if known != "en" and code.split("-")[0] == known.lower().split("-")[0]:
                return known
    return DEFAULT_LANGUAGE


@cache
def catalogue(code: str) -> gnu.NullTranslations:
    """Compiled in memory from the .po file on first use; English is the source and needs none."""
    path = LOCALE / code.replace("-", "_") / "LC_MESSAGES" / "messages.po"
    if code == "en" or not path.exists():
        return gnu.NullTranslations()
    with path.open("rb") as file:
        po = read_po(file, locale=code.replace("-", "_"))
    compiled = io.BytesIO()
    write_mo(compiled, po)
    compiled.seek(0)
    return gnu.GNUTranslations(compiled)


def gettext(text: str) -> str:
    """The sentence in the language of this context."""
    return catalogue(language()).gettext(text) if text else ""


def ngettext(one: str, many: str, n: int) -> str:
    """The sentence that fits the number, in the language of this context."""
    return catalogue(language()).ngettext(one, many, n)
