"""Every sentence in use has words in every language, with the same placeholders."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

import pytest
from babel.messages import Catalog
from babel.messages.catalog import Message

from app import translations
from app.core.i18n import LANGUAGES
from tests.architecture.house import nobody

OTHERS = sorted(LANGUAGES.keys() - {"en"})
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\{?\w*\}?\}|<[^>]+>")


@cache
def in_use() -> Catalog:
    return translations.in_use()


def pairs(code: str) -> Iterable[tuple[Message, Message | None]]:
    kept = translations.read(code)
    return [(message, kept.get(message.id, message.context)) for message in in_use() if message.id]


def forms(words: str | tuple[str, ...] | None) -> tuple[str, ...]:
    return (words,) if isinstance(words, str) else tuple(words or ())


@pytest.mark.parametrize("code", OTHERS)
def test_every_sentence_has_words(code: str) -> None:
    offenders = [
        str(used.id) for used, kept in pairs(code) if kept is None or kept.fuzzy or not translations.is_complete(kept.string)
    ]
    nobody(
        offenders, f"./recado translations lists these in {translations.path_of(code).name} of {code}; they have no words yet:"
    )


@pytest.mark.parametrize("code", OTHERS)
def test_the_words_keep_the_placeholders(code: str) -> None:
    offenders = []
    for used, kept in pairs(code):
        allowed = [set(PLACEHOLDER.findall(form)) for form in forms(used.id)]
        for form in forms(kept.string if kept else None):
            # A singular may say "one" where the plural counts.
            if form and set(PLACEHOLDER.findall(form)) not in allowed:
                offenders.append(f"{used.id} → {form}")
    nobody(offenders, f"Other placeholders in {code}:")


@pytest.mark.parametrize("code", OTHERS)
def test_the_catalogue_holds_what_is_in_use_and_nothing_else(code: str) -> None:
    kept = {message.id for message in translations.read(code) if message.id}
    nobody(map(str, kept - {message.id for message in in_use()}), "Run ./recado translations; nobody says these any more:")


@pytest.mark.parametrize("code", OTHERS)
def test_the_file_speaks_of_the_product_only(code: str) -> None:
    head = translations.path_of(code).read_text()
    assert not re.search(r"Generated-By|Last-Translator|POT-Creation|/home/|/tmp/|/root/", head)
