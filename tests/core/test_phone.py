"""Our quick reading of phone numbers never differs from libphonenumber's slow one."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from app.core import phone

COUNTRIES = ["ES", "BR", "ID", "MX", "AR", "CO", "CL", "PE", "US", "DO", "PT", "IT", "VA", "GB", "GG", "RU", "KZ", "DE"]
EXAMPLES = [
    number
    for country in sorted(phonenumbers.SUPPORTED_REGIONS)
    for kind in PhoneNumberType.values()
    if (number := phonenumbers.example_number_for_type(country, kind))
]


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("611 482 903", "ES", "+34611482903"),
        ("(+34) 689.353.670", "ES", "+34689353670"),
        ("0034726432616", "ES", "+34726432616"),
        ("34611482903", "BR", "+34611482903"),
        ("34611482903.0", "ES", "+34611482903"),
        ("3,4611482903E+10", "ES", "+34611482903"),
        ("(48) 98289-2082", "BR", "+5548982892082"),
        ("55 99988-7766", "BR", "+5555999887766"),
        ("+62 852-6509-007", "ID", "+628526509007"),
        ("08211151310", "ID", "+628211151310"),
        ("Tel: 611 482 903", "ES", "+34611482903"),
        ("٦١١٤٨٢٩٠٣", "ES", "+34611482903"),
        ("+39 06 6982", "ES", "+39066982"),
    ],
)
def test_every_spelling_becomes_one(text: str, country: str, number: str):
    assert phone.normalise(text, country) == number


@pytest.mark.parametrize(
    "text", ["", "-", "n/a", "no tiene", "12345", "6oo123123", "+34 600", "0000000000", "3.46E+10", "5.5219071662E+12"]
)
def test_what_is_no_number_stays_none(text: str):
    assert phone.normalise(text, "ES") is None


def test_many_at_once_keep_their_places():
    assert phone.normalise_many(["611482903", "x", "611482904"], "ES") == ["+34611482903", None, "+34611482904"]


def test_a_number_knows_its_country():
    assert phone.country_of("+34611482903") == "ES"
    assert phone.country_of("+18095551234") == "DO"
    assert phone.country_of("+80012345678") is None


def test_a_number_is_shown_as_its_country_groups_it():
    assert phone.pretty("+34611482903") == "+34 611 48 29 03"


def by_the_library(text: str, country: str) -> str | None:
    digits = "".join(character for character in text if character.isdecimal())
    for reading, region in ((text, country), ("+" + digits, None)):
        try:
            number = phonenumbers.parse(reading, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return None


@st.composite
def written_numbers(draw: st.DrawFn) -> str:
    """A real country's example in some spelling, a few digits changed."""
    number = draw(st.sampled_from(EXAMPLES))
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    national = phonenumbers.national_significant_number(number)
    spellings = [
        e164,
        e164[1:],
        "00" + e164[1:],
        national,
        "0" + national,
        f"+{number.country_code} (0) {national}",
        phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL),
        phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL),
    ]
    text = list(draw(st.sampled_from(spellings)))
    for _ in range(draw(st.integers(0, 3))):
        position = draw(st.integers(0, len(text) - 1))
        if text[position].isdecimal():
            text[position] = draw(st.sampled_from("0123456789"))
    return "".join(text)


@settings(max_examples=600, deadline=None)
@given(written_numbers(), st.sampled_from(COUNTRIES))
def test_it_agrees_with_the_library(text: str, country: str):
    assert phone.normalise(text, country) == by_the_library(text, country)


@settings(max_examples=200, deadline=None)
@given(st.from_regex(r"\A\+?[0-9 ().-]{5,18}\Z"), st.sampled_from(COUNTRIES))
def test_it_agrees_about_nonsense(text: str, country: str):
    assert phone.normalise(text, country) == by_the_library(text, country)
