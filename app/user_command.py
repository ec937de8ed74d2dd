"""`recado user`: what an operator does for somebody from the command line."""

from __future__ import annotations

import argparse
import sys
from datetime import timedelta

import msgspec

from app import serve
from app.access import api_token, viewer
from app.accounts import account, password_reset
from app.accounts.account import SHORTEST_PASSWORD, EmailTaken, SignUp
from app.accounts.easy_passwords import is_easy
from app.core.acting import Actor, act_as
from app.core.db import NotFound, platform_tx
from app.core.secrets import new_token
from app.core.statements import statements
from app.settings import SettingsError, settings

access = statements("access")

TOKEN_NAME = "command line"  # noqa: S105 - what the list of tokens calls it
# Longer than a mailed link: it may be told by telephone.
LINK_LASTS = timedelta(hours=24)


async def run(chosen: argparse.Namespace) -> None:
    """Raises SettingsError for an e-mail that nobody has, or that somebody has already."""
    async with serve.ready(settings()):
        act_as(Actor("command", f"recado user {chosen.what}"))
        match chosen.what:
            case "create":
                said = await create(chosen, sys.stdin.readline().rstrip("\r\n") if chosen.password_stdin else None)
            case "reset-password":
                said = await link_for(chosen.email)
            case "token":
                said = await token_of(chosen.email)
            case _:
                await appoint(chosen.email, super_admin=not chosen.end)
                said = f"{chosen.email} {'no longer looks' if chosen.end else 'looks'} after the whole installation."
        sys.stdout.write(said + "\n")


async def create(chosen: argparse.Namespace, password: str | None) -> str:
    """What to say: a link, or, when the password was given, that they may come."""
    if password is not None and len(password) < SHORTEST_PASSWORD:
        raise SettingsError(f"The password has fewer than {SHORTEST_PASSWORD} characters. Choose a longer one.")
    if password is not None and is_easy(password, chosen.email):
        raise SettingsError("The password is one of those that are tried first. Put a few unrelated words together.")
    name = chosen.name or chosen.email.partition("@")[0]
    wish = {"workspace": chosen.workspace or name, "name": name, "email": chosen.email, "password": password or new_token()}
    try:
        async with platform_tx() as door:
            await account.sign_up(door, msgspec.convert(wish, SignUp), language=chosen.language)
    except msgspec.ValidationError:
        raise SettingsError(f"{chosen.email} is not an e-mail address, or a name is longer than 120 characters.") from None
    except EmailTaken:
        raise SettingsError(f"Somebody signs in with {chosen.email} already. Try: recado user reset-password.") from None
    if chosen.super_admin:
        await appoint(chosen.email, super_admin=True)
    return (
        await link_for(chosen.email) if password is None else f"{chosen.email} can sign in at {settings().public_url}/sign-in"
    )


async def link_for(email: str) -> str:
    """Whoever has it chooses the password: hand it to nobody else."""
    async with platform_tx() as door:
        try:
            known = await account.find(door, email)
        except NotFound:
            raise _nobody(email) from None
        return await password_reset.a_link(door, known.user_id, email, lasts=LINK_LASTS)


async def appoint(email: str, *, super_admin: bool) -> None:
    """Nobody can do it from a page."""
    async with platform_tx() as door:
        if not await door.run(access.appoint, email=email.lower(), super_admin=super_admin):
            raise _nobody(email)


async def token_of(email: str) -> str:
    """A new one each time: only its hash is kept, so the former cannot be shown."""
    try:
        async with platform_tx() as door:
            person = await viewer.by_account(door, email)
    except NotFound:
        raise _nobody(email) from None
    async with person.tx() as db:
        return await api_token.renew(db, TOKEN_NAME, user_id=person.id)


def _nobody(email: str) -> SettingsError:
    return SettingsError(f"Nobody signs in with {email}. Check the spelling, or sign up first.")
