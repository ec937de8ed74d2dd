"""A workspace that can send: a number of the simulator, an approved template, people, a campaign; and how to look at it."""

from __future__ import annotations

from typing import Any

import httpx

from app.bench import stock
from app.bench.stock import Place
from app.campaigns import launch
from app.numbers.phone_number import PhoneNumber
from tests.conftest import BASE, SIMULATOR, Person, eventually, page_of

AT_ONCE = {"sent": [0, 20], "delivered": [20, 40], "read": [40, 60]}


class Sending:
    """A campaign to everybody with one label, and what the receiving side says of it."""

    def __init__(self, owner: Person, number: PhoneNumber, campaign_id: int, label_id: int) -> None:
        self.owner, self.number, self.id, self.label_id = owner, number, campaign_id, label_id

    async def launch(self) -> None:
        async with self.owner.tenant.tx() as db:
            await launch.launch(db, self.id)

    async def rows(self, what: str) -> list[tuple[Any, ...]]:
        async with self.owner.tenant.tx() as db:
            found = await db.conn.execute(
                f"select {what} from campaign_recipients where campaign_id = %s order by id", (self.id,)
            )
            return await found.fetchall()

    async def status(self) -> str:
        async with self.owner.tenant.tx() as db:
            found = await (await db.conn.execute("select status from campaigns where id = %s", (self.id,))).fetchone()
            assert found is not None
            return str(found[0])

    async def is_(self, *statuses: str) -> bool:
        return await self.status() in statuses

    async def counted(self) -> dict[str, int]:
        """As the triggers have it: rollup and unfolded tail."""
        async with self.owner.tenant.tx() as db:
            found = await db.conn.execute(
                "select status, sum(n)::int from (select status, n from campaign_counts where campaign_id = %s"
                " union all select status, n from campaign_deltas where campaign_id = %s) t group by 1 having sum(n) <> 0",
                (self.id, self.id),
            )
            return dict(await found.fetchall())

    async def recounted(self) -> dict[str, int]:
        """As the rows have it."""
        async with self.owner.tenant.tx() as db:
            found = await db.conn.execute(
                "select status, count(*)::int from campaign_recipients where campaign_id = %s group by 1", (self.id,)
            )
            return dict(await found.fetchall())

    async def is_now(self, rows: dict[str, int]) -> bool:
        return await self.recounted() == rows

    async def everybody_got_it_once(self, people: int) -> None:
        received = await self.received()
        assert (received["accepted"], received["people"], received["twice"]) == (people, people, 0)
        assert await self.counted() == await self.recounted()

    async def received(self) -> dict[str, Any]:
        async with httpx.AsyncClient(base_url=SIMULATOR) as simulator:
            answer = await simulator.get(
                "/simulator/received", params={"phone_number_id": self.number.phone_number_id, "detail": 1}
            )
            return dict(answer.json())

    async def screen(self, address: str) -> str:
        """What this person reads on their phone."""
        async with httpx.AsyncClient(base_url=SIMULATOR) as simulator:
            query = {"number": self.number.phone_number_id, "from": address.removeprefix("+")}
            screen = await simulator.get("/simulator/phone/messages", params=query)
        return " ".join(text.text() for text in page_of(screen).css(".bubble"))

    async def behave(self, **wishes: Any) -> None:
        async with httpx.AsyncClient(base_url=SIMULATOR) as simulator:
            wish = {"phone_number_id": self.number.phone_number_id, **wishes}
            (await simulator.put("/simulator/behaviour", json=wish)).raise_for_status()

    async def settled(self, *, within: float = 20) -> dict[str, int]:
        """Waits until nothing is open any more; answers the rows by status."""

        async def closed() -> dict[str, int] | None:
            rows = await self.recounted()
            return (
                rows if rows and not rows.keys() & {"pending", "retry", "sending", "uncertain", "sent", "delivered"} else None
            )

        return dict(await eventually(closed, within=within))


async def a_sending(owner: Person, people: int = 20, *, per_second: int = 500, **behaviour: Any) -> Sending:
    """Statuses come at once and everybody reads, unless told otherwise."""
    place = Place(url=BASE, graph_url=SIMULATOR, tenant=owner.tenant)
    number = await stock.connected_number(place, per_second=per_second, **{"delay_ms": AT_ONCE, "read_share": 1, **behaviour})
    # Connecting fetches the account's templates; what a test changes in them must come after.
    await eventually(lambda: jobs_are_done(owner))
    await stock.people(place, people, first=10)
    label = await stock.labelled(place, "Clientes", share=0, of=1)
    return Sending(owner, number, await stock.campaign(place, number, label_id=label), label)


async def jobs_are_done(owner: Person) -> bool:
    async with owner.tenant.tx() as db:
        waiting = await db.conn.execute(
            "select 1 from procrastinate_jobs where status in ('todo', 'doing') and (args ->> 'tenant_id')::bigint = %s",
            (owner.tenant_id,),
        )
        return await waiting.fetchone() is None
