"""`recado user`: what an operator does for somebody from the command line."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from app import serve
from app.access import api_token, viewer
from app.core.db import NotFound, platform_tx
from app.core.statements import statements
from app.settings import SettingsError, settings

access = statements("access")

TOKEN_NAME = "command line"  # noqa: S105 - what the list of tokens calls it


def add_to(commands: Any) -> None:
    user = commands.add_parser("user", help="what an operator does for somebody")
    what = user.add_subparsers(dest="what", required=True)
    token = what.add_parser("token", help="print a new API token that acts as this person; the former one ends")
    token.add_argument("email")
    operator = what.add_parser("super-admin", help="let this person look after the whole installation")
    operator.add_argument("email")
    operator.add_argument("--end", action="store_true", help="no longer")


async def run(chosen: argparse.Namespace) -> None:
    """Raises SettingsError for an e-mail that nobody has."""
    async with serve.ready(settings()):
        if chosen.what == "token":
            sys.stdout.write(await token_of(chosen.email) + "\n")
        else:
            await appoint(chosen.email, super_admin=not chosen.end)
            sys.stdout.write(f"{chosen.email} {'no longer looks' if chosen.end else 'looks'} after the whole installation.\n")


async def appoint(email: str, *, super_admin: bool) -> None:
    """Nobody can do it from a page."""
    async with platform_tx() as door:
        if not await door.run(access.appoint, email=email.lower(), super_admin=super_admin):
            raise SettingsError(f"Nobody signs in with {email}. Check the spelling, or sign up first.")


async def token_of(email: str) -> str:
    """A new one each time: only its hash is kept, so the former cannot be shown."""
    try:
        async with platform_tx() as door:
            person = await viewer.by_account(door, email)
    except NotFound:
        raise SettingsError(f"Nobody signs in with {email}. Check the spelling, or sign up first.") from None
    async with person.tx() as db:
        return await api_token.renew(db, TOKEN_NAME, user_id=person.id)
