"""What may stand in a log or beside a failed job: never a person's number or address, never a token."""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from typing import Any

MASK = "…"
# Postgres quotes whole rows, WhatsApp's message ids hold the number in base64.
PRIVATE = re.compile(
    r"(?m)^DETAIL:.*$|Failing row contains .*|Key \([^)]*\)=\([^)]*\)"
    r"|\b(?:EAA|rcd_|rcr_)[\w.-]{6,}|(?<=/)[\w-]{40,}|(?i:bearer) [\w.~+/-]+=*|wamid\.[\w+/=-]+"
    r"|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|\+\d[\d .()/-]{6,}\d|(?<![\w.:#-])\d{9,15}(?![\w:-])"
)


def discreet(text: str) -> str:
    """The text with what is private masked. Numbers of nine digits and more may be a person's, so they go as well."""
    return PRIVATE.sub(MASK, text)


def discreet_event(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Every text of a log line; ids are numbers and stay."""
    return {key: discreet(value) if isinstance(value, str) and key != "timestamp" else value for key, value in event.items()}
