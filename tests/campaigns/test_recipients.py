"""The people of a campaign: what was tried for each, who is tried again, who is left out, and all of them as a file."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from psycopg.types.json import Jsonb
from python_calamine import CalamineWorkbook

from app.campaigns.campaign import Campaign
from app.core import export, workbook
from app.core.spreadsheet import defused
from tests.campaigns.drafts import LIST, a_contact, a_wish, made
from tests.campaigns.workspace import Sending, a_sending
from tests.conftest import Person, eventually, page_of, text_of

STORY = [{"attempt": 1, "at": "2026-11-20T10:00:00+00:00", "outcome": "retry", "code": 131016}]


async def with_failures(owner: Person, status: str = "paused") -> Campaign:
    """Nine who failed for several reasons, one who waits, one who was left out before."""
    found = await made(owner, await a_wish(owner))
    async with owner.tenant.tx() as db:
        await db.conn.execute("update campaigns set status = %s, launched_at = now() where id = %s", (status, found.id))
        await db.conn.execute(
            """insert into campaign_recipients
                 (campaign_id, address, status, attempt, failed_at, error_code, error_detail, skip_reason, story)
               select %s, '+3461148' || lpad(n::text, 4, '0'), s, 1, case s when 'failed' then now() end, c,
                      case when s = 'failed' and c is null and n = 7 then 'outcome unknown' else '' end,
                      case s when 'skipped' then 'opted_out' else '' end, case when n = 1 then %s::jsonb end
                 from unnest(array_fill('failed'::text, array[8]) || array['pending', 'skipped'],
                             array[131026, 131026, 131016, 131049, 132012, 132012]) with ordinality u (s, c, n)""",
            (found.id, Jsonb(STORY)),
        )
    return found


async def ids(owner: Person, found: Campaign, where: str) -> list[int]:
    async with owner.tenant.tx() as db:
        rows = await db.conn.execute(
            f"select id from campaign_recipients where campaign_id = %s and {where} order by id".encode(), (found.id,)
        )
        return [row[0] for row in await rows.fetchall()]


async def test_failures_say_what_helps(owner: Person) -> None:
    found = await with_failures(owner)
    page = page_of(await owner.partial(f"{LIST}/{found.id}/failures"))
    assert [each.text() for each in page.css(".failures summary b")] == ["2", "2", "1", "1", "1", "1"]
    # Nobody who is not on WhatsApp gets there by trying again.
    offered = {each.attributes["hx-vals"] for each in page.css(".failures button[hx-post]")}
    assert not any("131026" in (each or "") for each in offered)
    assert len(offered) == 5


@pytest.mark.parametrize(
    ("groups", "left"),
    [(["131016"], 7), (["132012", "131049"], 5), (["unknown"], 7), (["unsent"], 7), (["131026"], 8), (["nonsense"], 8)],
)
async def test_a_class_is_tried_again_and_keeps_its_story(owner: Person, groups: list[str], left: int) -> None:
    found = await with_failures(owner)
    await owner.post(f"{LIST}/{found.id}/retries", {"groups": groups})
    assert len(await ids(owner, found, "status = 'failed'")) == left
    assert len(await ids(owner, found, "status = 'retry' and story @> '[{\"outcome\": \"failed\"}]'")) == 8 - left


async def test_chosen_people_are_tried_again(owner: Person) -> None:
    found = await with_failures(owner)
    page = page_of(await owner.partial(f"{LIST}/{found.id}/recipients?only=failed"))
    boxes = [each.attributes["value"] or "" for each in page.css("[name=recipient_ids]")]
    assert len(boxes) == 8
    answer = await owner.post(f"{LIST}/{found.id}/retries", {"recipient_ids": boxes[:2]})
    assert page_of(answer).css_first(".banner[data-tone=success]") is not None
    assert len(await ids(owner, found, "status = 'failed'")) == 6


async def test_nobody_of_a_cancelled_campaign_is_tried_again(owner: Person) -> None:
    found = await with_failures(owner, "cancelled")
    answer = await owner.post(f"{LIST}/{found.id}/retries", {"groups": ["131016"]})
    assert page_of(answer).css_first(".banner[data-tone=warning]") is not None
    assert len(await ids(owner, found, "status = 'failed'")) == 8


async def test_one_person_has_a_story(owner: Person) -> None:
    found = await with_failures(owner)
    first, *_ = await ids(owner, found, "status = 'failed'")
    path = f"{LIST}/{found.id}/recipients/{first}"
    page = await owner.get(path)
    assert "131016" in text_of(page, ".guards li:first-child")
    assert len(page_of(page).css(".guards li")) == 2
    await owner.put(f"{path}/retry")
    assert len(page_of(await owner.get(path)).css(".guards li")) == 3
    other = await made(owner, another(found))
    assert (await owner.get(f"{LIST}/{other.id}/recipients/{first}")).status_code == 404


def another(found: Campaign) -> dict[str, Any]:
    """The form of a second campaign with the same template."""
    return {
        "name": "Otra", "number_id": found.number_id, "template_id": found.template_id, "audience": "everyone", "when": "now",
        "uncertain_rule": "retry", "field.1": "first_name", "field.2": "variables.oferta",
    }  # fmt: skip


async def test_somebody_is_left_out_while_it_runs(owner: Person) -> None:
    found = await with_failures(owner)
    (waiting,) = await ids(owner, found, "status = 'pending'")
    path = f"{LIST}/{found.id}/recipients/{waiting}"
    assert page_of(await owner.get(path)).css_first("[hx-put$=exclusion]") is not None
    await owner.put(f"{path}/exclusion")
    assert await ids(owner, found, "skip_reason = 'excluded'") == [waiting]
    again = await owner.put(f"{path}/exclusion")
    assert page_of(again).css_first(".banner[data-tone=warning]") is not None


async def exported(owner: Person, campaign_id: int, kind: str, only: str = "") -> bytes:
    await owner.post(f"{LIST}/{campaign_id}/exports", {"kind": kind, "only": only})

    async def ready() -> str | None:
        link = page_of(await owner.partial(f"{LIST}/{campaign_id}/exports")).css_first("a[download]")
        return link.attributes["href"] if link else None

    answer = await owner.get(await eventually(ready))
    assert answer.status_code == 200
    assert f"-{campaign_id}.{kind}" in answer.headers["content-disposition"]
    return answer.content


@pytest.fixture
async def sending(owner: Person) -> Sending:
    """Somebody among them has a name that a spreadsheet would calculate."""
    found = await a_sending(owner, 3)
    async with owner.tenant.tx() as db:
        await db.conn.execute(
            "update contacts set name = '=HYPERLINK(\"https://evil.example\")' where id = (select max(id) from contacts)"
        )
    await found.launch()
    await found.settled()
    return found


async def test_everybody_as_csv(owner: Person, agent: Person, sending: Sending) -> None:
    content = (await exported(owner, sending.id, "csv")).decode("utf-8-sig")
    heading, *rows = csv.reader(io.StringIO(content), delimiter=";")
    assert len(heading) == 13
    assert len(rows) == 3
    assert all(row[0].startswith("+346") for row in rows)
    assert '\'=HYPERLINK("https://evil.example")' in [row[1] for row in rows]
    assert ["1", ""] in [row[11:] for row in rows]
    assert (await agent.get(f"{LIST}/{sending.id}/exports")).status_code == 403


async def test_everybody_as_a_workbook(owner: Person, sending: Sending, tmp_path: Path) -> None:
    path = tmp_path / "people.xlsx"
    path.write_bytes(await exported(owner, sending.id, "xlsx", "read"))
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    assert len(rows) == 4
    assert '=HYPERLINK("https://evil.example")' in [row[1] for row in rows]


async def test_a_file_is_forgotten_after_a_week_and_its_export_is_not(owner: Person, sending: Sending) -> None:
    async def link() -> bool:
        return page_of(await owner.partial(f"{LIST}/{sending.id}/exports")).css_first("a[download]") is not None

    await exported(owner, sending.id, "csv")
    await export.forget_old()
    assert await link()
    async with owner.tenant.tx() as db:
        await db.conn.execute("update exports set finished_at = now() - interval '8 days'")
    await export.forget_old()
    assert not await link()
    async with owner.tenant.tx() as db:
        kept = await db.conn.execute("select count(*), (select count(*) from files) from exports")
        assert await kept.fetchone() == (1, 0)


async def test_an_export_holds_whom_its_filter_shows(owner: Person, sending: Sending) -> None:
    content = (await exported(owner, sending.id, "csv", "failed")).decode("utf-8-sig")
    assert len(content.splitlines()) == 1


def test_what_does_not_fit_on_a_sheet_goes_on_with_the_next(tmp_path: Path) -> None:
    source, target = tmp_path / "a.csv", tmp_path / "a.xlsx"
    source.write_text("\ufeffNumber;Name\n" + "".join(f"{n};x\n" for n in range(5)))
    workbook.write(workbook.read(source), target, most=2)
    book = CalamineWorkbook.from_path(str(target))
    assert [len(book.get_sheet_by_index(at).to_python()) for at in range(3)] == [3, 3, 2]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("=1+1", "'=1+1"),
        ("+34611482903", "+34611482903"),
        ("+1-2", "'+1-2"),
        ("@x", "'@x"),
        ("-1", "'-1"),
        ("Ana", "Ana"),
        ("", ""),
    ],
)
def test_formulas_are_defused(text: str, wanted: str) -> None:
    assert defused(text) == wanted


async def test_a_contact_of_another_campaign_is_nobody(owner: Person, stranger: Person) -> None:
    found = await with_failures(owner)
    await a_contact(stranger, "Nadie")
    (waiting,) = await ids(owner, found, "status = 'pending'")
    assert (await stranger.put(f"{LIST}/{found.id}/recipients/{waiting}/exclusion")).status_code == 404
