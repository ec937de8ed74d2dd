"""The end of a campaign: told once to whoever is to know, in their language, wherever they may be reached."""

from __future__ import annotations

from datetime import timedelta

from app.campaigns import report
from app.core import mail
from app.core.db import platform_tx
from tests.campaigns.drafts import LIST, a_wish, made
from tests.campaigns.workspace import a_sending
from tests.conftest import Person, a_colleague, eventually, page_of, text_of


async def test_the_form_keeps_who_is_told(owner: Person, agent: Person, stranger: Person) -> None:
    wish = await a_wish(
        owner, report_to=[str(agent.user_id), str(stranger.user_id)], report_phones="611 482 903; +5511987654321"
    )
    found = await made(owner, wish)
    async with owner.tenant.tx() as db:
        told = await report.wish_of(db, found.id)
    assert told == report.Wish([agent.user_id], ["+34611482903", "+5511987654321"])
    edit = page_of(await owner.get(f"{LIST}/{found.id}/edit"))
    assert edit.css_first(f"[name=report_to][value='{agent.user_id}'][checked]") is not None
    wrong = await owner.post(LIST, wish | {"report_phones": "12"})
    assert wrong.status_code == 422
    assert page_of(wrong).css_first("#report_phones-error") is not None


async def test_whoever_is_to_know_is_told_once(owner: Person) -> None:
    sending = await a_sending(owner, 4)
    boss = await a_colleague(owner, "manager", "Marta Jefa")
    async with owner.tenant.tx() as db:
        await report.save(db, sending.id, report.Wish([boss.user_id], ["+34611000001", "+34611000002"]))
        await db.conn.execute("update users set language = 'en' where id = %s", (boss.user_id,))
        people = await db.conn.execute("insert into contacts (name) values ('Jefa'), ('Nadie') returning id")
        first, second = [row[0] for row in await people.fetchall()]
        await db.conn.execute(
            "insert into contact_identities (contact_id, kind, value)"
            " values (%s, 'phone', '+34611000001'), (%s, 'phone', '+34611000002')",
            (first, second),
        )
        await db.conn.execute(
            "insert into conversations (contact_id, number_id, last_inbound_at)"
            " values (%s, %s, now()), (%s, %s, now() - interval '25 hours')",
            (first, sending.number.id, second, sending.number.id),
        )
    await sending.launch()
    await sending.settled()
    await eventually(lambda: sending.is_("completed"))

    async with owner.tenant.tx() as db:
        waiting = await db.conn.execute(
            "select scheduled_at - now() from procrastinate_jobs where task_name = 'campaigns.report.make'"
            " and (args ->> 'campaign_id')::bigint = %s", (sending.id,)
        )  # fmt: skip
        assert timedelta(minutes=14) < (await waiting.fetchall())[0][0] < timedelta(minutes=16)
    # All of them have read it by now.
    await report.make.task.func(tenant_id=owner.tenant_id, campaign_id=sending.id)

    def mails() -> list[mail.Received]:
        return [each for each in mail.mailbox() if each.to == boss.email]

    (letter,) = await eventually(mails)
    assert letter.subject == "“Bench” has ended"
    assert "Sent: 4 of 4" in letter.text
    assert "Read: 4 (100.0 %)" in letter.text
    assert f"/campaigns/{sending.id}/report" in letter.text

    async with owner.tenant.tx() as db:
        written = await db.conn.execute(
            "select v.contact_id, m.text from messages m join conversations v on v.id = m.conversation_id"
            " where m.direction = 'out'"
        )
        ((contact_id, text),) = await written.fetchall()
    assert contact_id == first
    assert "Bench" in text
    listed = await boss.get(LIST)
    assert f"/campaigns/{sending.id}/report" in listed.text
    assert f"/campaigns/{sending.id}/report" not in (await owner.get(LIST)).text
    assert "4" in text_of(await boss.get(f"{LIST}/{sending.id}/report"), ".run-done")
    assert f"/campaigns/{sending.id}/report" not in (await boss.get(LIST)).text
    await report.make.task.func(tenant_id=owner.tenant_id, campaign_id=sending.id)
    assert len(mails()) == 1
    # Who has not confirmed their address reads it on the page only, and whoever chooses them is told.
    async with platform_tx() as door:
        await door.conn.execute("update users set email_confirmed_at = null where id = %s", (boss.user_id,))
    assert "Marta Jefa:" in page_of(await owner.get(f"{LIST}/new")).text()
    async with owner.tenant.tx() as db:
        await db.conn.execute("update campaigns set reported_at = null")
        await db.conn.execute("update campaign_reports set seen_at = null")
    await report.make.task.func(tenant_id=owner.tenant_id, campaign_id=sending.id)
    assert f"/campaigns/{sending.id}/report" in (await boss.get(LIST)).text
    assert len(mails()) == 1
