"""A template as a person writes it, and its translation to and from Meta's components."""

from typing import Any

from msgspec import Struct

from app.whatsapp.template_text import in_order, is_named, variables

Json = dict[str, Any]

MEDIA_HEADERS = ("IMAGE", "VIDEO", "DOCUMENT")


class Header(Struct, frozen=True):
    """`kind` is TEXT, IMAGE, VIDEO, DOCUMENT or LOCATION; `example` is of a text's variable, `handle` of a sample file."""

    kind: str = "TEXT"
    text: str = ""
    example: str = ""
    handle: str = ""


class Button(Struct, frozen=True):
    """`kind` is Meta's type; `value` is its URL, phone number or flow id; `example` is a full URL or a code to copy."""

    kind: str
    text: str = ""
    value: str = ""
    example: str = ""


class TemplateDraft(Struct, frozen=True):
    """`examples` go by the names of the body's variables. A template for codes has no words of its own in the body."""

    name: str
    language: str
    category: str
    body: str = ""
    header: Header | None = None
    footer: str = ""
    buttons: tuple[Button, ...] = ()
    examples: dict[str, str] = {}
    security_line: bool = False
    code_minutes: int | None = None


def definition(draft: TemplateDraft) -> Json:
    """What Meta's create and edit calls want."""
    named = is_named(draft.body) or is_named(draft.header.text if draft.header else "")
    parts = [header_component(draft.header, named=named)] if draft.header else []
    parts.append(body_component(draft, named=named))
    footer = footer_component(draft)
    parts += [footer] if footer else []
    if draft.buttons:
        parts.append({"type": "BUTTONS", "buttons": [button_component(button) for button in draft.buttons]})
    return {
        "name": draft.name,
        "language": draft.language,
        "category": draft.category,
        "parameter_format": "NAMED" if named else "POSITIONAL",
        "components": parts,
    }


def header_component(header: Header, *, named: bool) -> Json:
    part: Json = {"type": "HEADER", "format": header.kind}
    if header.kind in MEDIA_HEADERS:
        return part | {"example": {"header_handle": [header.handle]}}
    if header.kind == "LOCATION":
        return part
    part["text"] = header.text
    for name in variables(header.text):
        example: Json = {"header_text": [header.example]}
        if named:
            example = {"header_text_named_params": [{"param_name": name, "example": header.example}]}
        part["example"] = example
    return part


def body_component(draft: TemplateDraft, *, named: bool) -> Json:
    if draft.category == "AUTHENTICATION":
        return {"type": "BODY", "add_security_recommendation": draft.security_line}
    part: Json = {"type": "BODY", "text": draft.body}
    names = variables(draft.body)
    if names and named:
        examples = [{"param_name": name, "example": draft.examples.get(name, "")} for name in names]
        part["example"] = {"body_text_named_params": examples}
    elif names:
        part["example"] = {"body_text": [[draft.examples.get(name, "") for name in in_order(draft.body)]]}
    return part


def footer_component(draft: TemplateDraft) -> Json | None:
    if draft.category == "AUTHENTICATION":
        return {"type": "FOOTER", "code_expiration_minutes": draft.code_minutes} if draft.code_minutes else None
    return {"type": "FOOTER", "text": draft.footer} if draft.footer else None


def button_component(button: Button) -> Json:
    part: Json = {"type": button.kind, "text": button.text}
    match button.kind:
        case "URL":
            part["url"] = button.value
            if variables(button.value):
                part["example"] = [button.example]
        case "PHONE_NUMBER":
            part["phone_number"] = button.value
        case "COPY_CODE":
            part = {"type": "COPY_CODE", "example": button.example}
        case "FLOW":
            part |= {"flow_id": button.value, "flow_action": "navigate"}
        case "OTP":
            part["otp_type"] = button.value or "COPY_CODE"
    return part


def draft_of(name: str, language: str, category: str, components: list[Json]) -> TemplateDraft:
    """The draft behind a template that came from Meta; parts that a draft has no words for are left out."""
    parts = {part.get("type", ""): part for part in components}
    header, body, footer = parts.get("HEADER"), parts.get("BODY", {}), parts.get("FOOTER", {})
    return TemplateDraft(
        name=name,
        language=language,
        category=category,
        body=body.get("text", ""),
        header=header_of(header) if header else None,
        footer=footer.get("text", ""),
        buttons=tuple(button_of(button) for button in parts.get("BUTTONS", {}).get("buttons", ())),
        examples=examples_of(body.get("text", ""), body.get("example") or {}),
        security_line=bool(body.get("add_security_recommendation")),
        code_minutes=footer.get("code_expiration_minutes"),
    )


def header_of(part: Json) -> Header:
    example = part.get("example") or {}
    named = example.get("header_text_named_params") or [{}]
    said = (example.get("header_text") or [named[0].get("example", "")])[0]
    handle = (example.get("header_handle") or [""])[0]
    return Header(part.get("format", "TEXT"), part.get("text", ""), said, handle)


def examples_of(text: str, example: Json) -> dict[str, str]:
    named = {each["param_name"]: each["example"] for each in example.get("body_text_named_params") or ()}
    given = (example.get("body_text") or [[]])[0]
    return named or dict(zip(in_order(text), given, strict=False))


def button_of(part: Json) -> Button:
    example = part.get("example") or ""
    value = part.get("url") or part.get("phone_number") or part.get("flow_id") or part.get("otp_type") or ""
    return Button(part.get("type", ""), part.get("text", ""), value, example[0] if isinstance(example, list) else example)
