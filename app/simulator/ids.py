"""Identifiers that look like Meta's and can be recognised after a restart: a kind, random digits and a check digit."""

from __future__ import annotations

import os
import random
import re
from base64 import b64encode
from typing import Final

ACCOUNT: Final = "101"
NUMBER: Final = "102"
TEMPLATE: Final = "103"
MEDIA: Final = "104"
APP: Final = "105"
BUSINESS: Final = "106"

INBOUND: Final = b"\x12"
OUTBOUND: Final = b"\x11"
LOCAL_DIGITS: Final = 9  # a number this short without a plus gets the business' own country code
NOT_DIGITS = re.compile(r"\D")
BSUID = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}")


def mint(kind: str) -> str:
    digits = f"{kind}{random.randrange(10**12):012}"
    return digits + check_digit(digits)


def is_minted(text: str, kind: str) -> bool:
    """Whether a simulator, this one or an earlier one, gave out this identifier."""
    return len(text) == 16 and text.isdecimal() and text.startswith(kind) and check_digit(text[:-1]) == text[-1]


def check_digit(digits: str) -> str:
    doubled = (int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return str(-sum(value - 9 if value > 9 else value for value in doubled) % 10)


def wamid(person: str, direction: bytes) -> str:
    """Meta's own layout: the person's number, the direction and a random part, in base64."""
    name = person.encode()
    unique = os.urandom(9).hex().upper().encode()
    layout = b"\x1c\x18" + bytes([len(name) & 0xFF]) + name + b"\x15\x02\x00" + direction + b"\x18\x12" + unique + b"\x00"
    return "wamid." + b64encode(layout).decode()


def wa_id(written: str, country_code: str = "") -> str:
    """Digits as WhatsApp keeps them: Brazil from area 31 on without the ninth digit, Mexico without the mobile 1."""
    digits = NOT_DIGITS.sub("", written)
    if len(digits) <= LOCAL_DIGITS and not written.startswith("+"):
        digits = country_code + digits
    if len(digits) == 13 and digits.startswith("55") and digits[4] == "9" and digits[2:4] >= "31":
        return digits[:4] + digits[5:]
    if len(digits) == 13 and digits.startswith("521"):
        return "52" + digits[3:]
    return digits


def trace() -> str:
    return "A" + os.urandom(11).hex()
