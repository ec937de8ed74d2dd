"""What Meta refuses in a template, said beside the field while it is written instead of later by a rejection."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from app.core.i18n import N_
from app.whatsapp.template_draft import MEDIA_HEADERS, Button, Header, TemplateDraft
from app.whatsapp.template_languages import TEMPLATE_LANGUAGES
from app.whatsapp.template_text import VARIABLE, is_named, variables

CATEGORIES = ("MARKETING", "UTILITY", "AUTHENTICATION")
NAME = re.compile(r"[a-z0-9_]{1,512}")
VARIABLE_NAME = re.compile(r"[a-z][a-z0-9_]*")
PHONE = re.compile(r"\+?[0-9 ()-]{5,20}")
ADJACENT = re.compile(r"\}\}\s*\{\{")
MARKDOWN = re.compile(r"[*_~`]\S")
TOO_MANY_BREAKS = re.compile(r"\n{5,}")

BODY_LENGTH = 1024
LINE_LENGTH = 60  # of a text header and of a footer
BUTTON_LENGTH = 25
URL_LENGTH = 2000
CODE_LENGTH = 20
BUTTONS = 10
VISIBLE_ON_DESKTOP = 3
CODE_MINUTES = range(1, 91)
AT_MOST = {"URL": 2, "PHONE_NUMBER": 1, "COPY_CODE": 1, "FLOW": 1, "CATALOG": 1, "VOICE_CALL": 1, "OTP": 1}
FIXED_LABEL = ("COPY_CODE", "REQUEST_CONTACT_INFO")

Found = Iterator[tuple[str, str]]


def problems(draft: TemplateDraft) -> dict[str, str]:
    """The first thing wrong with each field, as a translation key that says what to do; empty when Meta should take it.

    Fields are name, language, category, header, header.example, header.handle, body, examples.<variable>, footer,
    code_minutes, buttons and buttons.<n>.text, .value or .example.
    """
    found: dict[str, str] = {}
    for field, message in all_problems(draft):
        found.setdefault(field, message)
    return found


def all_problems(draft: TemplateDraft) -> Found:
    yield from about(draft)
    if draft.header:
        yield from header_problems(draft.header)
    if draft.category == "AUTHENTICATION":
        yield from code_problems(draft)
    else:
        yield from body_problems(draft)
        yield from footer_problems(draft.footer)
    if mixed(draft):
        yield "body", N_("Use either numbers or names for the variables, the same way in header and body.")
    yield from button_problems(draft.buttons)


def about(draft: TemplateDraft) -> Found:
    if not draft.name:
        yield "name", N_("Give the template a name, such as order_shipped.")
    elif not NAME.fullmatch(draft.name):
        yield "name", N_("Use lowercase letters a to z, digits and underscores, at most 512. Example: order_shipped")
    if draft.language not in TEMPLATE_LANGUAGES:
        yield "language", N_("Choose one of WhatsApp's languages.")
    if draft.category not in CATEGORIES:
        yield "category", N_("Choose what the message is for: marketing, utility or authentication.")


def header_problems(header: Header) -> Found:
    if header.kind in MEDIA_HEADERS:
        if not header.handle:
            yield "header.handle", N_("Add a sample file. Meta looks at it when it reviews the template.")
        return
    if header.kind == "LOCATION":
        return
    if header.kind != "TEXT":
        yield "header", N_("Choose a text, an image, a video, a document or a location.")
        return
    names = variables(header.text)
    if not header.text.strip():
        yield "header", N_("Write the header, or choose a template without one.")
    elif len(header.text) > LINE_LENGTH:
        yield "header", N_("A header has at most 60 characters. Shorten it.")
    elif len(names) > 1:
        yield "header", N_("A header can have one variable. Move the others into the body.")
    elif "\n" in header.text or MARKDOWN.search(VARIABLE.sub("", header.text)):
        yield "header", N_("A header is one line without bold, italics or other marks.")
    yield from (("header", message) for message in naming_problems(header.text))
    if names and not header.example.strip():
        yield "header.example", N_("Give an example, so that Meta understands what stands here.")


def body_problems(draft: TemplateDraft) -> Found:
    text, names = draft.body.strip(), variables(draft.body)
    if not text:
        yield "body", N_("Write the message.")
    elif len(draft.body) > BODY_LENGTH:
        yield "body", N_("A message has at most 1,024 characters. Shorten it.")
    elif TOO_MANY_BREAKS.search(draft.body):
        yield "body", N_("Leave at most three empty lines in a row.")
    elif text.startswith("{{") or text.endswith("}}"):
        yield "body", N_("A message cannot begin or end with a variable. Put at least one word there.")
    elif ADJACENT.search(text):
        yield "body", N_("Two variables stand side by side. Put at least one word between them.")
    elif len(VARIABLE.sub(" ", text).split()) < 2 * len(names) + 1 and names:
        yield "body", N_("There is too little text for so many variables. Write more around them or use fewer.")
    yield from (("body", message) for message in naming_problems(draft.body))
    for name in names:
        if not draft.examples.get(name, "").strip():
            yield f"examples.{name}", N_("Give an example, so that Meta understands what stands here.")


def naming_problems(text: str) -> Iterator[str]:
    names = variables(text)
    if VARIABLE.sub("", text).count("{{") or VARIABLE.sub("", text).count("}}"):
        yield N_("A variable is not closed. Write it like this: {{1}} or {{first_name}}")
    elif is_named(text):
        if not all(VARIABLE_NAME.fullmatch(name) for name in names):
            yield N_("Names of variables have lowercase letters, digits and underscores. Example: {{first_name}}")
    elif sorted(map(int, names)) != list(range(1, len(names) + 1)):
        yield N_("Number the variables from {{1}} upwards without gaps.")


def mixed(draft: TemplateDraft) -> bool:
    texts = [text for text in (draft.body, draft.header.text if draft.header else "") if variables(text)]
    return len({is_named(text) for text in texts}) > 1


def footer_problems(footer: str) -> Found:
    if len(footer) > LINE_LENGTH:
        yield "footer", N_("A footer has at most 60 characters. Shorten it.")
    elif "{{" in footer:
        yield "footer", N_("A footer cannot have variables. Move them into the body.")
    elif "\n" in footer:
        yield "footer", N_("A footer is one line.")


def code_problems(draft: TemplateDraft) -> Found:
    if draft.header:
        yield "header", N_("A template for codes has no header.")
    if draft.code_minutes is not None and draft.code_minutes not in CODE_MINUTES:
        yield "code_minutes", N_("A code is valid for 1 to 90 minutes.")
    if [button.kind for button in draft.buttons] != ["OTP"]:
        yield "buttons", N_("A template for codes has exactly one button, which copies the code.")


def button_problems(buttons: tuple[Button, ...]) -> Found:
    counts = Counter(button.kind for button in buttons)
    groups = [button.kind == "QUICK_REPLY" for button in buttons]
    if len(buttons) > BUTTONS:
        yield "buttons", N_("A template has at most 10 buttons. Remove some.")
    elif any(counts[kind] > most for kind, most in AT_MOST.items()):
        yield (
            "buttons",
            N_("A template can have two links and one each of phone number, code, flow, catalogue and call."),
        )
    elif sum(left != right for left, right in pairwise(groups)) > 1:
        yield "buttons", N_("Put the quick replies together and the other buttons together.")
    labels = Counter(button.text for button in buttons if button.text)
    for place, button in enumerate(buttons):
        for part, message in one_button(button):
            yield f"buttons.{place}.{part}", message
        if labels[button.text] > 1:
            yield f"buttons.{place}.text", N_("Two buttons say the same. Change one of them.")


def one_button(button: Button) -> Found:
    if not button.text.strip() and button.kind not in FIXED_LABEL:
        yield "text", N_("Say what the button does.")
    elif len(button.text) > BUTTON_LENGTH:
        yield "text", N_("A button has at most 25 characters. Shorten it.")
    elif "{{" in button.text:
        yield "text", N_("The text of a button cannot have variables.")
    match button.kind:
        case "URL":
            yield from link_problems(button)
        case "PHONE_NUMBER" if not PHONE.fullmatch(button.value):
            yield "value", N_("Write the number with its country code. Example: +34 611 482 903")
        case "COPY_CODE" if not 1 <= len(button.example) <= CODE_LENGTH:
            yield "example", N_("Give an example code of at most 20 characters.")
        case "FLOW" if not button.value:
            yield "value", N_("Choose the flow that opens.")


def link_problems(button: Button) -> Found:
    url, names = button.value, VARIABLE.findall(button.value)
    if not url.startswith(("https://", "http://")) or " " in url:
        yield "value", N_("Write the whole address. Example: https://example.com/orders")
    elif len(url) > URL_LENGTH:
        yield "value", N_("An address has at most 2,000 characters.")
    elif len(names) > 1 or (names and not url.endswith("}}")):
        yield "value", N_("An address can have one variable, at its very end.")
    if names and not button.example.startswith(("https://", "http://")):
        yield "example", N_("Give a whole address as an example, with a value in place of the variable.")


def warnings(draft: TemplateDraft) -> dict[str, str]:
    """What Meta takes but people should know, by field."""
    kinds = {button.kind == "QUICK_REPLY" for button in draft.buttons}
    if len(draft.buttons) > VISIBLE_ON_DESKTOP or len(kinds) > 1:
        return {
            "buttons": N_("On WhatsApp for computers these buttons do not show. Use up to three of one kind if that matters.")
        }
    return {}
