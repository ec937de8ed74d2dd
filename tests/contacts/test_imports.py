"""Imports: real files to their exact counts, wrong ones refused with a reason, interrupted ones continued."""

from __future__ import annotations

import asyncio
import csv
import io
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.contacts import contact, contact_import
from app.contacts.contact_import import Import
from tests.conftest import Person, a_colleague, eventually, page_of, text_of

DATA = Path(__file__).parent / "data"
IMPORTS = "/contacts/imports"
PEOPLE = (
    "Nombre;Móvil;Ciudad;Etiquetas\n"
    "Ana;611482903;Madrid;VIP, nuevo\n"
    "Luis;611482904;Vigo;vip\n"
    "Nadie;;;\n"
    "Ana otra vez;+34 611 482 903;;\n"
)


async def upload(person: Person, content: bytes | str | Path, name: str = "clientes.csv") -> httpx.Response:
    if isinstance(content, Path):
        content, name = content.read_bytes(), content.name
    body = content if isinstance(content, bytes) else content.encode()
    headers = {"x-csrftoken": person.http.cookies.get("csrf") or ""}
    return await person.http.post(IMPORTS, files={"file": (name, body, "text/csv")}, headers=headers)


async def uploaded(person: Person, content: bytes | str | Path) -> str:
    """The path of its page."""
    answer = await upload(person, content)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def state(person: Person, path: str) -> Import:
    async with person.tenant.tx() as db:
        return await contact_import.find(db, int(path.rsplit("/", 1)[1]))


async def imported(person: Person, path: str, **choice: Any) -> Import:
    """Started as guessed, or as chosen; waits until it ends."""
    found = await state(person, path)
    wish = {"kinds": [kind.value for kind in found.mapping.kinds], "country": found.mapping.country, **choice}
    answer = await person.put(f"{path}/run", wish)
    assert answer.status_code == 200, answer.text

    async def is_over() -> bool:
        return (await state(person, path)).state != "running"

    await eventually(is_over, within=40)
    return await state(person, path)


@pytest.mark.parametrize(
    ("name", "country", "added", "repeated", "refused"),
    [
        ("es-clientes-latin1.csv", "ES", 1811, 124, 65),
        ("id-penerima-variabel.csv", "ID", 1852, 99, 49),
        ("br-contatos.xlsx", "BR", 967, 0, 33),
    ],
)
async def test_real_files_reach_their_counts(
    owner: Person, name: str, country: str, added: int, repeated: int, refused: int
) -> None:
    path = await uploaded(owner, DATA / name)
    done = await imported(owner, path, country=country)
    assert (done.state, done.added, done.updated, done.repeated, done.refused) == ("done", added, 0, repeated, refused)
    again = await imported(owner, await uploaded(owner, DATA / name), country=country)
    assert (again.added, again.updated, again.repeated, again.refused) == (0, added, repeated, refused)


async def test_the_page_guesses_and_shows_what_it_understood(owner: Person) -> None:
    page = page_of(await owner.get(await uploaded(owner, PEOPLE)))
    assert [each.attributes["value"] for each in page.css("select[name=kinds] option[selected]")] == [
        "name", "phone", "variable", "labels",
    ]  # fmt: skip
    assert page.css_first("select[name=country] option[selected]").attributes["value"] == "ES"
    assert [cell.text() for cell in page.css("tbody td strong")] == ["+34611482903", "+34611482904", "+34611482903"]
    assert page.css_first(".mapping-refused") is not None


async def test_another_meaning_of_a_column_changes_the_preview(owner: Person) -> None:
    path = await uploaded(owner, PEOPLE)
    answer = await owner.put(f"{path}/mapping", {"kinds": ["variable", "phone", "name", "ignored"], "country": "PT"})
    page = page_of(answer)
    assert "{nombre}" in page.css_first("thead").text()
    assert [cell.text() for cell in page.css("tbody td strong")] == ["+34611482903"]


async def test_people_come_with_variables_and_labels(owner: Person) -> None:
    done = await imported(owner, await uploaded(owner, PEOPLE), label="Otoño")
    assert (done.added, done.updated, done.repeated, done.refused) == (2, 0, 1, 1)
    async with owner.tenant.tx() as db:
        luis, ana = (await contact.search(db)).rows
    assert (ana.name, ana.phone, ana.variables) == ("Ana", "+34611482903", {"ciudad": "Madrid"})
    assert [label.name for label in ana.labels] == ["nuevo", "Otoño", "VIP"]
    assert [label.name for label in luis.labels] == ["Otoño", "VIP"]


async def test_who_is_known_is_brought_up_to_date_by_filled_cells_only(owner: Person) -> None:
    await imported(owner, await uploaded(owner, PEOPLE))
    done = await imported(owner, await uploaded(owner, "Nombre;Móvil;Ciudad;Talla\nAna Ruiz;611482903;;M\n"))
    assert (done.added, done.updated) == (0, 1)
    async with owner.tenant.tx() as db:
        (ana,) = (await contact.search(db, "Ana")).rows
    assert (ana.name, ana.variables) == ("Ana Ruiz", {"ciudad": "Madrid", "talla": "M"})


async def test_refused_rows_come_back_as_a_file_that_excel_opens(owner: Person) -> None:
    path = await uploaded(owner, PEOPLE)
    await imported(owner, path)
    answer = await owner.get(f"{path}/refusals")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert ".csv" in answer.headers["content-disposition"]
    heading, row = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert heading[2:] == ["Nombre", "Móvil", "Ciudad", "Etiquetas"]
    assert (row[0], row[2:]) == ("4", ["Nadie", "", "", ""])
    assert row[1]


async def test_without_a_phone_column_nothing_starts(owner: Person) -> None:
    path = await uploaded(owner, PEOPLE)
    answer = await owner.put(f"{path}/run", {"kinds": ["name", "variable", "variable", "labels"], "country": "ES"})
    assert answer.status_code == 422
    assert page_of(answer).css_first('.banner[data-tone="danger"]') is not None
    assert (await state(owner, path)).state == "mapping"


@pytest.mark.parametrize("content", ["", "Nombre;Móvil\n", b"%PDF-1.7", 'Nombre;Móvil\n"Ana;611482903\n' + "x;1\n" * 300])
async def test_what_cannot_be_read_is_refused_with_a_reason(owner: Person, content: bytes | str) -> None:
    answer = await upload(owner, content)
    assert answer.status_code == 422
    assert len(text_of(answer, "#file-error")) > 20
    async with owner.tenant.tx() as db:
        assert not await (await db.conn.execute("select from contact_imports")).fetchall()


async def test_an_upload_without_a_file_says_so(owner: Person) -> None:
    headers = {"x-csrftoken": owner.http.cookies.get("csrf") or ""}
    answer = await owner.http.post(IMPORTS, files={"file": ("", b"")}, headers=headers)
    assert answer.status_code == 422
    assert page_of(answer).css_first("#file-error") is not None


def many(n: int) -> str:
    return "Nombre;Móvil\n" + "".join(f"P{i};+346{11_000_000 + i}\n" for i in range(n))


async def start(person: Person, path: str) -> contact_import.Import:
    """As the button does, without the job: the test runs it itself."""
    async with person.tenant.tx() as db:
        await db.conn.execute("update contact_imports set state = 'running' where id = %s", (path.rsplit("/", 1)[1],))
    return await state(person, path)


async def run(person: Person, path: str) -> None:
    await contact_import.run.task.func(tenant_id=person.tenant_id, import_id=int(path.rsplit("/", 1)[1]))


async def test_a_killed_import_goes_on_where_it_was_and_takes_nobody_twice(owner: Person) -> None:
    path = await uploaded(owner, many(20_000))
    await start(owner, path)
    first = asyncio.create_task(run(owner, path))

    async def has_begun() -> bool:
        return (await state(owner, path)).rows_done > 0

    await eventually(has_begun)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    assert 0 < (await state(owner, path)).rows_done < 20_000
    await run(owner, path)
    done = await state(owner, path)
    assert (done.state, done.rows_done, done.added, done.repeated) == ("done", 20_000, 20_000, 0)


async def test_two_workers_at_once_change_nothing(owner: Person) -> None:
    path = await uploaded(owner, many(9_000))
    await start(owner, path)
    await asyncio.gather(run(owner, path), run(owner, path))
    await run(owner, path)
    done = await state(owner, path)
    assert (done.state, done.added, done.repeated, done.updated) == ("done", 9_000, 0, 0)


async def test_a_cancelled_import_keeps_what_it_did_and_can_continue(owner: Person) -> None:
    path = await uploaded(owner, many(20_000))
    await start(owner, path)
    running = asyncio.create_task(run(owner, path))

    async def has_begun() -> bool:
        return (await state(owner, path)).rows_done > 0

    await eventually(has_begun)
    assert (await owner.delete(f"{path}/run")).status_code == 200
    await running
    stopped = await state(owner, path)
    assert (stopped.state, stopped.added) == ("cancelled", stopped.rows_done)
    assert 0 < stopped.rows_done < 20_000
    assert (await imported(owner, path)).added == 20_000


async def test_a_deleted_contact_leaves_no_membership(owner: Person) -> None:
    await imported(owner, await uploaded(owner, PEOPLE))
    async with owner.tenant.tx() as db:
        await contact.delete(db, [person.id for person in await contact.search(db)])
        assert not await (await db.conn.execute("select from contact_import_members")).fetchall()


async def test_an_agent_may_not_import(owner: Person) -> None:
    path = await uploaded(owner, PEOPLE)
    agent = await a_colleague(owner, "agent")
    for answer in (
        await agent.get(IMPORTS), await agent.get(path), await upload(agent, PEOPLE), await agent.put(f"{path}/run"),
        await agent.get(f"{path}/refusals"),
    ):  # fmt: skip
        assert answer.status_code == 403


async def test_a_stranger_finds_no_import(owner: Person, stranger: Person) -> None:
    path = await uploaded(owner, PEOPLE)
    for answer in (
        await stranger.get(path), await stranger.put(f"{path}/run", {}), await stranger.delete(f"{path}/run"),
        await stranger.get(f"{path}/refusals"),
    ):  # fmt: skip
        assert answer.status_code == 404
    assert page_of(await stranger.get(IMPORTS)).css_first("tbody") is None
