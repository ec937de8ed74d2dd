"""Quick replies: made, found, changed, deleted; by whom; and what others see of it."""

from __future__ import annotations

from tests.conftest import Person, a_colleague, page_of, text_of

LIST = "/settings/quick-replies"
HOURS = {"shortcut": "horario", "body": "Abrimos de 9:00 a 20:00.", "category": "Tienda"}


async def shortcuts(person: Person, words: str = "") -> list[str]:
    page = page_of(await person.partial(f"{LIST}?q={words}"))
    return [strong.text() for strong in page.css("td strong")]


async def test_a_new_reply_is_in_the_list(owner: Person) -> None:
    answer = await owner.post(LIST, HOURS)
    assert (answer.status_code, answer.headers["location"]) == (303, LIST)
    page = await owner.get(LIST)
    assert text_of(page, "tbody tr") == "/horario Abrimos de 9:00 a 20:00. Tienda"


async def test_replies_are_found_by_shortcut_and_by_words_without_accents(owner: Person) -> None:
    await owner.post(LIST, HOURS)
    await owner.post(LIST, {"shortcut": "envio", "body": "El envío tarda dos días.", "category": ""})
    assert await shortcuts(owner, "ho") == ["/horario"]
    assert await shortcuts(owner, "DIAS") == ["/envio"]
    assert await shortcuts(owner, "nada") == []


async def test_the_list_pages_by_keyset(owner: Person) -> None:
    async with owner.tenant.tx() as db:
        await db.conn.execute(
            "insert into quick_replies (shortcut, body) select 'r' || lpad(n::text, 3, '0'), 'x' from generate_series(1, 120) n"
        )
    first = page_of(await owner.partial(LIST))
    more = first.css_first(".load-more")
    assert more is not None
    assert len(first.css("td strong")) == 50
    second = page_of(await owner.partial(more.attributes["hx-get"] or ""))
    assert second.css("td strong")[0].text() == "/r051"


async def test_a_taken_shortcut_says_so_and_keeps_what_was_typed(owner: Person) -> None:
    await owner.post(LIST, HOURS)
    answer = await owner.post(LIST, {**HOURS, "body": "Otro texto"})
    assert answer.status_code == 422
    assert page_of(answer).css_first("#shortcut-error") is not None
    assert text_of(answer, "textarea") == "Otro texto"
    assert await shortcuts(owner) == ["/horario"]


async def test_a_bad_shortcut_and_an_empty_text_are_both_explained(owner: Person) -> None:
    answer = await owner.post(LIST, {"shortcut": "Con Espacios", "body": " "})
    assert answer.status_code == 422
    assert "precio-envio" in text_of(answer, "#shortcut-error")
    assert page_of(answer).css_first("#body-error") is not None


async def test_a_reply_is_changed_and_deleted(owner: Person) -> None:
    await owner.post(LIST, HOURS)
    link = page_of(await owner.get(LIST)).css_first("td a")
    assert link is not None
    path = link.attributes["href"] or ""
    assert (await owner.put(path, {**HOURS, "shortcut": "horas"})).status_code == 303
    assert await shortcuts(owner) == ["/horas"]
    assert (await owner.delete(path)).status_code == 303
    assert await shortcuts(owner) == []
    assert (await owner.get(path)).status_code == 404


async def test_an_agent_reads_but_does_not_write(owner: Person, agent: Person) -> None:
    await owner.post(LIST, HOURS)
    assert await shortcuts(agent) == ["/horario"]
    assert (await agent.post(LIST, {**HOURS, "shortcut": "otro"})).status_code == 403
    assert page_of(await agent.get(LIST)).css_first('a[href$="/new"]') is None


async def test_a_manager_writes(owner: Person) -> None:
    manager = await a_colleague(owner, "manager", "Mara Gil")
    assert (await manager.post(LIST, HOURS)).status_code == 303
    assert await shortcuts(owner) == ["/horario"]


async def test_a_stranger_sees_nothing_of_it(owner: Person, stranger: Person) -> None:
    await owner.post(LIST, HOURS)
    link = page_of(await owner.get(LIST)).css_first("td a")
    assert link is not None
    path = link.attributes["href"] or ""
    assert await shortcuts(stranger) == []
    for answer in (await stranger.get(path), await stranger.put(path, HOURS), await stranger.delete(path)):
        assert answer.status_code == 404
    assert await shortcuts(owner) == ["/horario"]


async def test_signed_out_people_are_sent_to_sign_in(nobody: Person) -> None:
    answer = await nobody.get(LIST)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?to=%2Fsettings%2Fquick-replies")
