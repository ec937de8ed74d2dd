"""A campaign under way, on its page: figures, pace, what failed and why, its people, and what one can still do."""

from __future__ import annotations

from app.campaigns import campaign, recipient
from app.campaigns.campaign import Campaign, Counts
from tests.campaigns.drafts import LIST, a_wish, made
from tests.conftest import Person, page_of, text_of

STATES = ["pending", "sent", "delivered", "delivered", "read", "failed", "failed", "skipped"]


async def with_recipients(person: Person, status: str = "sending") -> Campaign:
    found = await made(person, await a_wish(person))
    async with person.tenant.tx() as db:
        await db.conn.execute("update campaigns set status = %s, launched_at = now() where id = %s", (status, found.id))
        await db.conn.execute(
            """insert into campaign_recipients
                 (campaign_id, address, status, attempt, sent_at, failed_at, error_code, skip_reason)
               select %s, '+3461148' || lpad(n::text, 4, '0'), s, 1,
                      case when s in ('sent', 'delivered', 'read') then now() end, case s when 'failed' then now() end,
                      case s when 'failed' then 131026 end, case s when 'skipped' then 'opted_out' else '' end
                 from unnest(%s::text[]) with ordinality u (s, n)""",
            (found.id, STATES),
        )
    return found


async def test_the_page_shows_states_failures_and_people(owner: Person) -> None:
    found = await with_recipients(owner, "paused")
    async with owner.tenant.tx() as db:
        counts = await campaign.counts(db, found.id)
    assert counts == Counts(pending=1, sent=1, delivered=2, read=1, failed=2, skipped=1)
    assert (counts.total, counts.gone_out, counts.done) == (7, 4, 6)
    page = await owner.get(f"{LIST}/{found.id}")
    assert text_of(page, ".run-done .tabular") == "6"
    figures = {row.attributes["data-state"]: row.css_first("dd").text() for row in page_of(page).css(".legend > div")}  # type: ignore[union-attr]
    assert figures["pending"] == "1"
    failures = await owner.partial(f"{LIST}/{found.id}/failures")
    assert text_of(failures, "summary b") == "2"
    assert "131026" in text_of(failures, "details details")
    people = await owner.partial(f"{LIST}/{found.id}/recipients?only=failed")
    assert len(page_of(people).css("tbody tr")) == 2
    assert len(page_of(await owner.partial(f"{LIST}/{found.id}/recipients")).css("tbody tr")) == 8
    listed = await owner.partial(f"{LIST}?only=running")
    assert page_of(listed).css_first(f"#campaign-{found.id} rect[data-state=failed]") is not None
    assert page_of(await owner.partial(f"{LIST}?only=drafts")).css_first("tbody tr") is None


async def test_the_people_of_a_campaign_page_by_keyset(owner: Person) -> None:
    found = await made(owner, await a_wish(owner))
    async with owner.tenant.tx() as db:
        await db.conn.execute(
            "insert into campaign_recipients (campaign_id, address, status)"
            " select %s, '+34' || n, (array['sent', 'read', 'pending'])[1 + n %% 3] from generate_series(1, 120) n",
            (found.id,),
        )
        first = await recipient.search(db, found.id)
        second = await recipient.search(db, found.id, page=first.next)
    assert [row.address for row in second.rows[:2]] == ["+3451", "+3452"]
    more = page_of(await owner.partial(f"{LIST}/{found.id}/recipients")).css_first(".load-more")
    assert more is not None
    assert len(page_of(await owner.partial(more.attributes["hx-get"] or "")).css(".avatar")) == 50


async def test_a_running_campaign_says_how_fast_and_how_long(owner: Person) -> None:
    found = await made(owner, await a_wish(owner))
    async with owner.tenant.tx() as db:
        await db.conn.execute("update campaigns set status = 'sending', launched_at = now() where id = %s", (found.id,))
        await db.conn.execute(
            """insert into campaign_recipients (campaign_id, address, status, next_attempt_at, sent_at)
               select %s, '+34' || n, case when n <= 600 then 'sent' else 'retry' end, now() + interval '1 hour',
                      case when n <= 600 then now() - interval '1 minute' + n * interval '0.1 second' end
                 from generate_series(1, 1200) n""",
            (found.id,),
        )
        pace = await recipient.pace(db, found.id)
    assert 9 < pace.per_second < 11
    assert pace.series is not None
    assert len(pace.series) == 24
    page = await owner.get(f"{LIST}/{found.id}")
    assert page_of(page).css_first(".sparkline") is not None


async def test_it_is_paused_continued_and_cancelled(owner: Person) -> None:
    found = await with_recipients(owner)
    async with owner.tenant.tx() as db:
        # Nothing goes out meanwhile: this number is not one that the provider knows, and that would pause it again.
        await db.conn.execute("update pacing set tokens = 0, refilled_at = now() + interval '1 hour'")
    path = f"{LIST}/{found.id}"

    async def status() -> str:
        async with owner.tenant.tx() as db:
            return (await campaign.find(db, found.id)).status

    await owner.put(f"{path}/pause")
    assert await status() == "paused"
    twice = await owner.put(f"{path}/pause", headers={"HX-Request": "true", "HX-Request-Type": "partial"})
    assert page_of(twice).css_first(".banner[data-tone=warning]") is not None
    await owner.delete(f"{path}/pause")
    assert await status() == "sending"
    await owner.put(f"{path}/cancellation")
    assert await status() == "cancelled"
    assert page_of(await owner.get(path)).css_first("button[hx-put]") is None


async def test_unknown_outcomes_say_that_we_wait(owner: Person) -> None:
    found = await with_recipients(owner)
    async with owner.tenant.tx() as db:
        await db.conn.execute(
            "update campaign_recipients set status = 'uncertain' where campaign_id = %s and status = 'sent'", (found.id,)
        )
    assert "10" in text_of(await owner.get(f"{LIST}/{found.id}"), "#status .banner[data-tone=warning]")
