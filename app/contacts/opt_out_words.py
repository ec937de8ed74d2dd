"""The words that mean "no more" and "again" when they are the whole message, and what is answered to them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from app.core import i18n
from app.core.db import Db
from app.core.i18n import N_, gettext
from app.core.statements import statements

Meaning = Literal["marketing", "everything", "back"]
Answer = Annotated[str, Meta(min_length=1, max_length=1000)]

LONGEST = 60  # characters of a word; a button has 20 or 25
MOST = 200  # words of a list
WORD = re.compile(r"[^\W_]+")

# People answer in their own language whatever the workspace speaks, so all of them count; its own come first.
MARKETING = {
    "es": "BAJA · STOP · PARAR · SALIR · CANCELAR · CANCELAR SUSCRIPCIÓN · DARME DE BAJA · NO MÁS MENSAJES",
    "pt-BR": "SAIR · PARAR · PARE · CANCELAR · DESCADASTRAR · REMOVER · CANCELAR INSCRIÇÃO",
    "id": "BERHENTI · STOP · KELUAR · HENTIKAN · BERHENTI BERLANGGANAN",
    "en": "STOP · UNSUBSCRIBE · OPT OUT · OPTOUT · CANCEL · END · QUIT · STOP PROMOTIONS",
}
EVERYTHING = {"es": "BAJA TOTAL", "pt-BR": "PARAR TUDO", "id": "BERHENTI SEMUA", "en": "STOP ALL · STOPALL"}
BACK = {
    "es": "ALTA · VOLVER",
    "pt-BR": "VOLTAR · INSCREVER",
    "id": "MULAI · LANJUT",
    "en": "START · UNSTOP · SUBSCRIBE · OPT IN",
}
MARKETING_TEXT = N_("Done: we will not send you any more advertising. If you change your mind, write %(word)s.")
EVERYTHING_TEXT = N_(
    "Done: we will not write to you any more. You can always write to us. If you change your mind, write %(word)s."
)
BACK_TEXT = N_("Welcome back: you will hear our news again. To stop it at any time, write %(word)s.")

q = statements("opt_out_words")


class Words(msgspec.Struct, frozen=True):
    """Three lists as people of the workspace wrote them, and the answer to each."""

    marketing: list[str]
    everything: list[str]
    back: list[str]
    confirms: bool
    marketing_text: str
    everything_text: str
    back_text: str

    def meanings(self) -> dict[str, Meaning]:
        """What a whole message means, by its plain words. The stricter list wins."""
        lists: tuple[tuple[Meaning, list[str]], ...] = (
            ("back", self.back), ("marketing", self.marketing), ("everything", self.everything),
        )  # fmt: skip
        return {plain(word): meaning for meaning, words in lists for word in words}

    def answer(self, meaning: Meaning) -> str:
        return str(getattr(self, f"{meaning}_text"))


class Wish(msgspec.Struct, frozen=True):
    """The lists as they are typed, with commas or line breaks between the words."""

    marketing: str
    marketing_text: Answer
    everything_text: Answer
    back: str
    back_text: Answer
    everything: str = ""
    confirms: bool = False


class Unfit(Exception):
    """`errors` maps a list to a sentence."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(sorted(errors))
        self.errors = errors


async def current(db: Db) -> Words:
    """The workspace's own, else Recado's in its language."""
    return await db.maybe(q.current, Words) or usual(await db.value(q.language))


async def keep(db: Db, wish: Wish) -> Words:
    """Raises Unfit."""
    lists = {name: _listed(getattr(wish, name)) for name in ("marketing", "everything", "back")}
    if errors := _unfit(lists):
        raise Unfit(errors)
    kept = Words(**{**msgspec.structs.asdict(wish), **lists})
    await db.run(q.keep, **msgspec.structs.asdict(kept))
    return kept


async def forget(db: Db) -> Words:
    """Recado's own again."""
    await db.run(q.forget)
    return await current(db)


@cache
def usual(language: str) -> Words:
    marketing, everything, back = (_of(words, language) for words in (MARKETING, EVERYTHING, BACK))
    with i18n.speaking(language):
        return Words(
            marketing, everything, back, confirms=True,
            marketing_text=gettext(MARKETING_TEXT) % {"word": back[0]},
            everything_text=gettext(EVERYTHING_TEXT) % {"word": back[0]},
            back_text=gettext(BACK_TEXT) % {"word": marketing[0]},
        )  # fmt: skip


def plain(text: str) -> str:
    """Without case, accents, and what stands around and between the words: "¡Opt-out!" is "opt out"."""
    folded = "".join(each for each in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(each))
    return " ".join(WORD.findall(folded))


def _of(words: dict[str, str], language: str) -> list[str]:
    own_first = sorted(words, key=lambda code: code != language)
    return _once(word for code in own_first for word in words[code].split(" · "))


def _listed(typed: str) -> list[str]:
    return _once(word.strip() for word in re.split(r"[\n,;]", typed) if plain(word))


def _once(words: Iterable[str]) -> list[str]:
    first: dict[str, str] = {}
    for word in words:
        first.setdefault(plain(word), word)
    return list(first.values())


def _unfit(lists: dict[str, list[str]]) -> dict[str, str]:
    errors = {}
    for name, words in lists.items():
        if len(words) > MOST or any(len(word) > LONGEST for word in words):
            errors[name] = N_("At most 200 words, with at most 60 characters each and commas between them.")
    if not lists["marketing"]:
        errors["marketing"] = N_("At least one word has to stop advertising.")
    if not lists["back"]:
        errors["back"] = N_("At least one word has to undo it.")
    if {plain(word) for word in lists["back"]} & {plain(word) for name in ("marketing", "everything") for word in lists[name]}:
        errors["back"] = N_("One of these words stands in a list above. It cannot mean both.")
    return errors
