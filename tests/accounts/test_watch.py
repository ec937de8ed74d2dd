"""What people hear of sign-ins that may not be theirs: refusals in the log of their workspace, new browsers by mail."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from app import schedule
from app.accounts import refusal, throttle
from app.core.db import platform_tx
from tests.accounts.mailbox import letter_to, link_in, of_new_browsers
from tests.accounts.test_links import a_newcomer
from tests.accounts.test_sessions import FIREFOX
from tests.accounts.test_signing_in import a_visitor, an_address, guess
from tests.accounts.test_two_factor import CODE, half_way, set_up
from tests.audit.test_audit import PAGE, entries
from tests.conftest import PASSWORD, Person, a_colleague, a_workspace, eventually, page_of, text_of


async def told(person: Person) -> list[tuple[Any, ...]]:
    await refusal.tell()
    return [
        (entry["action"], entry["subject_name"], entry["actor_name"], entry["rows"])
        for entry in await entries(person) if ".refuse_" in entry["action"]
    ]  # fmt: skip


async def test_a_flood_of_guesses_is_one_entry_that_counts(owner: Person, stranger: Person) -> None:
    attacker, nobodys = await a_visitor(), an_address()
    attacker.http.headers["user-agent"] = FIREFOX
    for _ in range(throttle.FREE_GUESSES + 2):
        await guess(attacker, owner.email)
    await guess(attacker, nobodys)
    assert await told(owner) == [("account.refuse_password", "Ana Olmo", "", 7)]
    await guess(attacker, owner.email.upper())
    assert await told(owner) == [("account.refuse_password", "Ana Olmo", "", 8)]
    assert await told(stranger) == []
    row = text_of(await owner.get(PAGE), "tbody tr")
    assert "× 8" in row
    assert "Firefox" in row
    assert "127.0.0.1" in row
    assert len(page_of(await owner.get(PAGE + "?q=127.0.0.1")).css("tbody tr[id]")) == 1
    async with platform_tx() as door:
        cursor = await door.conn.execute(
            "select count(*) from audit_log where to_jsonb(audit_log)::text like %s", (f"%{nobodys}%",)
        )
        assert await cursor.fetchone() == (0,)


async def test_refused_codes_are_told_in_every_workspace_of_theirs(owner: Person) -> None:
    telephone, _ = await set_up(owner)
    other = await a_workspace("Muebles Sur")
    async with platform_tx() as door:
        await door.conn.execute(
            "insert into memberships (tenant_id, user_id) values (%s, %s)", (other.tenant_id, owner.user_id)
        )
    visitor = await half_way(owner)
    for _ in range(2):
        assert (await visitor.post(CODE, {"code": "000000"})).status_code == 422
    assert (await visitor.post(CODE, {"code": telephone.code()})).status_code == 303
    assert await told(owner) == await told(other) == [("account.refuse_code", "Ana Olmo", "", 2)]


async def test_a_crowd_of_addresses_shares_an_entry(owner: Person) -> None:
    async with platform_tx() as door:
        for turn in range(refusal.MOST_ADDRESSES + 5):
            values = {"email": owner.email, "step": "password", "agent": "", "most": refusal.MOST_ADDRESSES}
            await door.run(refusal.q.count_refusal, address=f"203.0.113.{turn}", **values)
    assert sorted(rows for *_, rows in await told(owner)) == [1] * refusal.MOST_ADDRESSES + [5]


async def test_nothing_but_the_number_of_tries_ever_changes(owner: Person) -> None:
    await guess(await a_visitor(), owner.email)
    await told(owner)
    for change in ("rows = rows + 1, address = ''", "rows = rows - 1", "rows = rows + 1 where tenant_id <> 0 returning 1"):
        async with owner.tenant.tx() as db:
            assert (await db.conn.execute(f"update audit_log set {change}".encode())).rowcount == 0
    assert [rows for *_, rows in await told(owner)] == [1]


async def test_a_browser_that_is_not_known_is_told_by_mail(owner: Person) -> None:
    visitor = await a_visitor()
    visitor.http.headers["user-agent"] = FIREFOX
    assert await guess(visitor, owner.email, PASSWORD) == 303
    await eventually(lambda: of_new_browsers(owner.email))
    (letter,) = of_new_browsers(owner.email)
    assert "Firefox" in letter.text
    assert "127.0.0.1" in letter.text
    assert "Europe/Madrid" in letter.text
    # From now on it is known, and so are the browsers of whoever has just proven their address in another way.
    assert await guess(visitor, owner.email, PASSWORD) == 303
    newcomer = await a_newcomer()
    path = link_in(await letter_to(newcomer.email))
    elsewhere, stray = await a_visitor(), await a_visitor()
    assert await guess(stray, newcomer.email, PASSWORD) == 303
    assert (await elsewhere.post(path)).status_code == 200
    assert await guess(elsewhere, newcomer.email, PASSWORD) == 303
    assert await guess(newcomer, newcomer.email, PASSWORD) == 303
    assert await guess(await a_visitor(), newcomer.email, PASSWORD) == 303
    # Nobody was told while the address was anybody's.
    await eventually(lambda: of_new_browsers(newcomer.email))
    assert (len(of_new_browsers(newcomer.email)), len(of_new_browsers(owner.email))) == (1, 1)


async def test_old_invitations_and_links_go_in_the_night(owner: Person) -> None:
    colleague = await a_colleague(owner, "agent")
    async with owner.tenant.tx(viewer_id=owner.user_id) as db:
        for days, what in (
            (40, "accepted_at"),
            (20, "accepted_at"),
            (40, "revoked_at"),
            (40, "expires_at"),
            (20, "expires_at"),
        ):
            values = {"email": an_address(), "at": timedelta(days=days), "hash": f"{what}{days}{owner.email}".encode()}
            columns = "expires_at" if what == "expires_at" else f"expires_at, {what}"
            dates = ", ".join("now() - %(at)s" for _ in columns.split(","))
            await db.conn.execute(
                f"insert into invitations (email, language, token_hash, {columns})"
                f" values (%(email)s, 'es', sha256(%(hash)s), {dates})".encode(), values,
            )  # fmt: skip
    async with platform_tx() as door:
        await door.conn.execute(
            "insert into account_links (token_hash, user_id, purpose, email, expires_at)"
            " values (sha256(%s), %s, 'reset', '', now() - interval '1 minute')", (colleague.email.encode(), colleague.user_id),
        )  # fmt: skip
    await schedule.forget_expired_sessions(timestamp=0)
    async with owner.tenant.tx() as db:
        assert await (await db.conn.execute("select count(*) from invitations")).fetchone() == (2,)
    async with platform_tx() as door:
        cursor = await door.conn.execute("select 1 from account_links where user_id = %s", (colleague.user_id,))
        assert await cursor.fetchone() is None


async def test_the_back_office_tells_of_new_browsers_as_well(owner: Person) -> None:
    telephone, _ = await set_up(owner)
    async with platform_tx() as door:
        await door.conn.execute("update users set super_admin = true where id = %s", (owner.user_id,))
    visitor = await a_visitor()
    wish = {"email": owner.email, "password": PASSWORD}
    assert (await visitor.post("/platform/sign-in", wish | {"code": "000000"})).status_code == 422
    assert (await visitor.post("/platform/sign-in", wish | {"code": telephone.code()})).status_code == 303
    await eventually(lambda: of_new_browsers(owner.email))
    assert await told(owner) == [("account.refuse_code", "Ana Olmo", "", 1)]
    assert await guess(visitor, owner.email, PASSWORD) == 303
    assert (await visitor.post(CODE, {"code": telephone.code(1)})).status_code == 303
    assert len(of_new_browsers(owner.email)) == 1
