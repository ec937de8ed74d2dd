"""`recado user`: people made by an operator, and links for those who forgot."""

from __future__ import annotations

import argparse

import pytest

from app import command_line, user_command
from app.core.db import platform_tx
from app.settings import SettingsError
from tests.accounts.test_links import sign_in_with
from tests.accounts.test_signing_in import a_visitor, an_address
from tests.conftest import BASE, PASSWORD, Person


def said(*arguments: str) -> argparse.Namespace:
    return command_line.parser().parse_args(["user", *arguments])


async def is_super_admin(email: str) -> bool:
    async with platform_tx() as door:
        row = await (await door.conn.execute("select super_admin from users where email = %s", (email,))).fetchone()
    return bool(row and row[0])


async def test_a_person_is_made_with_a_link(house: str) -> None:
    email = an_address()
    link = await user_command.create(
        said("create", email, "--name", "Nuria Gil", "--workspace", "Roble", "--super-admin"), None
    )
    assert link.startswith(f"{BASE}/reset-password/")
    assert await is_super_admin(email)
    visitor = await a_visitor()
    answer = await visitor.post(link.removeprefix(BASE), {"new_password": PASSWORD})
    assert (answer.status_code, answer.headers["location"]) == (303, "/inbox")
    assert "Nuria Gil" in (await visitor.get("/account")).text
    assert await sign_in_with(email, PASSWORD) == 303


async def test_a_person_is_made_with_a_password(house: str) -> None:
    email = an_address()
    assert email in await user_command.create(said("create", email), PASSWORD)
    assert await sign_in_with(email, PASSWORD) == 303
    assert not await is_super_admin(email)


async def test_what_cannot_be_is_said(owner: Person) -> None:
    for email, password in ((owner.email, PASSWORD), ("ana", PASSWORD), (an_address(), "corta")):
        with pytest.raises(SettingsError):
            await user_command.create(said("create", email), password)
    with pytest.raises(SettingsError):
        await user_command.link_for(an_address())


async def test_a_link_for_somebody_who_forgot(owner: Person) -> None:
    link = await user_command.link_for(owner.email)
    assert (await (await a_visitor()).post(link.removeprefix(BASE), {"new_password": "otra grapa correcta"})).status_code == 303
    assert await sign_in_with(owner.email, "otra grapa correcta") == 303
