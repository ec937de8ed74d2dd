"""Two months of small talk, two campaigns that are over and one that is to come: what the dashboard counts."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec
from psycopg.types.json import Jsonb

from app.campaigns import launch
from app.core.clock import now
from app.core.db import Db
from app.core.statements import statements
from app.demo import talks
from app.demo.story import story

DAYS = 60
SHARE_WHO_WROTE = 0.75
STILL_OPEN = 20  # hours: what was asked since then nobody has closed yet
# Weekday to how much is going on: Saturdays are busy, on Sundays the shop is closed.
BUSY = (9, 8, 9, 8, 10, 11, 2)

NAME = {"field": "first_name", "fallback": "cliente"}


class Mailing(msgspec.Struct, frozen=True):
    name: str
    template: str
    variables: dict[str, dict[str, str]]


OAK = Mailing("Nueva colección Roble", "coleccion_roble", {"1": NAME})
AUTUMN = Mailing("Rebajas de otoño", "rebajas_otono", {"1": NAME, "2": {"text": "749 €"}})
SATURDAY = Mailing("Cita en tienda, sábado", "cita_en_tienda", {"1": NAME})

q = statements("demo")
campaigns = statements("campaign_sending")


async def tell(db: Db, number_id: int, quiet: Sequence[int], agents: Sequence[int], *, chance: random.Random) -> None:
    """Of the contacts that the story is quiet about."""
    talking = {contact_id: _moments(chance) for contact_id in quiet if chance.random() < SHARE_WHO_WROTE}
    opened = [
        {"contact_id": contact_id, "status": _status(at[-1]), "assignee_id": chance.choice(agents), "unread": 0, "at": at[0]}
        for contact_id, at in talking.items()
    ]
    conversations = await talks.open_conversations(db, number_id, opened)
    rows = [
        row
        for contact_id, at in talking.items()
        for moment in at
        for row in _exchange(conversations[contact_id], moment, chance.choice(agents), chance)
    ]
    await talks.write(db, rows)
    await _sent(db, number_id, OAK, days_ago=36)
    autumn = await _sent(db, number_id, AUTUMN, days_ago=1)
    answers = [row for row in await db.rows(q.answers, campaign_id=autumn) if row["contact_id"] in quiet]
    await _answer(db, number_id, answers, conversations, chance=chance)
    await launch.schedule(db, await _made(db, number_id, SATURDAY), _local(-1, time(10)))


def _status(at: datetime) -> str:
    return "open" if now() - at < timedelta(hours=STILL_OPEN) else "resolved"


def _moments(chance: random.Random) -> list[datetime]:
    """When somebody wrote, first to last."""
    return sorted(_moment(chance) for _ in range(chance.randint(1, 6)))


def _moment(chance: random.Random) -> datetime:
    """In opening hours, more often on busy days and lately."""
    today = now().astimezone(ZoneInfo(story().time_zone)).date()
    choices = range(1, DAYS + 1)
    weights = [BUSY[(today - timedelta(days=ago)).weekday()] * (1.2 - ago / (4 * DAYS)) for ago in choices]
    minutes = int(min(max(chance.gauss(14, 3), 8.2), 21.5) * 60)
    return _local(chance.choices(choices, weights)[0], time(minutes // 60, minutes % 60, chance.randrange(60)))


def _exchange(conversation_id: int, at: datetime, agent: int, chance: random.Random) -> list[talks.Row]:
    question, answer, thanks = chance.choice(story().small_talk)
    filled = {"city": chance.choice(story().cities), "piece": chance.choice(story().pieces)}
    answered = at + timedelta(seconds=chance.randrange(40, 1500))
    status = "read" if chance.random() < 0.9 else "delivered"
    rows = [
        talks.row(conversation_id, "in", question.format(**filled), at),
        talks.row(conversation_id, "out", answer.format(**filled), answered, status=status, author_id=agent),
    ]
    if chance.random() < 0.7:
        rows.append(talks.row(conversation_id, "in", thanks, answered + timedelta(seconds=chance.randrange(20, 900))))
    return rows


async def _sent(db: Db, number_id: int, mailing: Mailing, *, days_ago: int) -> int:
    """One that is over: its people are those that a launch would have found."""
    launched_at = _local(days_ago, time(18, 30))
    campaign_id = await _made(db, number_id, mailing, launched_at)
    await db.run(campaigns.fill, id=campaign_id, names=list(mailing.variables), share=0, shares=1)
    await db.run(q.outcome, campaign_id=campaign_id, launched_at=launched_at)
    await db.run(q.finish_campaign, id=campaign_id)
    return campaign_id


async def _made(db: Db, number_id: int, mailing: Mailing, launched_at: datetime | None = None) -> int:
    made: int = await db.value(
        q.campaign, name=mailing.name, number_id=number_id, template=mailing.template, variables=Jsonb(mailing.variables),
        status="launching" if launched_at else "draft", launched_at=launched_at,
    )  # fmt: skip
    return made


def _local(days_ago: int, at: time) -> datetime:
    """On the shop's clock."""
    zone = ZoneInfo(story().time_zone)
    return datetime.combine(now().astimezone(zone).date() - timedelta(days=days_ago), at, zone)


async def _answer(
    db: Db, number_id: int, answers: list[talks.Row], conversations: dict[int, int], *, chance: random.Random
) -> None:
    """Who answered a campaign has a conversation with that answer; who never wrote before is still unread."""
    new = [
        {"contact_id": row["contact_id"], "status": "open", "assignee_id": None, "unread": 1, "at": row["at"]}
        for row in answers
        if row["contact_id"] not in conversations
    ]
    conversations |= await talks.open_conversations(db, number_id, new)
    rows = []
    for answer in answers:
        text = chance.choice(story().campaign_answers).format(city=chance.choice(story().cities))
        rows.append(talks.row(conversations[answer["contact_id"]], "in", text, answer["at"], quoted=answer["wamid"]))
    await talks.write(db, rows)
