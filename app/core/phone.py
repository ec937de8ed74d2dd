"""One spelling for every phone number: E.164, exactly as libphonenumber decides it.

The library's Python port takes 50 to 150 µs a number, this takes 10: most numbers are plain (digits, usual punctuation,
valid at once by the metadata) and are decided here from the same metadata; anything else is left to the library.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from functools import cache, lru_cache

import msgspec
import phonenumbers
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata, PhoneNumberDesc, PhoneNumberFormat

phonenumbers.enable_pattern_cache()

PUNCTUATION = str.maketrans("", "", " .()-/\u00a0")
PLAIN_LENGTHS = range(7, 21)  # in digits; shorter and longer ones have rules of their own
LONGEST = 250  # characters; the library refuses more
# What Excel and pandas make of a long number: 34611482903.0 and 3,4611482903E+10.
FLOAT = re.compile(r"\d{7,}\.0|\d[.,]\d+[eE]\+?\d+", re.ASCII)
NEVER = re.compile(r"(?!)")


class Plan(msgspec.Struct, frozen=True):
    """The numbering plan of one country, compiled once."""

    code: str
    abroad: re.Pattern[str]  # what is dialled before a country code: 00
    trunk: re.Pattern[str]  # what is dialled before a national number: 0
    leading: re.Pattern[str] | None
    general: re.Pattern[str]
    valid: re.Pattern[str]


def normalise(text: str, country: str) -> str | None:
    """`+34611482903`, or None when no reading of the text is a valid number."""
    if FLOAT.fullmatch(text.strip()):
        number = Decimal(text.strip().replace(",", "."))
        if number.as_tuple().exponent > 0:  # type: ignore[operator]  # finite, so never "F" or "n"
            return None  # 3.46E+10 has lost its last digits: a guess would write to a stranger
        text = str(int(number))
    return _plain(text, country) or _careful(text, country)


def normalise_many(texts: Iterable[str], country: str) -> list[str | None]:
    return [normalise(text, country) for text in texts]


def country_of(e164: str) -> str | None:
    """`ES`; None for a number of no country, such as +800."""
    region = phonenumbers.region_code_for_number(phonenumbers.parse(e164))
    return None if region == "001" else region


@lru_cache(maxsize=4096)
def pretty(e164: str) -> str:
    """`+34 611 48 29 03`, as people of that country group it."""
    return phonenumbers.format_number(phonenumbers.parse(e164), PhoneNumberFormat.INTERNATIONAL)


def _careful(text: str, country: str) -> str | None:
    digits = "".join(character for character in text if character.isdecimal())
    if not digits:
        return None
    return _parsed(text, country) or _parsed("+" + digits, None)


def _parsed(text: str, country: str | None) -> str | None:
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _plain(text: str, country: str) -> str | None:
    digits = text.translate(PUNCTUATION)
    written_with_plus = digits.startswith("+")
    if written_with_plus:
        digits = digits[1:]
    plain = digits.isascii() and digits.isdecimal() and len(digits) in PLAIN_LENGTHS and len(text) <= LONGEST
    if not plain or (plan := _plan(country)) is None:
        return None
    return _international(digits) if written_with_plus else _dialled(digits, plan)


def _international(digits: str) -> str | None:
    if digits.startswith("0"):
        return None
    for length in (1, 2, 3):
        if plans := _plans_of(digits[:length]):
            national = digits[length:]
            return "+" + digits if not _stripped(plans[0].trunk, national) and _is_valid(national, plans) else None
    return None


def _dialled(digits: str, plan: Plan) -> str | None:
    """The library's order: a prefix for abroad, the own country code without a plus, a national number."""
    if abroad := plan.abroad.match(digits):
        return _international(digits[abroad.end() :])
    if digits.startswith(plan.code):
        national = digits[len(plan.code) :]
        ambiguous = plan.general.fullmatch(digits) or _stripped(plan.trunk, national)
        return _international(digits) if not ambiguous and plan.general.fullmatch(national) else None
    trunk = plan.trunk.match(digits)
    if trunk and trunk.lastindex:
        return None
    national = digits[trunk.end() :] if trunk else digits
    if plan.valid.fullmatch(national) and _is_valid(national, _plans_of(plan.code)):
        return f"+{plan.code}{national}"
    return None


def _stripped(trunk: re.Pattern[str], national: str) -> bool:
    match = trunk.match(national)
    return bool(match and match.end())


def _is_valid(national: str, plans: tuple[Plan, ...]) -> bool:
    for plan in plans:
        if plan.leading is None:
            if plan.valid.fullmatch(national):
                return True
        elif plan.leading.match(national):
            return plan.valid.fullmatch(national) is not None
    return False


@cache
def _plans_of(code: str) -> tuple[Plan, ...]:
    """Countries that share a code, the main one first. Codes of no country (+800) stay with the library."""
    plans = (_plan(region) for region in COUNTRY_CODE_TO_REGION_CODE.get(int(code), ()))
    return tuple(plan for plan in plans if plan is not None)


@cache
def _plan(country: str) -> Plan | None:
    metadata = PhoneMetadata.metadata_for_region(country, None)
    if metadata is None:
        return None
    kinds = (
        metadata.mobile, metadata.fixed_line, metadata.toll_free, metadata.premium_rate, metadata.shared_cost,
        metadata.voip, metadata.personal_number, metadata.pager, metadata.uan, metadata.voicemail,
    )  # fmt: skip
    general = metadata.general_desc or PhoneNumberDesc()
    any_kind = "|".join(_exactly(kind) for kind in kinds if kind and kind.national_number_pattern)
    return Plan(
        code=str(metadata.country_code),
        abroad=_compiled(metadata.international_prefix),
        trunk=_compiled(metadata.national_prefix_for_parsing),
        leading=re.compile(metadata.leading_digits) if metadata.leading_digits else None,
        general=_compiled(general.national_number_pattern),
        valid=re.compile(rf"(?={_exactly(general)}\Z)(?:{any_kind})"),
    )


def _compiled(pattern: str | None) -> re.Pattern[str]:
    return re.compile(pattern) if pattern else NEVER


def _exactly(kind: PhoneNumberDesc) -> str:
    lengths = "|".join(rf"\d{{{length}}}" for length in kind.possible_length if length > 0) or r"\d+"
    return rf"(?=(?:{lengths})\Z)(?:{kind.national_number_pattern})"
