"""Inviting people: who may offer what, letters, renewing, taking back."""

from __future__ import annotations

from datetime import timedelta

from app.accounts import throttle
from app.core import mail
from tests.access.people import AS_HTMX, LIST, NEW, NEWCOMER, a_role, an_address, browser, invite, letter_to, link_to, open_ones
from tests.conftest import Person, a_colleague, a_workspace, page_of, text_of


async def the_id(owner: Person) -> str:
    row = page_of(await owner.get(f"{LIST}?only=invited")).css_first("tbody tr")
    assert row is not None
    return (row.attributes["id"] or "").removeprefix("invitation-")


async def test_the_mail_speaks_the_chosen_language(owner: Person) -> None:
    email = an_address()
    await owner.post(NEW, {"emails": email, "language": "en", "roles": ["agent"]})
    letter = await letter_to(email)
    assert letter.subject == "Ana Olmo invites you to Casa Olmo"
    assert page_of(await browser().get(await link_to(email))).css_first("html").attributes["lang"] == "en"  # type: ignore[union-attr]


async def test_several_are_invited_at_once_as_they_were_pasted(owner: Person) -> None:
    first, second, third = an_address(), an_address("eva"), an_address("fran")
    await invite(owner, f"Dora Vega <{first.upper()}>, {second}\n{third} ; {second}")
    assert sorted(await open_ones(owner)) == sorted([first, second, third])


async def test_addresses_that_do_not_work_are_named_and_nobody_is_invited(owner: Person, agent: Person) -> None:
    gone = await a_colleague(owner, "agent", "Gema Paz")
    await owner.put(f"{LIST}/{gone.user_id}/deactivation", {})
    good = an_address()
    answer = await invite(owner, f"{good} {agent.email} {gone.email} <script>@x.es, nada")
    assert answer.status_code == 422
    assert [each.text() for each in page_of(answer).css(".reasons strong")] == [
        agent.email, gone.email, "script>@x.es", "nada",
    ]  # fmt: skip
    assert "<script>@" not in answer.text
    assert good in text_of(answer, "textarea")
    assert await open_ones(owner) == []
    assert [each for each in mail.mailbox() if each.to == good] == []


async def test_a_form_without_address_or_role_is_explained(owner: Person) -> None:
    answer = await owner.post(NEW, {"emails": " ", "language": "es", "roles": ["agent"]}, headers=AS_HTMX)
    assert page_of(answer).css_first("#emails-error") is not None
    answer = await owner.post(NEW, {"emails": an_address(), "language": "es"}, headers=AS_HTMX)
    assert (answer.status_code, page_of(answer).css_first("#roles-error") is not None) == (422, True)
    answer = await owner.post(NEW, {"emails": an_address(), "language": "tlh", "roles": ["agent"]}, headers=AS_HTMX)
    assert page_of(answer).css_first("#language-error") is not None
    answer = await invite(owner, ", ".join(an_address() for _ in range(51)))
    assert answer.status_code == 422
    assert await open_ones(owner) == []


async def test_nobody_invites_above_themselves(owner: Person) -> None:
    manager = await a_colleague(owner, "manager", "Mara Gil")
    special = await a_role(owner, "Archivero", 2, ["workspace.export"])
    for role in ("admin", "manager", "owner", special):
        answer = await invite(manager, an_address(), role)
        assert (answer.status_code, page_of(answer).css_first("#roles-error") is not None) == (422, True)
    assert await open_ones(owner) == []
    assert (await invite(manager, an_address(), "team_lead")).status_code == 303


async def test_what_was_offered_from_above_stays(owner: Person) -> None:
    manager, email = await a_colleague(owner, "manager", "Mara Gil"), an_address()
    await invite(owner, email, "admin")
    assert (await invite(manager, email, "agent")).status_code == 422
    path = f"{NEW}/{await the_id(owner)}"
    assert (await manager.delete(path, headers=AS_HTMX)).status_code == 409
    assert (await manager.post(f"{path}/mail", {}, headers=AS_HTMX)).status_code == 409
    assert await open_ones(owner) == [email]


async def test_agents_invite_nobody(agent: Person) -> None:
    assert (await agent.get(f"{NEW}/new")).status_code == 403
    assert (await invite(agent, an_address())).status_code == 403


async def test_a_second_invitation_renews_the_first(owner: Person) -> None:
    email, dora = an_address(), browser()
    await invite(owner, email, "viewer")
    first = await link_to(email)
    await invite(owner, email, "agent")
    second = await link_to(email, number=2)
    assert await open_ones(owner) == [email]
    assert (await dora.get(first)).status_code == 410
    assert (await dora.post(second, NEWCOMER)).status_code == 303
    async with owner.tenant.tx() as db:
        cursor = await db.conn.execute("select held from members where email = %s", (email,))
        assert await cursor.fetchone() == (["agent"],)


async def test_letters_to_one_address_are_counted(owner: Person) -> None:
    email = an_address()
    for _ in range(throttle.MAILS_PER_PERSON):
        assert (await invite(owner, email)).status_code == 303
    answer = await invite(owner, email)
    assert (answer.status_code, [each.text() for each in page_of(answer).css(".reasons strong")]) == (422, [email])


async def test_it_is_sent_again_with_a_new_link(owner: Person) -> None:
    email = an_address()
    await invite(owner, email)
    first = await link_to(email)
    answer = await owner.post(f"{NEW}/{await the_id(owner)}/mail", {}, headers=AS_HTMX)
    assert answer.status_code == 200
    assert (await browser().get(await link_to(email, number=2))).status_code == 200
    assert (await browser().get(first)).status_code == 410


async def test_one_that_was_taken_back_leads_on(owner: Person) -> None:
    email, dora = an_address(), browser()
    await invite(owner, email)
    path = await link_to(email)
    assert (await owner.delete(f"{NEW}/{await the_id(owner)}", headers=AS_HTMX)).status_code == 200
    assert await open_ones(owner) == []
    page = await dora.get(path)
    assert page.status_code == 410
    assert page_of(page).css_first('.problem a[href="/sign-in"]') is not None
    assert (await dora.post(path, NEWCOMER)).status_code == 410
    assert (await browser().get("/invitations/nunca")).status_code == 410


async def test_a_week_later_it_is_over_and_can_be_renewed(owner: Person) -> None:
    email, dora = an_address(), browser()
    await invite(owner, email)
    path = await link_to(email)
    async with owner.tenant.tx() as db:
        await db.conn.execute("update invitations set expires_at = now() - %s", (timedelta(minutes=1),))
    await dora.get(path)
    assert (await dora.post(path, NEWCOMER)).status_code == 410
    assert page_of(await owner.get(f"{LIST}?only=invited")).css_first('tbody [data-tone="warning"]') is not None
    await invite(owner, email)
    assert (await dora.post(await link_to(email, number=2), NEWCOMER)).status_code == 303


async def test_a_stranger_finds_no_invitation(owner: Person, stranger: Person) -> None:
    await invite(owner, an_address())
    path = f"{NEW}/{await the_id(owner)}"
    assert (await stranger.delete(path)).status_code == 404
    assert (await stranger.post(f"{path}/mail", {})).status_code == 404
    assert await open_ones(stranger) == []
    assert len(await open_ones(owner)) == 1


async def test_two_workspaces_invite_the_same_address(owner: Person) -> None:
    other, email, dora = await a_workspace("Otra Casa"), an_address(), browser()
    await invite(owner, email)
    first = await link_to(email)
    await invite(other, email)
    second = await link_to(email, number=2)
    await dora.get(first)
    await dora.post(first, NEWCOMER)
    assert (await dora.post(second, {})).status_code == 303
    assert text_of(await dora.get("/account"), ".member .muted") == "Otra Casa"
