"""Mail: handed to a server in its own protocol, sealed while it waits, kept in a folder where there is no server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from app import settings
from app.core import mail
from tests.conftest import Person, eventually


class PostOffice:
    """Speaks as much SMTP as a client needs, and refuses whom it is told to."""

    def __init__(self, refused: str = "") -> None:
        self.letters: list[str] = []
        self.refused, self.url = refused, ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 post office\r\n")
        while line := (await reader.readline()).decode():
            word = line[:4].strip().upper()
            if word == "DATA":
                writer.write(b"354 go on\r\n")
                self.letters.append((await reader.readuntil(b"\r\n.\r\n")).decode())
            refuses = word == "RCPT" and self.refused and self.refused in line
            writer.write(b"550 nobody here\r\n" if refuses else b"221 bye\r\n" if word == "QUIT" else b"250 fine\r\n")
            if word == "QUIT":
                break
        writer.close()


@asynccontextmanager
async def post_office(refused: str = "") -> AsyncIterator[PostOffice]:
    office = PostOffice(refused)
    server = await asyncio.start_server(office.serve, "127.0.0.1", 0)
    url = f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    settings.change_environment({"RECADO_SMTP_URL": url, "RECADO_MAIL_FROM": "Recado <avisos@casaolmo.es>"})
    try:
        yield office
    finally:
        settings.change_environment({"RECADO_SMTP_URL": ""})
        server.close()


async def test_a_mail_goes_to_the_server_when_its_transaction_is_committed(owner: Person) -> None:
    async with post_office() as office:
        async with owner.tenant.tx() as db:
            await mail.send(db, owner.email, "Tu código", "Es 4711.", html="<p>Es <b>4711</b>.</p>")
            cursor = await db.conn.execute("select args::text from procrastinate_jobs where task_name = 'core.mail.hand_over'")
            waiting = " ".join(row[0] for row in await cursor.fetchall())
        assert waiting
        assert owner.email not in waiting
        assert "4711" not in waiting
        (letter,) = await eventually(lambda: office.letters)
    assert "From: Recado <avisos@casaolmo.es>" in letter
    assert f"To: {owner.email}" in letter
    assert "text/html" in letter
    assert "Auto-Submitted: auto-generated" in letter


async def test_a_refused_person_is_not_tried_again(house: str) -> None:
    async with post_office(refused="nadie") as office:
        with pytest.raises(mail.Refused) as refusal:
            await mail.deliver(mail.Letter(["nadie@casaolmo.es"], "Hola", "Hola"))
    assert not refusal.value.again
    assert office.letters == []


async def test_without_a_server_development_keeps_it(house: str) -> None:
    await mail.deliver(mail.Letter(["ana@casaolmo.es"], "Sin servidor", "Se queda aquí."))
    assert [each.text.strip() for each in mail.mailbox() if each.subject == "Sin servidor"] == ["Se queda aquí."]


def test_settings_refuse_what_cannot_work() -> None:
    for environ in ({"RECADO_SMTP_URL": "http://x"}, {"RECADO_SMTP_URL": "smtps://x"}):
        with pytest.raises(settings.SettingsError):
            settings.read({**environ, "RECADO_HOME": str(settings.settings().home)})
