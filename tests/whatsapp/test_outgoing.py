"""Request bodies, checked against the shapes that Meta documents."""

import json
import time

import pytest

from app.whatsapp import outgoing
from app.whatsapp.outgoing import File, Place, Row, Section, framed
from app.whatsapp.template_sending import ButtonSlot, Parameters, Template, raw_template, template_request

TO = "5491150001111"


def body(message):
    read = json.loads(message)
    assert read.pop("messaging_product") == "whatsapp"
    assert read.pop("recipient_type") == "individual"
    assert read.pop("biz_opaque_callback_data") == "c1"
    return read


@pytest.mark.parametrize(
    ("to", "address"),
    [
        ("5491150001111", {"to": "+5491150001111"}),
        ("+5491150001111", {"to": "+5491150001111"}),
        ("US.13491208655302741918", {"recipient": "US.13491208655302741918"}),
        ("US.ENT.11815799212886844830", {"recipient": "US.ENT.11815799212886844830"}),
    ],
)
def test_a_recipient_is_a_phone_number_with_plus_or_a_user_id(to, address):
    expected = address | {"type": "text", "text": {"body": "hola", "preview_url": True}}
    assert body(outgoing.text(to, "hola", callback="c1")) == expected
    template = json.loads(template_request(Template("t", "es"), to, Parameters(), "c1"))
    assert {key: template[key] for key in ("to", "recipient") if key in template} == address


def test_a_reply_names_the_message_it_answers():
    assert body(outgoing.text(TO, "sí", callback="c1", reply_to="wamid.Q"))["context"] == {"message_id": "wamid.Q"}


@pytest.mark.parametrize(
    ("message", "kind", "content"),
    [
        (
            outgoing.media(TO, "document", File(id="9", caption="Recibo", filename="r.pdf"), callback="c1"),
            "document",
            {"id": "9", "caption": "Recibo", "filename": "r.pdf"},
        ),
        (
            outgoing.media(TO, "audio", File(link="https://x/a.ogg", voice=True), callback="c1"),
            "audio",
            {"link": "https://x/a.ogg", "voice": True},
        ),
        (
            outgoing.location(TO, Place(-34.6, -58.4, "Obelisco"), callback="c1"),
            "location",
            {"latitude": -34.6, "longitude": -58.4, "name": "Obelisco"},
        ),
        (
            outgoing.contacts(TO, [outgoing.card("Leo", "+54 9 11")], callback="c1"),
            "contacts",
            [{"name": {"formatted_name": "Leo", "first_name": "Leo"}, "phones": [{"phone": "+54 9 11", "type": "CELL"}]}],
        ),
        (outgoing.reaction(TO, "wamid.M", "", callback="c1"), "reaction", {"message_id": "wamid.M", "emoji": ""}),
        (
            outgoing.interactive(
                TO, framed("button", "¿Vienes?", outgoing.reply_buttons([Row("y", "Sí")]), footer="Sol"), callback="c1"
            ),
            "interactive",
            {
                "type": "button",
                "body": {"text": "¿Vienes?"},
                "action": {"buttons": [{"type": "reply", "reply": {"id": "y", "title": "Sí"}}]},
                "footer": {"text": "Sol"},
            },
        ),
        (
            outgoing.interactive(
                TO,
                framed("list", "Elige", outgoing.list_menu("Ver", [Section("Zona", [Row("n", "Norte")])]), header="Hola"),
                callback="c1",
            ),
            "interactive",
            {
                "type": "list",
                "header": {"type": "text", "text": "Hola"},
                "body": {"text": "Elige"},
                "action": {"button": "Ver", "sections": [{"title": "Zona", "rows": [{"id": "n", "title": "Norte"}]}]},
            },
        ),
        (
            outgoing.interactive(TO, framed("cta_url", "Mira", outgoing.link_button("Abrir", "https://x")), callback="c1"),
            "interactive",
            {
                "type": "cta_url",
                "body": {"text": "Mira"},
                "action": {"name": "cta_url", "parameters": {"display_text": "Abrir", "url": "https://x"}},
            },
        ),
        (
            outgoing.interactive(TO, outgoing.ask_location("¿Dónde?"), callback="c1"),
            "interactive",
            {"type": "location_request_message", "body": {"text": "¿Dónde?"}, "action": {"name": "send_location"}},
        ),
        (
            raw_template(TO, {"name": "t", "language": {"code": "es"}}, callback="c1"),
            "template",
            {"name": "t", "language": {"code": "es"}},
        ),
    ],
)
def test_each_kind_has_its_content(message, kind, content):
    assert body(message) == {"to": "+5491150001111", "type": kind, kind: content}


def test_reading_can_show_typing():
    assert json.loads(outgoing.read_mark("wamid.M", typing=True)) == {
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": "wamid.M",
        "typing_indicator": {"type": "text"},
    }


def test_a_template_with_everything():
    template = Template("promo", "es_AR", "image", File(id="77"), buttons=(ButtonSlot(0), ButtonSlot(2, "quick_reply")))
    request = template_request(template, TO, Parameters(body=("Ana", "20 %"), buttons=("abc", "PAY")), "c1")
    assert body(request)["template"] == {
        "name": "promo",
        "language": {"code": "es_AR"},
        "components": [
            {"type": "header", "parameters": [{"type": "image", "image": {"id": "77"}}]},
            {"type": "body", "parameters": [{"type": "text", "text": "Ana"}, {"type": "text", "text": "20 %"}]},
            {"type": "button", "sub_type": "url", "index": "0", "parameters": [{"type": "text", "text": "abc"}]},
            {"type": "button", "sub_type": "quick_reply", "index": "2", "parameters": [{"type": "payload", "payload": "PAY"}]},
        ],
    }


def test_a_template_with_names_and_a_code():
    template = Template("c", "es", header_name="shop", body_names=("first_name",), buttons=(ButtonSlot(1, "copy_code"),))
    request = template_request(template, TO, Parameters(body=("Ana",), header="Sol", buttons=("X9",)), "c1")
    assert body(request)["template"]["components"] == [
        {"type": "header", "parameters": [{"type": "text", "text": "Sol", "parameter_name": "shop"}]},
        {"type": "body", "parameters": [{"type": "text", "text": "Ana", "parameter_name": "first_name"}]},
        {"type": "button", "sub_type": "copy_code", "index": "1", "parameters": [{"type": "coupon_code", "coupon_code": "X9"}]},
    ]


def test_values_that_do_not_fit_the_template_are_refused():
    with pytest.raises(ValueError, match="zip"):
        template_request(Template("c", "es", body_names=("a", "b")), TO, Parameters(body=("Ana",)), "c1")


def test_templates_are_built_faster_than_they_can_be_sent():
    template, parameters = Template("promo", "es", buttons=(ButtonSlot(0),)), Parameters(body=("Ana", "20 %"), buttons=("x",))
    seconds = []
    for _ in range(5):
        started = time.perf_counter()
        for _ in range(2000):
            template_request(template, TO, parameters, "c1")
        seconds.append(time.perf_counter() - started)
    assert 2000 / min(seconds) > 50_000
