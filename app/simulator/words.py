"""The phone screen's words. Spanish unless somebody asks otherwise: the simulator belongs to a product that speaks it first."""

from __future__ import annotations

from pathlib import Path

import msgspec

from app.simulator.http import Request

LANGUAGES = {"es": "Español", "en": "English", "pt-BR": "Português", "id": "Bahasa Indonesia"}

# A line for each sentence: English, Spanish, Portuguese, Indonesian.
LINES = [line.split("|") for line in Path(__file__).with_suffix(".txt").read_text(encoding="utf-8").splitlines()]
BY_LANGUAGE = {language: {line[0]: line[place] for line in LINES} for place, language in enumerate(("en", "es", "pt-BR", "id"))}


class Say(msgspec.Struct, frozen=True):
    """Says an English sentence in the person's language."""

    language: str

    def __call__(self, text: str, **values: object) -> str:
        said = BY_LANGUAGE[self.language].get(text, text)
        return said % values if values else said

    @property
    def locale(self) -> str:
        return self.language.replace("-", "_")


def chosen(request: Request) -> Say:
    """By ?lang, then by the browser. English in a browser's list often means nothing more than a browser in English."""
    asked = request.query().get("lang", "")
    if asked in LANGUAGES:
        return Say(asked)
    for wish in request.header(b"accept-language").decode("latin-1").split(","):
        match wish.strip()[:2].lower():
            case "es" | "id" as language:
                return Say(language)
            case "pt":
                return Say("pt-BR")
    return Say("es")
