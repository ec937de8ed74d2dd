"""Two months of small talk, and what people answered to the campaigns: most of what the dashboard counts."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import accumulate

from app.core.clock import now
from app.core.db import Db
from app.core.statements import statements
from app.demo import mailings, talks
from app.demo.company import Seat
from app.demo.story import local, story

DAYS = 60
SHARE_WHO_WROTE = 0.75
STILL_OPEN = 70  # hours: what was asked since then nobody has closed yet
# Weekday to how much is going on: Saturdays are busy, on Sundays the shop is closed.
BUSY = (9, 8, 9, 8, 10, 11, 2)

q = statements("demo")


async def tell(db: Db, number_id: int, quiet: Sequence[int], seats: Sequence[Seat], *, chance: random.Random) -> None:
    """Of the contacts that the story is quiet about."""
    talking = {contact_id: _moments(chance) for contact_id in quiet if chance.random() < SHARE_WHO_WROTE}
    seated = {contact_id: chance.choice(seats) for contact_id in talking}
    opened = [
        {
            "contact_id": contact_id, "status": _status(at[-1]), "assignee_id": seated[contact_id].person,
            "team_id": seated[contact_id].team, "unread": 0, "at": at[0],
        }
        for contact_id, at in talking.items()
    ]  # fmt: skip
    conversations = await talks.open_conversations(db, number_id, opened)
    rows = [
        row
        for contact_id, at in talking.items()
        for moment in at
        for row in _exchange(conversations[contact_id], moment, seated[contact_id].person, chance)
    ]
    await talks.write(db, rows)
    for campaign_id in await mailings.tell(db, number_id):
        answers = [row for row in await db.rows(q.answers, campaign_id=campaign_id) if row["contact_id"] in quiet]
        await _answer(db, number_id, answers, conversations, chance=chance)


def _status(at: datetime) -> str:
    return "open" if now() - at < timedelta(hours=STILL_OPEN) else "resolved"


def _moments(chance: random.Random) -> list[datetime]:
    """When somebody wrote, first to last."""
    return sorted(_moment(chance) for _ in range(chance.randint(1, 6)))


def _moment(chance: random.Random) -> datetime:
    """In opening hours, more often on busy days and lately."""
    minutes = int(min(max(chance.gauss(14, 3), 8.2), 21.5) * 60)
    days_ago = chance.choices(range(1, DAYS + 1), cum_weights=_bustle(local(0, time()).date()))[0]
    return local(days_ago, time(minutes // 60, minutes % 60, chance.randrange(60)))


@lru_cache(maxsize=1)
def _bustle(today: date) -> list[float]:
    """Of each day back to the first, added up."""
    days = ((today - timedelta(days=ago), ago) for ago in range(1, DAYS + 1))
    return list(accumulate(BUSY[day.weekday()] * (1.2 - ago / (4 * DAYS)) for day, ago in days))


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


async def _answer(
    db: Db, number_id: int, answers: list[talks.Row], conversations: dict[int, int], *, chance: random.Random
) -> None:
    """Who answered a campaign has a conversation with that answer; who never wrote before is unread, and waits for somebody."""
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
