"""The log in words: columns, values and devices as people know them, ids by their names, in pages and in the file."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from app.audit import telling
from app.audit.audit import Entry
from app.core import i18n
from app.core.clock import now
from tests.accounts.test_sessions import FIREFOX
from tests.architecture.belongings import one_of_each
from tests.audit.test_audit import PAGE
from tests.conftest import Person, page_of


async def rows(person: Person) -> list[str]:
    """The newest first, in English."""
    page = page_of(await person.get(PAGE + "?language=en"))
    return [said(row) for row in page.css("tbody tr[id]")]


def said(node: Any) -> str:
    return " ".join(node.text(separator=" ").split())


async def newest(person: Person) -> str:
    link = page_of(await person.get(PAGE + "?language=en")).css_first("tbody th a")
    assert link is not None
    return said(page_of(await person.get(link.attributes["href"] or "")).css_first("#entry"))


async def test_ids_are_told_as_names_also_when_they_are_gone(owner: Person) -> None:
    things = await one_of_each(owner)
    label, contact = things.ids["labels"], things.ids["contacts"]
    await owner.put(f"/contacts/selection/labels/{label}", {"ids": [contact]})
    await owner.put(f"/contacts/labels/{label}", {"name": "Clientes", "tone": "success"})
    await owner.put("/teams/rules", {"capacity": "12", "incoming_team": str(things.ids["teams"])})
    await owner.put(f"/teams/people/{owner.user_id}", {"capacity": "15", "state": ""})
    capacity, ruled, renamed, labelled, *_ = await rows(owner)
    assert "Changed Availability Ana Olmo Conversations at most 15" in capacity
    assert f"Rules for all teams Conversations at most 12 New conversations go to {things.mark}" in ruled
    assert f"Label Clientes Name {things.mark} → Clientes Colour Main → Green" in renamed
    assert f"Label on a contact {things.mark} Label Clientes" in labelled
    assert labelled in [said(row) for row in page_of(await owner.get(f"{PAGE}?q={things.mark}")).css("tbody tr[id]")]
    await owner.delete(f"/contacts/labels/{label}")
    await owner.delete(f"/contacts/{contact}")
    found = [row for row in await rows(owner) if "Created Label on a contact" in row]
    assert all(f"Label on a contact {things.mark} Label Clientes" in row for row in found)
    assert len(found) == 1


async def test_lists_are_told_as_what_came_and_what_went(owner: Person) -> None:
    role = {"name": "Caja", "level": "4", "inherits": "viewer", "permissions": ["messages.send", "labels.create"]}
    await owner.post("/settings/roles", role)
    async with owner.tenant.tx() as db:
        (key,) = await (await db.conn.execute("select id from roles")).fetchone() or (0,)
    await owner.put(f"/settings/roles/{key}", role | {"inherits": "guest", "permissions": ["messages.send", "campaigns.view"]})
    row = (await rows(owner))[0]
    assert "Includes Viewer → Guest" in row
    assert "Added See campaigns and how they go. Taken out Make new labels." in row
    assert "Answer in conversations." not in row


async def test_what_the_page_shortens_is_whole_in_its_entry_and_raw_in_the_file(owner: Person) -> None:
    owner.http.headers["user-agent"] = FIREFOX
    text = "Su pedido sale hoy. " * 30
    await owner.post("/settings/quick-replies", {"shortcut": "largo", "body": text.strip()})
    row = (await rows(owner))[0]
    assert text.strip() not in row
    entry = await newest(owner)
    assert text.strip() in entry
    assert "Device Firefox on Linux" in entry
    lines = list(csv.DictReader(io.StringIO((await owner.get(PAGE + "/export")).text.lstrip("\ufeff"))))
    assert (lines[0]["Device"], lines[0]["Browser in its own words"]) == ("Firefox on Linux", FIREFOX)
    assert "Text: Su pedido sale hoy." in lines[0]["After"]
    assert '"shortcut":"largo"' in lines[0]["After, as kept"]
    assert lines[0]["Action"] == "quick_replies.create"


@pytest.mark.parametrize(
    ("table", "before", "after", "told"),
    [
        ("campaigns", {"status": "draft"}, {"status": "paused"}, [("Status", "Draft", "Paused")]),
        ("campaigns", {"canary_wait": "00:30:00"}, {"canary_wait": "1 day 02:05:00"},
         [("Waits after the first ones", "30 min", "26 h 5 min")]),
        ("campaigns", {"most_failed": 0.1}, {"most_failed": None}, [("Pauses when so many fail", "10 %", "")]),
        ("campaigns", {"scheduled_at": "2026-11-21T10:05:00.12+00:00"}, {"scheduled_at": None},
         [("Planned for", "21 Nov 2026, 11:05", "")]),
        ("campaigns", {"variables": {"1": {"field": "name", "fallback": "x"}}}, {"variables": {"1": {"text": "Ana"}}},
         [("Values › 1 › Comes from", "Name", ""), ("Values › 1 › If there is nothing", "x", ""),
          ("Values › 1 › Text", "", "Ana")]),
        ("campaigns", {"audience": {"kind": "everyone"}}, {"audience": {"kind": "import", "id": 7}},
         [("Whom it reaches › Kind", "Everyone", "The people of one import"), ("Whom it reaches › Import", "", "#7")]),
        ("message_templates", {"buttons": [{"kind": "URL", "text": "Ver"}]}, {"buttons": [{"kind": "URL", "text": "Mirar"}]},
         [("Buttons › 1 › Text", "Ver", "Mirar")]),
        ("pacing", {"paused_until": "-infinity", "level": "STANDARD"},
         {"paused_until": "2026-11-21T10:05:00+00:00", "level": "HIGH"},
         [("Speed", "Standard", "High"), ("Rests until", "", "21 Nov 2026, 11:05")]),
        ("business_hours", None, {"weekday": 7, "opens": 540, "closes": 1500},
         [("Day", "", "Sunday"), ("Opens", "", "9:00"), ("Closes", "", "1:00")]),
        ("tenants", {"country": "ES", "two_factor_required": False}, {"country": "BR", "two_factor_required": True},
         [("Country", "Spain", "Brazil"), ("Two-factor sign-in for everybody", "No", "Yes")]),
        ("phone_numbers", {"tier": "TIER_1K", "quality": "GREEN"}, {"tier": "TIER_UNLIMITED", "quality": "RED"},
         [("Quality", "High", "Low"), ("Messaging limit", "1,000 people a day", "WhatsApp sets no limit")]),
        ("contacts", {"email": "•••"}, {"email": "•••"}, [("E-mail", "", "•••")]),
        ("campaigns", {"only_to": 7}, {"only_to": 8}, []),
    ],
)  # fmt: skip
def test_values_are_told_as_people_know_them(
    table: str, before: dict[str, Any] | None, after: dict[str, Any], told: list[tuple[str, str, str]]
) -> None:
    entry = Entry(
        id=1, at=now(), actor="person", user_id=1, actor_name="Ana", action=f"{table}.update", subject_id=1, subject_name="",
        before=before, after=after, rows=1, route="", reason="", address="", agent="", request_id="",
    )  # fmt: skip
    with i18n.speaking("en"):
        changes = telling.Reader({}, "Europe/Madrid").changes(entry)
        assert [(each.word, each.before, each.after) for each in changes] == told
