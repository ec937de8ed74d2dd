"""The campaigns of the shop: two that are over, one that the guard has stopped, one that is to come."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import msgspec
from psycopg.types.json import Jsonb

from app.alerts import raising
from app.alerts.raising import Finding
from app.campaigns import guard, launch
from app.campaigns.guard import Facts
from app.core.clock import now
from app.core.db import Db
from app.core.statements import statements
from app.demo.story import local

NAME = {"field": "first_name", "fallback": "cliente"}
OFFER = {"1": NAME, "2": {"text": "749 €"}}
MOST_HELD_BACK = 0.05


class Mailing(msgspec.Struct, frozen=True):
    """Of a thousand people `failing` do not get it; `reached` of them had their turn, or all."""

    name: str
    template: str
    variables: dict[str, dict[str, str]]
    failing: int = 18
    reached: int | None = None


OAK = Mailing("Nueva colección Roble", "coleccion_roble", {"1": NAME})
AUTUMN = Mailing("Rebajas de otoño", "rebajas_otono", OFFER)
# To people who had an offer yesterday, so WhatsApp holds it back for some of them.
LAST_CALL = Mailing("Última llamada, rebajas", "rebajas_otono", OFFER, failing=90, reached=160)
SATURDAY = Mailing("Cita en tienda, sábado", "cita_en_tienda", {"1": NAME})

q = statements("demo")
campaigns = statements("campaign_sending")


async def tell(db: Db, number_id: int) -> list[int]:
    """Answers those that people are answering these days."""
    await _over(db, number_id, OAK, days_ago=36)
    lately = [await _over(db, number_id, AUTUMN, days_ago=1), await _stopped(db, number_id)]
    await launch.schedule(db, await _made(db, number_id, SATURDAY), local(-1, time(10)))
    return lately


async def _over(db: Db, number_id: int, mailing: Mailing, *, days_ago: int) -> int:
    campaign_id, _ = await _sent(db, number_id, mailing, local(days_ago, time(18, 30)))
    await db.run(q.finish_campaign, id=campaign_id)
    return campaign_id


async def _stopped(db: Db, number_id: int) -> int:
    """As the guard would have done, alert included."""
    campaign_id, failed = await _sent(db, number_id, LAST_CALL, now() - timedelta(hours=3))
    facts = msgspec.to_builtins(Facts(failed, LAST_CALL.reached or 0, MOST_HELD_BACK))
    await db.run(q.pause_campaign, id=campaign_id, reason=guard.HELD_BACK, facts=Jsonb(facts), limit=MOST_HELD_BACK)
    await raising.note(db, [Finding("campaign_paused", str(campaign_id), {"reason": guard.HELD_BACK})])
    return campaign_id


async def _sent(db: Db, number_id: int, mailing: Mailing, at: datetime) -> tuple[int, int]:
    """To the people that a launch would have found. Answers the campaign, and for how many it failed."""
    campaign_id = await _made(db, number_id, mailing, at)
    await db.run(campaigns.fill, id=campaign_id, names=list(mailing.variables), share=0, shares=1)
    fate = {"reached": mailing.reached, "failing": mailing.failing}
    codes = await db.rows(q.outcome, campaign_id=campaign_id, launched_at=at, **fate)
    return campaign_id, sum(row["error_code"] is not None for row in codes)


async def _made(db: Db, number_id: int, mailing: Mailing, launched_at: datetime | None = None) -> int:
    made: int = await db.value(
        q.campaign, name=mailing.name, number_id=number_id, template=mailing.template, variables=Jsonb(mailing.variables),
        status="launching" if launched_at else "draft", launched_at=launched_at,
    )  # fmt: skip
    return made
