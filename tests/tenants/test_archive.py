"""The archive: everything of a workspace, nothing of another, no secret; one at a time, for seven days."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import msgspec

from app.core import files, mail
from app.core.db import platform_tx
from app.tenants import archive
from tests.architecture.belongings import one_of_each
from tests.conftest import Person, eventually, page_of

PAGE = "/settings/workspace/exports"


async def made(owner: Person) -> dict[str, Any]:
    await owner.post(PAGE)
    return await eventually(lambda: finished(owner), within=30)


async def finished(owner: Person) -> dict[str, Any] | None:
    async with owner.tenant.tx() as db:
        latest = (await archive.latest(db))[0]
    return msgspec.structs.asdict(latest) if latest.status == "done" else None


async def opened(owner: Person, export: dict[str, Any]) -> zipfile.ZipFile:
    answer = await owner.get(f"{PAGE}/{export['id']}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    return zipfile.ZipFile(io.BytesIO(answer.content))


def lines(zipped: zipfile.ZipFile, table: str) -> list[dict[str, Any]]:
    return [msgspec.json.decode(line) for line in zipped.read(f"data/{table}.jsonl").splitlines()]


async def test_everything_is_in_it_and_nothing_of_others(owner: Person, stranger: Person) -> None:
    mine, theirs = await one_of_each(owner), await one_of_each(stranger)
    async with owner.tenant.tx() as db:
        await db.conn.execute("update workspace_exports set file_id = null")
    zipped = await opened(owner, await made(owner))
    for table in ("contacts", "conversations", "messages", "campaigns", "campaign_recipients", "quick_replies", "labels"):
        assert [row["id"] for row in lines(zipped, table)] == [mine.ids[table]], table
    assert lines(zipped, "tenants")[0]["id"] == owner.tenant_id
    assert [row["email"] for row in lines(zipped, "users")] == [owner.email]
    everything = b"".join(zipped.read(name) for name in zipped.namelist())
    assert theirs.mark.encode() not in everything
    assert stranger.email.encode() not in everything
    assert zipped.read(f"files/{mine.ids['files']}-{mine.mark}") == b"csv;"
    assert "Recado" in zipped.read("README.txt").decode()


async def test_no_secret_leaves(owner: Person) -> None:
    mine = await one_of_each(owner)
    zipped = await opened(owner, await made(owner))
    everything = b"".join(zipped.read(name) for name in zipped.namelist())
    async with platform_tx() as door:
        row = await (await door.conn.execute("select password_hash from users where id = %s", (owner.user_id,))).fetchone()
    assert row is not None
    for secret in (row[0].encode(), mine.ids["hash"].hex().encode(), mine.ids["token"].hex().encode(), b"EAAsim"):
        assert secret not in everything
    assert "data/sessions.jsonl" not in zipped.namelist()
    (token,) = lines(zipped, "api_tokens")
    assert not {"token_hash"} & token.keys()


async def test_pages_join_without_a_gap(owner: Person) -> None:
    async with owner.tenant.tx() as db:
        await db.conn.execute("insert into labels (name) select 'Etiqueta ' || n from generate_series(1, 4500) n")
    found = lines(await opened(owner, await made(owner)), "labels")
    assert len({row["id"] for row in found}) == len(found) == 4500


async def test_one_at_a_time(owner: Person) -> None:
    async with owner.tenant.tx() as db:
        await db.conn.execute("insert into workspace_exports (language) values ('es')")
    answer = await owner.post(PAGE)
    assert answer.status_code == 422
    assert page_of(answer).css_first(".banner[data-tone=warning]") is not None
    assert page_of(answer).css_first("progress") is not None


async def test_whoever_asked_gets_a_mail(owner: Person) -> None:
    await made(owner)
    letters = await eventually(lambda: [each for each in mail.mailbox() if each.to == owner.email])
    assert "/settings/workspace/exports" in letters[0].text


async def test_after_seven_days_it_is_gone(owner: Person) -> None:
    export = await made(owner)
    async with owner.tenant.tx() as db:
        await db.conn.execute("update workspace_exports set expires_at = now() - interval '1 second'")
    async with platform_tx() as door:
        await archive.tidy(door)
    assert (await owner.get(f"{PAGE}/{export['id']}")).status_code == 404
    async with owner.tenant.tx() as db:
        row = await (await db.conn.execute("select count(*) from files")).fetchone()
    assert row == (0,)


async def test_an_archive_is_not_in_the_next_one(owner: Person) -> None:
    await made(owner)
    async with owner.tenant.tx() as db:
        await files.store_bytes(db, "contrato.pdf", "application/pdf", b"%PDF")
    zipped = await opened(owner, await made(owner))
    assert [name.rpartition("-")[2] for name in zipped.namelist() if name.startswith("files/")] == ["contrato.pdf"]


async def test_only_the_owner_takes_everything_out(owner: Person, agent: Person, stranger: Person) -> None:
    export = await made(owner)
    assert (await agent.post(PAGE)).status_code == 403
    assert (await agent.get(f"{PAGE}/{export['id']}")).status_code == 403
    assert (await stranger.get(f"{PAGE}/{export['id']}")).status_code == 404


async def test_taking_it_home_is_in_the_audit_log(owner: Person) -> None:
    await opened(owner, await made(owner))
    async with owner.tenant.tx() as db:
        row = await (await db.conn.execute("select user_id from audit_log where action = 'workspace.download'")).fetchone()
    assert row == (owner.user_id,)
