"""What a measurement needs in the workspace: connected numbers, an approved template, people, campaigns."""

from __future__ import annotations

from typing import Any

import httpx
import msgspec

from app.bench import report
from app.core.db import Db, Tenant
from app.core.secrets import new_token
from app.numbers import phone_number
from app.numbers.phone_number import PhoneNumber
from app.settings import settings
from app.whatsapp.contract import Credentials

TEMPLATE = "bench_offer"
BODY = "Hola {{1}}, tu pedido {{2}} llega mañana. Gracias por esperar."
AT_ONCE = 100_000  # people in one transaction


class Place(msgspec.Struct, kw_only=True):
    """A workspace, where it and its provider answer, and, where somebody has to press buttons, their browser."""

    url: str
    graph_url: str
    tenant: Tenant
    browser: httpx.AsyncClient | None = None


async def connected_number(
    place: Place, *, per_second: int, statuses: bool = True, category: str = "UTILITY", **behaviour: Any
) -> PhoneNumber:
    """A number of the simulator with this throughput, connected as a person would connect it, with an approved template."""
    secret = new_token()
    wish = {
        "verified_name": "Bench", "throughput": "HIGH", "messages_per_second": per_second * 2, "limit": "TIER_UNLIMITED",
        "webhook_url": f"{place.url}/intake/meta", "app_secret": secret, "verify_token": settings().meta_verify_token,
        "review_ms": 0, "statuses": statuses, **behaviour,
    }  # fmt: skip
    async with httpx.AsyncClient(base_url=place.graph_url, timeout=20) as graph:
        made = (await graph.post("/simulator/numbers", json=wish)).json()
    names = ("waba_id", "phone_number_id", "access_token", "app_secret")
    number = await phone_number.connect(place.tenant, Credentials(**{name: made[name] for name in names}))
    async with place.tenant.tx() as db:
        await db.conn.execute(
            "update pacing set level = 'CUSTOM', by_hand = true, ceiling = %s, per_second = %s, burst = %s, tokens = 0,"
            " refilled_at = now() where number_id = %s",
            (per_second * 2, per_second, per_second, number.id),
        )
        await _approved(db, place, made, number, category=category)
    return number


async def _approved(db: Db, place: Place, made: dict[str, str], number: PhoneNumber, *, category: str) -> None:
    body = {"type": "BODY", "text": BODY, "example": {"body_text": [["Ana", "A-17"]]}}
    wish = {"name": TEMPLATE, "language": "es", "category": category, "components": [body]}
    headers = {"authorization": f"Bearer {made['access_token']}"}
    async with httpx.AsyncClient(base_url=place.graph_url, timeout=20, headers=headers) as graph:
        created = (await graph.post(f"/v25.0/{made['waba_id']}/message_templates", json=wish)).json()
    await db.conn.execute(
        "insert into message_templates (waba, name, language, category, body, examples, status, provider_id)"
        " select waba, %s, 'es', %s, %s, %s, 'approved', %s from phone_numbers where id = %s"
        # The number's templates are fetched after it is connected, and that may be sooner than this.
        " on conflict on constraint message_templates_identity_key do update set status = 'approved'",
        (TEMPLATE, category, BODY, msgspec.json.encode({"1": "Ana", "2": "A-17"}).decode(), created["id"], number.id),
    )


async def people(place: Place, count: int, *, first: int = 0) -> None:
    """Contacts with valid Spanish mobile numbers, none of which acts out a fate in the simulator (0000 to 0003)."""
    for made in range(0, count, AT_ONCE):
        await _people(place, min(AT_ONCE, count - made), first=first + made + made // 1000)
        if count > AT_ONCE:
            report.progress(f"{min(count, made + AT_ONCE):,} people")


async def _people(place: Place, count: int, *, first: int) -> None:
    async with place.tenant.tx() as db:
        await db.conn.execute(
            """with made as (
                 insert into contacts (name, variables)
                 select 'Persona ' || n, jsonb_build_object('pedido', 'A-' || n) from generate_series(%s::int, %s::int) n
                  where n %% 10000 > 3 limit %s
                 returning id, name)
               insert into contact_identities (contact_id, kind, value)
               select id, 'phone', '+346' || lpad(split_part(name, ' ', 2), 8, '0') from made""",
            (10_000_000 + first, 10_000_000 + first + count + count // 1000 + 4, count),
        )


async def labelled(place: Place, name: str, *, share: int, of: int) -> int:
    """A label on every `of`-th person, beginning with number `share`."""
    async with place.tenant.tx() as db:
        made = await (await db.conn.execute("insert into labels (name) values (%s) returning id", (name,))).fetchone()
        if made is None:
            raise RuntimeError("a label was not made")
        await db.conn.execute(
            "insert into contact_labels (label_id, contact_id) select %s, id from contacts where id %% %s = %s",
            (made[0], of, share),
        )
    return int(made[0])


async def campaign(place: Place, number: PhoneNumber, *, label_id: int | None = None) -> int:
    """A draft to everybody, or to everybody with the label."""
    chosen = {"kind": "labels", "ids": [label_id]} if label_id else {"kind": "everyone"}
    audience = msgspec.json.encode(chosen).decode()
    variables = msgspec.json.encode({"1": {"field": "name"}, "2": {"field": "variables.pedido"}}).decode()
    async with place.tenant.tx() as db:
        made = await (
            await db.conn.execute(
                "insert into campaigns (name, number_id, template_id, audience, variables)"
                " select 'Bench', n.id, t.id, %s, %s from phone_numbers n join message_templates t on t.waba = n.waba"
                " where n.id = %s returning id",
                (audience, variables, number.id),
            )
        ).fetchone()
    if made is None:
        raise RuntimeError("a campaign was not made")
    return int(made[0])


async def campaigns(
    place: Place, numbers: int, *, audience: int, per_second: int, **behaviour: Any
) -> list[tuple[PhoneNumber, int]]:
    """Drafts that share so many new people, each from a number of its own."""
    await people(place, audience)
    made = []
    for share in range(numbers):
        number = await connected_number(place, per_second=per_second, **behaviour)
        label = await labelled(place, f"bench {share}", share=share, of=numbers)
        made.append((number, await campaign(place, number, label_id=label)))
    async with place.tenant.tx() as db:
        await db.conn.execute("analyze contacts, contact_identities, contact_labels")
    return made


def webhook(number: PhoneNumber, **news: list[Any]) -> bytes:
    """What happened at a number, as Meta tells it."""
    at = {"display_phone_number": number.display, "phone_number_id": number.phone_number_id}
    change = {"field": "messages", "value": {"messaging_product": "whatsapp", "metadata": at, **news}}
    entry = {"id": number.waba_id, "changes": [change]}
    return msgspec.json.encode({"object": "whatsapp_business_account", "entry": [entry]})
