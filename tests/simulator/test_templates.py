"""Templates: what is refused, what the review says, and how they are listed, changed and deleted."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.conftest import eventually
from tests.simulator.conftest import Business


def body(text: str, *examples: str, **more: Any) -> dict[str, Any]:
    example = {"example": {"body_text": [list(examples)]}} if examples else {}
    return {"type": "BODY", "text": text, **example, **more}


def buttons(*kinds: str) -> dict[str, Any]:
    extra = {"URL": {"url": "https://olmo.example"}, "PHONE_NUMBER": {"phone_number": "+34910000000"}}
    return {"type": "BUTTONS", "buttons": [{"type": kind, "text": "Ver", **extra.get(kind, {})} for kind in kinds]}


async def verdict(business: Business, name: str) -> dict[str, Any]:
    def told() -> dict[str, Any] | None:
        return next(
            (change["value"] for change in business.changes() if change["value"].get("message_template_name") == name), None
        )

    value: dict[str, Any] = await eventually(told)
    return value


async def test_a_template_is_reviewed_after_a_moment(olmo: Business) -> None:
    made = (await olmo.template()).json()
    assert (made["status"], made["category"]) == ("PENDING", "UTILITY")
    value = await verdict(olmo, "envio")
    assert value == {
        "event": "APPROVED", "message_template_id": int(made["id"]), "message_template_name": "envio",
        "message_template_language": "es", "message_template_category": "UTILITY", "reason": "NONE",
    }  # fmt: skip
    entry = json.loads(olmo.posts()[0].body)["entry"][0]
    assert (entry["id"], type(entry["time"])) == (olmo.waba_id, int)
    assert olmo.is_signed(olmo.posts()[0])


async def test_the_word_rechazar_is_rejected(olmo: Business) -> None:
    made = (await olmo.template("mala", [body("Puedes rechazar esta oferta cuando quieras.")])).json()
    value = await verdict(olmo, "mala")
    assert (value["event"], value["reason"]) == ("REJECTED", "INVALID_FORMAT")
    shown = (await olmo.graph.get(f"/{made['id']}?fields=status,rejected_reason")).json()
    assert shown == {"id": made["id"], "status": "REJECTED", "rejected_reason": "INVALID_FORMAT"}


@pytest.mark.parametrize(
    ("wish", "subcode"),
    [
        ({"name": "Envío"}, None),
        ({"language": "castellano"}, None),
        ({"category": "GOSSIP"}, None),
        ({"components": [{"type": "FOOTER", "text": "Casa Olmo"}]}, 2388043),
        ({"components": [body("a" * 1025)]}, 2388040),
        ({"components": [body("{{1}}, gracias por venir a la tienda.", "Ana")]}, 2388299),
        ({"components": [body("Gracias por venir a la tienda, {{1}}", "Ana")]}, 2388299),
        ({"components": [body("Hola {{1}}.", "Ana")]}, 2388293),
        ({"components": [body("Hola {{1}}{{2}}, gracias por venir a la tienda.", "Ana", "Sol")]}, None),
        ({"components": [body("Hola {{1}}, tu pedido {{3}} llega mañana.", "Ana", "A-17")]}, None),
        ({"components": [body("Hola {{nombre}}, gracias por venir.", "Ana")]}, None),
        ({"components": [body("Hola {{1}}, gracias por venir.")]}, 2388043),
        ({"components": [body("Hola {{1}}, tu pedido {{2}} llega mañana.", "Ana")]}, 2388043),
        ({"components": [body("Hola."), {"type": "FOOTER", "text": "a" * 61}]}, 2388040),
        ({"components": [body("Hola."), {"type": "FOOTER", "text": "Para {{1}} de Olmo"}]}, 2388073),
        ({"components": [body("Hola."), {"type": "HEADER", "format": "TEXT", "text": "a" * 61}]}, 2388040),
        ({"components": [body("Hola."), {"type": "HEADER", "format": "TEXT", "text": "{{1}} y {{2}}"}]}, 2388047),
        ({"components": [body("Hola."), {"type": "HEADER", "format": "IMAGE"}]}, 2388043),
        ({"components": [body("Hola."), body("Adiós.")]}, None),
        ({"components": [body("Hola."), buttons(*["QUICK_REPLY"] * 11)]}, None),
        ({"components": [body("Hola."), buttons("QUICK_REPLY", "URL", "QUICK_REPLY")]}, None),
        ({"components": [body("Hola."), buttons("URL", "URL", "URL")]}, None),
    ],
)
async def test_a_malformed_template_is_refused(olmo: Business, wish: dict[str, Any], subcode: int | None) -> None:
    answer = await olmo.template(**{"name": "x", **wish})
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert (error["code"], error.get("error_subcode")) == (100, subcode)
    assert error["error_user_msg"]


async def test_a_name_and_language_is_taken_once(olmo: Business) -> None:
    await olmo.template()
    assert (await olmo.template()).json()["error"]["error_subcode"] == 2388024
    assert (await olmo.template(language="pt_BR")).status_code == 200


async def test_templates_are_listed_by_pages(olmo: Business) -> None:
    for name in ("uno", "dos", "tres"):
        await olmo.template(name, [body("Hola.")])
    path = f"/{olmo.waba_id}/message_templates?fields=id,name"
    first = (await olmo.graph.get(f"{path}&limit=2")).json()
    assert [one["name"] for one in first["data"]] == ["uno", "dos"]
    second = (await olmo.graph.get(f"{path}&limit=2&after={first['paging']['cursors']['after']}")).json()
    assert [one["name"] for one in second["data"]] == ["tres"]
    assert "next" not in second["paging"]
    assert [one["name"] for one in (await olmo.graph.get(f"{path}&name=dos")).json()["data"]] == ["dos"]
    assert (await olmo.graph.get(f"{path}&after=!")).json()["error"]["code"] == 131059


async def test_a_template_is_changed_reviewed_again_and_deleted(olmo: Business) -> None:
    made = (await olmo.template()).json()
    await verdict(olmo, "envio")
    assert (await olmo.graph.post(f"/{made['id']}", json={"category": "MARKETING"})).status_code == 400
    changed = await olmo.graph.post(f"/{made['id']}", json={"components": [body("Hola.")]})
    assert changed.json()["success"] is True
    await eventually(lambda: len(olmo.posts()) == 2)
    assert (await olmo.graph.get(f"/{made['id']}")).json()["components"] == [body("Hola.")]
    path = f"/{olmo.waba_id}/message_templates?name=envio"
    assert (await olmo.graph.delete(f"{path}&hsm_id=1")).status_code == 400
    assert (await olmo.graph.delete(f"{path}&hsm_id={made['id']}")).json() == {"success": True}
    assert (await olmo.graph.get(f"/{made['id']}")).json()["error"]["error_subcode"] == 33


async def test_meta_may_stop_a_template(olmo: Business) -> None:
    await olmo.template("promo", [body("Hola.")])
    await verdict(olmo, "promo")
    content = {"name": "promo", "language": {"code": "es"}}
    for status, code in (("PAUSED", 132015), ("DISABLED", 132016)):
        wish = {"waba_id": olmo.waba_id, "name": "promo", "language": "es", "status": status}
        assert (await olmo.door.put("/templates", json=wish)).status_code == 200
        assert await olmo.refused("34600000004", "template", content) == code
        await eventually(lambda status=status: olmo.changes()[-1]["value"]["event"] == status)
