"""Template drafts as people write them: what is refused beside which field, and what goes to Meta."""

import pytest
from msgspec.structs import replace

from app.whatsapp.template_draft import Button, Header, TemplateDraft, definition, draft_of
from app.whatsapp.template_rules import problems, warnings
from app.whatsapp.template_text import in_order, is_named, one_line, render, variables

GOOD = TemplateDraft(
    name="order_shipped",
    language="es_AR",
    category="UTILITY",
    body="Hola {{1}}, tu pedido {{2}} ya va en camino y llega mañana.",
    header=Header("TEXT", "Pedido {{1}}", example="A-17"),
    footer="Tienda Sol",
    buttons=(Button("URL", "Seguir", "https://sol.example/{{1}}", "https://sol.example/A-17"),),
    examples={"1": "Ana", "2": "A-17"},
)
CODE = TemplateDraft("login", "es", "AUTHENTICATION", buttons=(Button("OTP", "Copiar"),), security_line=True, code_minutes=10)


def quick(*texts):
    return tuple(Button("QUICK_REPLY", text) for text in texts)


def test_good_drafts_have_no_problems():
    assert problems(GOOD) == {}
    assert problems(CODE) == {}
    assert warnings(GOOD) == {}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "Pedido Enviado"}, "name"),
        ({"name": "a" * 513}, "name"),
        ({"language": "es-AR"}, "language"),
        ({"category": "SPAM"}, "category"),
        ({"header": Header("TEXT", "x" * 61)}, "header"),
        ({"header": Header("TEXT", "{{1}} y {{2}}", example="x")}, "header"),
        ({"header": Header("TEXT", "*Oferta*")}, "header"),
        ({"header": Header("TEXT", "Hola {{1}}")}, "header.example"),
        ({"header": Header("IMAGE")}, "header.handle"),
        ({"header": Header("SMELL")}, "header"),
        ({"body": ""}, "body"),
        ({"body": "x" * 1025}, "body"),
        ({"body": "{{1}}, tu pedido {{2}} va en camino hoy mismo."}, "body"),
        ({"body": "Hola, tu pedido va en camino hoy {{1}}"}, "body"),
        ({"body": "Hola {{1}} {{2}}, tu pedido va en camino hoy."}, "body"),
        ({"body": "Hola {{1}} y {{2}} ya."}, "body"),
        ({"body": "Hola {{1}}, tu pedido {{3}} ya va en camino hoy."}, "body"),
        ({"body": "Hola {{First}}, tu pedido ya va en camino hoy."}, "body"),
        ({"body": "Hola {{1}, tu pedido ya va en camino hoy."}, "body"),
        ({"body": "Hola {{name}}, tu pedido ya va en camino hoy.", "examples": {"name": "Ana"}}, "body"),
        ({"examples": {"1": "Ana"}}, "examples.2"),
        ({"footer": "x" * 61}, "footer"),
        ({"footer": "Hola {{1}}"}, "footer"),
        ({"buttons": quick(*"abcdefghijk")}, "buttons"),
        ({"buttons": (*quick("a"), Button("CATALOG", "Ver"), *quick("b"))}, "buttons"),
        (
            {"buttons": (Button("PHONE_NUMBER", "a", "+34 611 482 903"), Button("PHONE_NUMBER", "b", "+34 611 482 904"))},
            "buttons",
        ),
        ({"buttons": quick("igual", "igual")}, "buttons.0.text"),
        ({"buttons": quick("x" * 26)}, "buttons.0.text"),
        ({"buttons": quick("")}, "buttons.0.text"),
        ({"buttons": (Button("URL", "Ver", "sol.example"),)}, "buttons.0.value"),
        ({"buttons": (Button("URL", "Ver", "https://sol.example/{{1}}/x", "https://sol.example/a"),)}, "buttons.0.value"),
        ({"buttons": (Button("URL", "Ver", "https://sol.example/{{1}}"),)}, "buttons.0.example"),
        ({"buttons": (Button("PHONE_NUMBER", "Llamar", "hola"),)}, "buttons.0.value"),
        ({"buttons": (Button("COPY_CODE", example="x" * 21),)}, "buttons.0.example"),
        ({"buttons": (Button("FLOW", "Abrir"),)}, "buttons.0.value"),
    ],
)
def test_a_fault_is_told_beside_its_field(change, field):
    found = problems(replace(GOOD, **change))
    assert {name for name in found if not name.startswith("examples.") or name == field} <= {field, "buttons.1.text"}
    assert found[field].endswith((".", "order_shipped", "}}", "903", "orders"))


def test_a_template_for_codes_is_nothing_but_its_button():
    assert set(problems(replace(CODE, header=GOOD.header, buttons=(), code_minutes=91))) == {
        "header",
        "buttons",
        "code_minutes",
    }


def test_buttons_that_a_computer_does_not_show_are_a_warning():
    assert "buttons" in warnings(replace(GOOD, buttons=quick("a", "b", "c", "d")))
    assert "buttons" in warnings(replace(GOOD, buttons=(*quick("a"), Button("CATALOG", "Ver"))))
    assert warnings(replace(GOOD, buttons=quick("a", "b", "c"))) == {}


def test_a_definition_in_metas_words():
    assert definition(GOOD) == {
        "name": "order_shipped",
        "language": "es_AR",
        "category": "UTILITY",
        "parameter_format": "POSITIONAL",
        "components": [
            {"type": "HEADER", "format": "TEXT", "text": "Pedido {{1}}", "example": {"header_text": ["A-17"]}},
            {"type": "BODY", "text": GOOD.body, "example": {"body_text": [["Ana", "A-17"]]}},
            {"type": "FOOTER", "text": "Tienda Sol"},
            {
                "type": "BUTTONS",
                "buttons": [
                    {
                        "type": "URL",
                        "text": "Seguir",
                        "url": "https://sol.example/{{1}}",
                        "example": ["https://sol.example/A-17"],
                    }
                ],
            },
        ],
    }
    assert definition(CODE)["components"] == [
        {"type": "BODY", "add_security_recommendation": True},
        {"type": "FOOTER", "code_expiration_minutes": 10},
        {"type": "BUTTONS", "buttons": [{"type": "OTP", "text": "Copiar", "otp_type": "COPY_CODE"}]},
    ]


@pytest.mark.parametrize(
    "draft",
    [
        GOOD,
        replace(GOOD, header=Header("IMAGE", handle="4::aW")),
        replace(
            GOOD,
            body="Hola {{first_name}}, tu pedido ya va en camino hoy.",
            header=Header("TEXT", "De {{shop}}", "Sol"),
            examples={"first_name": "Ana"},
        ),
        replace(GOOD, header=None, footer="", buttons=(*quick("Sí", "No"), Button("COPY_CODE", example="X9"))),
    ],
)
def test_a_draft_survives_the_way_to_meta_and_back(draft):
    written = definition(draft)
    assert draft_of(draft.name, draft.language, draft.category, written["components"]) == draft


def test_variables_and_what_stands_for_them():
    assert variables("{{2}} a {{ 1 }} b {{2}}") == ["2", "1"]
    assert in_order("{{10}} {{9}} {{1}}") == ["1", "9", "10"]
    assert in_order("{{b}} {{a}}") == ["b", "a"]
    assert (is_named("{{a}}"), is_named("{{1}}"), is_named("x")) == (True, False, False)
    assert render("Hola {{ 1 }}, {{2}}", {"1": "{{2}}"}) == "Hola {{2}}, {{2}}"
    assert one_line(" a\tb\r\nc" + " " * 7 + "d ") == "a b c    d"
