"""The demo: a workspace that is worth looking at, made once; and what the command line does for users."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app import user_command
from app.core import phone
from app.core.pages import ROOT
from app.demo import workspace
from app.settings import SettingsError
from tests.conftest import BASE, Person, page_of

COUNTS = {
    "contacts": 300, "labels": 7, "quick_replies": 6, "message_templates": 6, "campaigns": 4, "memberships": 12,
    "phone_numbers": 1, "api_tokens": 1, "teams": 3, "team_members": 8, "roles": 1, "member_roles": 11, "business_hours": 6,
    "holidays": 4,
}  # fmt: skip


OUT_OF_ORDER = b"""
select (select count(*) from messages where at > now() or sent_at < at or delivered_at < sent_at or read_at < delivered_at),
       (select count(*) from campaign_recipients where delivered_at < sent_at or read_at < delivered_at)"""


@pytest.fixture
async def ines(house: str) -> Person:
    """She owns the demo workspace."""
    made = await workspace.fill()
    browser = Person(made.email)
    await browser.get("/sign-in")
    answer = await browser.post("/sign-in", {"email": made.email, "password": made.password})
    assert answer.headers["location"] == "/inbox"
    return browser


async def counted() -> dict[str, int]:
    owner = await workspace._people()
    async with owner.tx() as db:
        return {
            table: (await (await db.conn.execute(f"select count(*) from {table}".encode())).fetchone())[0] for table in COUNTS
        }  # type: ignore[index]


async def test_the_workspace_is_made_once(house: str) -> None:
    made = await workspace.fill()
    assert made.url == BASE
    assert await counted() == COUNTS
    assert await workspace.fill() == made
    assert await counted() == COUNTS


async def test_its_people_have_valid_mobile_numbers_and_its_messages_add_up(ines: Person) -> None:
    owner = await workspace._people()
    async with owner.tx() as db:
        numbers = await (await db.conn.execute("select value from contact_identities where kind = 'phone'")).fetchall()
        kinds = await (await db.conn.execute("select distinct kind from messages")).fetchall()
        wrong = await (await db.conn.execute(OUT_OF_ORDER)).fetchone()
    assert all(phone.normalise(value, "ES") == value for (value,) in numbers)
    assert {"text", "image", "audio", "location", "contacts", "template", "note"} <= {kind for (kind,) in kinds}
    assert wrong == (0, 0)


SHOWS = {
    "/inbox": "Lucía Fernández", "/dashboard?days=30": "Última llamada, rebajas", "/message-templates": "coleccion_roble",
    "/numbers": "Casa Olmo", "/campaigns": "Última llamada, rebajas", "/teams": "Pedidos y montaje",
    "/settings/people": "Jefe de tienda", "/settings/roles": "Marketing", "/settings/audit": "Web nueva",
    "/settings/workspace/hours": "San José", "/ops/alerts": "Última llamada",
}  # fmt: skip


async def test_every_page_of_it_shows_something(ines: Person) -> None:
    for path, something in SHOWS.items():
        answer = await ines.get(path)
        assert answer.status_code == 200, path
        assert something in page_of(answer).css_first("main, #main").text(), path


async def test_its_people_are_there_in_every_way_and_conversations_wait_in_queues(ines: Person) -> None:
    owner = await workspace._people()
    async with owner.tx() as db:
        states = await (await db.conn.execute("select distinct state from availability")).fetchall()
        queues = await (await db.conn.execute("select count(*) from load_of_teams() where waiting > 0")).fetchone()
        presets = await (await db.conn.execute("select count(distinct coalesce(preset, '')) from member_roles")).fetchone()
    assert {state for (state,) in states} == {"online", "away", "busy", "offline"}
    assert (queues, presets) == ((2,), (8,))


async def test_the_sign_in_page_opens_it_with_one_click(nobody: Person) -> None:
    page = page_of(await nobody.get("/sign-in"))
    assert page.css_first('[formaction="/demo"]') is not None
    assert (await nobody.post("/demo")).headers["location"] == "/inbox"
    assert (await nobody.get("/inbox")).status_code == 200


async def test_its_token_works_and_is_the_same_each_time(house: str, nobody: Person) -> None:
    made = await workspace.fill()
    head = {"Authorization": f"Bearer {made.token}"}
    assert (await nobody.get("/api/v1/dashboard", headers=head)).json()["total"]["sent"] > 0


def test_production_makes_none_unless_asked_by_name(tmp_path: Path) -> None:
    production = {
        "RECADO_ENV": "production", "RECADO_HOME": str(tmp_path), "RECADO_EMBEDDED": "yes", "RECADO_SECRET_KEY": "x" * 40,
        "RECADO_ENCRYPTION_KEYS": "y" * 40, "RECADO_PUBLIC_URL": "https://recado.example", "META_VERIFY_TOKEN": "z",
    }  # fmt: skip
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("RECADO_", "META_"))} | production
    ran = subprocess.run(
        [sys.executable, "-m", "app", "demo", "--json"], check=False, env=environ, capture_output=True, text=True, cwd=ROOT
    )
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "--in-production" in ran.stderr


async def test_a_token_from_the_command_line_replaces_the_one_before(owner: Person, nobody: Person) -> None:
    first = await user_command.token_of(owner.email)
    second = await user_command.token_of(owner.email.upper())
    statuses = [
        (await nobody.get("/api/v1/contacts", headers={"Authorization": f"Bearer {token}"})).status_code
        for token in (first, second)
    ]
    assert statuses == [401, 200]


async def test_nobody_gets_a_token_for_an_unknown_address(house: str) -> None:
    with pytest.raises(SettingsError, match="Nobody signs in with"):
        await user_command.token_of("nadie@casaolmo.example")


async def test_the_command_line_appoints_who_looks_after_the_installation(owner: Person) -> None:
    await user_command.appoint(owner.email.upper(), super_admin=True)
    assert "/platform/ops" in (await owner.get("/ops")).text
    await user_command.appoint(owner.email, super_admin=False)
    assert "/platform" not in (await owner.get("/ops")).text
    with pytest.raises(SettingsError, match="Nobody signs in"):
        await user_command.appoint("nadie@casaolmo.example", super_admin=True)
