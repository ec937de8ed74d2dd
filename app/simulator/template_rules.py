"""What Meta checks when a template is created or edited."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

from app.simulator.errors import GraphError

NAME = re.compile(r"[a-z0-9_]{1,512}")
LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Z]{2,3}|_[A-Z][a-z]{3})?")
VARIABLE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
NAMED = re.compile(r"[a-z][a-z0-9_]*")
CATEGORIES = {"MARKETING", "UTILITY", "AUTHENTICATION"}
MEDIA_HEADERS = {"IMAGE", "VIDEO", "DOCUMENT", "GIF"}
COUNT = {"URL": 2, "PHONE_NUMBER": 1, "COPY_CODE": 1, "VOICE_CALL": 1, "FLOW": 1, "CATALOG": 1, "MPM": 1, "OTP": 1}
OTHER_BUTTONS = {"QUICK_REPLY", "SPM", "REQUEST_CONTACT_INFO"}

TOO_LONG, NO_EXAMPLE, HEADER_FORMAT, FOOTER_FORMAT = 2388040, 2388043, 2388047, 2388073
TOO_MANY_VARIABLES, VARIABLE_AT_THE_EDGE = 2388293, 2388299


def refused(text: str, subcode: int | None = None, title: str = "Invalid parameter") -> GraphError:
    return GraphError(100, text, subcode=subcode, user=(title, text))


def check(name: Any, language: Any, category: Any, *, parameter_format: str, components: Any) -> None:
    if not (isinstance(name, str) and NAME.fullmatch(name)):
        raise refused("Message template name can only have lowercase letters, numbers and underscores.")
    if not (isinstance(language, str) and LANGUAGE.fullmatch(language)):
        raise refused(f"Param language has the unsupported value {language!r}.")
    if category not in CATEGORIES:
        raise refused(f"Param category must be one of {{{', '.join(sorted(CATEGORIES))}}} - got {category!r}.")
    if parameter_format not in {"POSITIONAL", "NAMED"}:
        raise refused("Param parameter_format must be one of {NAMED, POSITIONAL}.")
    if not isinstance(components, list) or not all(isinstance(part, dict) for part in components):
        raise refused("Param components must be an array of objects.")
    kinds = [str(part.get("type", "")).upper() for part in components]
    if "BODY" not in kinds:
        raise refused('Message template "components" param is missing a component of type BODY.', NO_EXAMPLE)
    for kind in ("HEADER", "BODY", "FOOTER", "BUTTONS"):
        if kinds.count(kind) > 1:
            raise refused(f"There can be only one component of type {kind}.")
    for kind, part in zip(kinds, components, strict=True):
        match kind:
            case "HEADER":
                check_header(part, parameter_format)
            case "BODY":
                check_body(part, parameter_format, category)
            case "FOOTER":
                check_footer(part, category)
            case "BUTTONS":
                check_buttons(part.get("buttons"))
            case "CAROUSEL":
                check_cards(part.get("cards"))
            case "LIMITED_TIME_OFFER":
                pass
            case _:
                raise refused(f"Component type {kind} does not exist.")


def check_header(part: dict[str, Any], parameter_format: str) -> None:
    kind = part.get("format")
    if kind == "TEXT":
        text = str(part.get("text") or "")
        if not text:
            raise refused("The header has no text.", NO_EXAMPLE)
        if len(text) > 60:
            raise refused("The header can have at most 60 characters.", TOO_LONG, "Character limit exceeded")
        names = variables(text, parameter_format)
        if len(names) > 1 or "\n" in text:
            raise refused("The header can have one variable and one line.", HEADER_FORMAT, "Header can't be formatted")
        check_examples(part, "header_text", names, parameter_format)
    elif kind in MEDIA_HEADERS:
        if not (part.get("example") or {}).get("header_handle"):
            raise missing_example("HEADER")
    elif kind != "LOCATION":
        raise refused(f"Param format of the header does not exist: {kind!r}.")


def check_body(part: dict[str, Any], parameter_format: str, category: str) -> None:
    text = str(part.get("text") or "")
    if category == "AUTHENTICATION":
        return
    if not text.strip():
        raise refused("component of type BODY is missing expected field(s) (text)", NO_EXAMPLE)
    if len(text) > 1024:
        raise refused("The body can have at most 1024 characters.", TOO_LONG, "Character limit exceeded")
    if re.search(r"\n{5,}", text):
        raise refused("The body can't have more than four new lines in a row.", 2388072, "Body can't be formatted")
    names = variables(text, parameter_format)
    if not names:
        return
    bare = text.strip()
    if bare.startswith("{{") or bare.endswith("}}"):
        raise refused(
            "Variables can't be at the start or end of the template.", VARIABLE_AT_THE_EDGE, "Leading or trailing variable"
        )
    if "}}{{" in bare.replace(" ", ""):
        raise refused("Variables can't stand directly beside each other.")
    words = len(VARIABLE.sub(" ", text).split())
    if words < 2 * len(names) + 1:
        raise refused(
            "This template has too many variables for its length. Reduce the variables or make the text longer.",
            TOO_MANY_VARIABLES,
            "Too many variables",
        )
    check_examples(part, "body_text", names, parameter_format)


def check_footer(part: dict[str, Any], category: str) -> None:
    text = str(part.get("text") or "")
    if not text and category != "AUTHENTICATION":
        raise refused("component of type FOOTER is missing expected field(s) (text)", NO_EXAMPLE)
    if len(text) > 60:
        raise refused("The footer can have at most 60 characters.", TOO_LONG, "Character limit exceeded")
    if VARIABLE.search(text):
        raise refused("The footer can't have variables.", FOOTER_FORMAT, "Footer can't be formatted")


def variables(text: str, parameter_format: str) -> list[str]:
    """The variables of a text in order of appearance, each once."""
    names = list(dict.fromkeys(VARIABLE.findall(text)))
    if parameter_format == "NAMED":
        if wrong := [name for name in names if not NAMED.fullmatch(name)]:
            raise refused(f"Variable names have lowercase letters, numbers and underscores: {wrong[0]!r}.")
        return names
    if not all(name.isdecimal() for name in names):
        raise refused("Positional variables are whole numbers in two curly brackets, such as {{1}}.")
    if sorted(map(int, names)) != list(range(1, len(names) + 1)):
        raise refused("Positional variables start at {{1}} and go on without gaps.")
    return names


def check_examples(part: dict[str, Any], field: str, names: list[str], parameter_format: str) -> None:
    kind = field.removesuffix("_text").upper()
    if not names:
        return
    example = part.get("example") or {}
    if parameter_format == "NAMED":
        given = example.get(f"{field}_named_params") or []
        known = {item.get("param_name") for item in given if isinstance(item, dict) and item.get("example")}
        if not set(names) <= known:
            raise missing_example(kind)
        return
    given = example.get(field) or []
    row = given[0] if given and isinstance(given[0], list) else given
    if len(row) != len(names) or not all(str(value).strip() for value in row):
        raise missing_example(kind)


def missing_example(kind: str) -> GraphError:
    title = 'Message template "components" param is missing expected field(s)'
    return refused(f"component of type {kind} is missing expected field(s) (example)", NO_EXAMPLE, title)


def check_buttons(buttons: Any) -> None:
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= 10:
        raise refused("A template can have 1 to 10 buttons.")
    kinds = [str(button.get("type", "")).upper() for button in buttons]
    for kind in set(kinds):
        if kind not in COUNT and kind not in OTHER_BUTTONS:
            raise refused(f"Button type {kind} does not exist.")
        if kinds.count(kind) > COUNT.get(kind, 10):
            raise refused(f"There are more buttons of type {kind} than the {COUNT[kind]} that a template can have.")
    groups = [kind == "QUICK_REPLY" for kind in kinds]
    if sum(left != right for left, right in pairwise(groups)) > 1:
        raise refused("Quick replies and other buttons have to be in two groups.")
    for kind, button in zip(kinds, buttons, strict=True):
        check_button(kind, button)


def check_button(kind: str, button: dict[str, Any]) -> None:
    text = str(button.get("text") or "")
    if kind in {"QUICK_REPLY", "URL", "PHONE_NUMBER"} and not 1 <= len(text) <= 25:
        raise refused("The text of a button has 1 to 25 characters.", TOO_LONG)
    if kind == "URL":
        url = str(button.get("url") or "")
        found = VARIABLE.findall(url)
        if not url.startswith(("http://", "https://")) or len(url) > 2000:
            raise refused("The address of a button starts with https:// and has at most 2000 characters.")
        if len(found) > 1 or (found and not url.endswith("}}")):
            raise refused("The address of a button can have one variable, at its end.")
        if found and not button.get("example"):
            raise missing_example("BUTTONS")
    if kind == "PHONE_NUMBER" and not 1 <= len(str(button.get("phone_number") or "")) <= 20:
        raise refused("The phone number of a button has 1 to 20 characters.")
    if kind == "COPY_CODE" and not button.get("example"):
        raise missing_example("BUTTONS")


def check_cards(cards: Any) -> None:
    if not isinstance(cards, list) or not 2 <= len(cards) <= 10:
        raise refused("A carousel has 2 to 10 cards.")
    shapes = {tuple(str(part.get("type", "")).upper() for part in card.get("components", [])) for card in cards}
    if len(shapes) > 1:
        raise refused("The cards of a carousel have the same components.")
