"""A test of several texts: some people get them in turn, the best one goes to everybody else. Also texts changed on the way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec

from app.campaigns import lanes, significance
from app.campaigns.campaign import CHANGED, TOPIC, CannotUse
from app.campaigns.significance import Share, Verdict
from app.core import live
from app.core.db import Db, Tenant, platform_tx
from app.core.i18n import N_
from app.core.statements import statements
from app.message_templates import message_template, places

MOST_TEXTS = 4  # from this place on are texts that were changed on the way
LEAST_SHARE = 0.05
HOURS = range(1, 73)  # of waiting before the winner is chosen
WAITING = ("pending", "retry", "sending", "uncertain", "held")

q = statements("campaign_variants")


class Text(msgspec.Struct, frozen=True):
    """Place 0 is the campaign's own."""

    place: int
    template_id: int
    variables: dict[str, dict[str, str]]
    name: str = ""
    language: str = ""
    category: str = ""
    status: str = ""
    body: str = ""


class Plan(msgspec.Struct, frozen=True):
    """What somebody wishes to try; `texts` are those besides the campaign's own. Without an hour a person chooses."""

    texts: list[Text] = []
    share: float | None = None
    winner_by: Literal["read", "answer", "click"] | None = None
    winner_after: timedelta | None = None


class Test(msgspec.Struct, frozen=True):
    """What the campaign itself knows of its test."""

    test_share: float | None
    winner_by: Literal["read", "answer", "click"] | None
    winner_after: timedelta | None
    winner: int | None
    decided_at: datetime | None
    test_to: int | None

    @property
    def is_open(self) -> bool:
        """Whether somebody waits for its winner."""
        return self.test_share is not None and self.test_share < 1 and self.winner is None


class Figures(msgspec.Struct, frozen=True):
    people: int = 0
    sent: int = 0
    delivered: int = 0
    read: int = 0
    answered: int = 0
    clicked: int = 0

    def share(self, place: int, by: str) -> Share:
        return Share(place, {"answer": self.answered, "click": self.clicked}.get(by, self.read), self.sent)


class Variant(msgspec.Struct, frozen=True):
    """A text with what became of it: among the people of the test, and in all."""

    text: Text
    tested: Figures
    all: Figures


class Results(msgspec.Struct, frozen=True):
    test: Test
    variants: list[Variant]
    answered: int
    clicked: int

    @property
    def verdict(self) -> Verdict:
        """By what the campaign measures."""
        by = self.test.winner_by or "read"
        tried = [each for each in self.variants if each.text.place < MOST_TEXTS]
        return significance.judge([each.tested.share(each.text.place, by) for each in tried])


class CannotDecide(Exception):
    """There is no test, or its winner is known."""

    message = N_("There is nothing left to choose here. Reload the page to see which text won.")


async def texts(db: Db, campaign_id: int) -> list[Text]:
    """The campaign's own first."""
    return await db.many(q.texts, Text, id=campaign_id)


def merged(texts: Sequence[Text]) -> dict[str, dict[str, str]]:
    """The variables of all texts in one, called as in `keys`."""
    return {f"{text.place}:{key}" if text.place else key: value for text in texts for key, value in text.variables.items()}


async def keys(db: Db, campaign_id: int) -> list[str]:
    """The values of one person in a row, for all texts; those of text 1 are called "1:name"."""
    found: list[str] = []
    for text in await texts(db, campaign_id):
        template = await message_template.find(db, text.template_id)
        found += [f"{text.place}:{key}" if text.place else key for key in places.keys(template)]
    return found


async def test_of(db: Db, campaign_id: int) -> Test:
    return await db.one(q.test, Test, id=campaign_id)


async def save(db: Db, campaign_id: int, plan: Plan) -> None:
    """Of a campaign that has not begun. Raises CannotUse for a template that the number may not send."""
    await db.run(q.forget, id=campaign_id)
    for text in plan.texts:
        await add(db, campaign_id, text)
    await db.run(
        q.plan, id=campaign_id, share=plan.share, winner_by=plan.winner_by, winner_after=plan.winner_after,
    )  # fmt: skip


async def add(db: Db, campaign_id: int, text: Text) -> None:
    """Raises CannotUse."""
    variables = msgspec.json.encode(text.variables).decode()
    if await db.value(q.add, id=campaign_id, place=text.place, template_id=text.template_id, variables=variables) is None:
        raise CannotUse


async def begin(db: Db, campaign_id: int) -> None:
    """In the transaction of the launch, after its rows are there; nothing happens without a test."""
    await db.run(q.begin, id=campaign_id)


async def decide_due() -> None:
    """Looks for tests whose time is over; safe to repeat and to share with other workers."""
    async with platform_tx() as door:
        due = await door.rows(q.due)
    for row in due:
        async with Tenant(row["tenant_id"]).tx() as db:
            if await db.value(q.wait_for_test, id=row["id"]):
                await decide(db, row["id"], (await results(db, row["id"])).verdict.place)


async def decide(db: Db, campaign_id: int, place: int) -> None:
    """Everybody who waits gets this text: three columns of one row, however many they are. Raises CannotDecide."""
    for row in await db.rows(q.decide, id=campaign_id, place=place):
        if row["sending"]:
            await lanes.wake(db, row["number_id"])
        await live.announce(db, TOPIC, CHANGED, campaign_id)
        return
    raise CannotDecide


async def results(db: Db, campaign_id: int) -> Results:
    known = await texts(db, campaign_id)
    rows = await db.rows(q.results, id=campaign_id)
    variants = [
        Variant(text, _figures(rows, text.place, tested=True), _figures(rows, text.place, tested=None)) for text in known
    ]
    answered, clicked = (sum(row["n"] for row in rows if row["what"] == what) for what in ("answered", "clicked"))
    return Results(await test_of(db, campaign_id), variants, answered, clicked)


def _figures(rows: Sequence[dict[str, Any]], place: int, *, tested: bool | None) -> Figures:
    counted: dict[str, int] = {}
    for row in rows:
        if row["place"] == place and tested in (None, row["tested"]):
            counted[row["what"]] = counted.get(row["what"], 0) + row["n"]

    def n(*states: str) -> int:
        return sum(counted.get(state, 0) for state in states)

    sent = n("sent", "delivered", "read")
    return Figures(
        people=sent + n("failed", *WAITING), sent=sent, delivered=n("delivered", "read"), read=n("read"),
        answered=n("answered"), clicked=n("clicked"),
    )  # fmt: skip
