"""Contacts as a file: whom it holds, as what, for whom, and for how long."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from python_calamine import CalamineWorkbook

from app.core import export
from tests.api.test_members import ask
from tests.conftest import Person, a_colleague, eventually, page_of, text_of
from tests.contacts.test_contacts import ANA, a_contact, a_label, id_of

LIST = "/contacts/exports"


async def link(person: Person) -> str | None:
    """Where the newest file is."""
    newest = page_of(await person.partial(LIST)).css_first("#exports li, li")
    found = newest.css_first("a[download]") if newest else None
    return found.attributes["href"] if found else None


async def exported(person: Person, **wish: object) -> bytes:
    assert (await person.post(LIST, wish)).headers["location"] == LIST
    answer = await person.get(await eventually(lambda: link(person)))
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith("attachment")
    return answer.content


def lines(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


async def people(owner: Person) -> tuple[str, str, int]:
    vip = await a_label(owner)
    ana = await a_contact(owner, label_ids=[vip], keys=["ciudad"], values=["=1+1"])
    evil = {"name": '=HYPERLINK("x")', "phone": "+55 21 99071-6227", "email": "", "keys": ["talla"], "values": ["M"]}
    return ana, await a_contact(owner, **evil), vip


async def test_a_list_goes_home_as_it_is_filtered_chosen_or_whole(owner: Person, tmp_path: Path) -> None:
    ana, other, vip = await people(owner)
    await owner.post("/language/en")
    everybody = lines(await exported(owner))
    assert [(row["Number"], row["Name"], row["ciudad"], row["talla"]) for row in everybody] == [
        ("+5521990716227", '\'=HYPERLINK("x")', "", "M"), ("+34611482903", "Ana Ruiz", "'=1+1", ""),
    ]  # fmt: skip
    assert everybody[1]["Labels"] == "VIP"
    assert [row["Name"] for row in lines(await exported(owner, label_id=vip, q="ruiz"))] == ["Ana Ruiz"]
    assert lines(await exported(owner, q="nobody like that")) == []
    path = tmp_path / "chosen.xlsx"
    path.write_bytes(await exported(owner, kind="xlsx", ids=[id_of(other), 10**9]))
    heading, row = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    assert (row[1], heading[-1]) == ('=HYPERLINK("x")', "talla")
    shown = text_of(await owner.get(LIST), "#exports")
    assert all(each in shown for each in ("VIP", "“ruiz”", "Chosen one by one", "1 person"))
    async with owner.tenant.tx() as db:
        told = await db.conn.execute("select action, count(*) from audit_log where action like '%%export%%' or action like"
                                     " '%%download' group by 1 order by 1")  # fmt: skip
        assert dict(await told.fetchall()) == {"contacts.download": 4, "exports.create": 4}
    assert ana


async def test_a_file_is_its_authors_own_and_ends(owner: Person, agent: Person, stranger: Person) -> None:
    await a_contact(owner)
    await exported(owner)
    path = await link(owner) or ""
    manager = await a_colleague(owner, "manager", "Mara Gil")
    assert [(await each.get(path)).status_code for each in (manager, stranger, agent)] == [404, 404, 403]
    assert [(await agent.post(LIST)).status_code, (await owner.post(LIST, {"label_id": 10**9})).status_code] == [403, 404]
    assert "export-contacts" not in (await agent.get("/contacts")).text
    async with owner.tenant.tx() as db:
        await db.conn.execute("update exports set finished_at = now() - interval '8 days'")
    await export.forget_old()
    assert (await owner.get(path)).status_code == 404
    assert await link(owner) is None


async def test_a_program_takes_contacts_home(owner: Person, agent: Person) -> None:
    await a_contact(owner)
    made = (await ask(owner, "POST", "/contacts/exports", {"q": ANA["name"]})).json()

    async def done() -> bool:
        return bool((await ask(owner, "GET", f"/contacts/exports/{made['id']}")).json()["status"] == "done")

    await eventually(done)
    file = await ask(owner, "GET", f"/contacts/exports/{made['id']}/file")
    assert [row["Nombre"] for row in lines(file.content)] == ["Ana Ruiz"]
    assert (await ask(agent, "POST", "/contacts/exports", {})).status_code == 403
    assert (await ask(owner, "POST", "/contacts/exports", {"kind": "pdf"})).status_code == 422
    assert [(await ask(owner, "POST", "/contacts/exports", {"ids": [n]})).status_code for n in (2**63, 2**70, -1)] == [422] * 3
    assert (await owner.post(LIST, {"ids": [str(2**63)]})).status_code == 404
