"""Accounts: a person, their password, and the workspace that sign-up makes for them."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta
from psycopg.errors import UniqueViolation

from app.core.db import Db
from app.core.i18n import N_
from app.core.secrets import NOBODY, hash_password, password_fits
from app.core.statements import statements
from app.tenants import tenant

SHORTEST_PASSWORD = 10

# Where each of our languages is mostly spoken, until the workspace says otherwise.
HOMES = {
    "es": ("ES", "Europe/Madrid"),
    "pt-BR": ("BR", "America/Sao_Paulo"),
    "en": ("GB", "Europe/London"),
    "id": ("ID", "Asia/Jakarta"),
}

q = statements("accounts")

Email = Annotated[str, Meta(max_length=254, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]
FreshPassword = Annotated[str, Meta(min_length=SHORTEST_PASSWORD, max_length=200)]
# What to say of these when a form has something else in them.
MESSAGES = {
    "email": N_("That is not an e-mail address. Example: ana@empresa.es"),
    "password": N_("Use at least 10 characters."),
    "new_password": N_("Use at least 10 characters."),
}


class SignUp(msgspec.Struct, frozen=True):
    workspace: Annotated[str, Meta(min_length=1, max_length=120)]
    name: Annotated[str, Meta(min_length=1, max_length=120)]
    email: Email
    password: FreshPassword


class Person(msgspec.Struct, frozen=True):
    """What somebody may change about themselves. An empty time zone is that of the workspace."""

    name: Annotated[str, Meta(min_length=1, max_length=120)]
    language: str
    time_zone: str = ""


class NewPassword(msgspec.Struct, frozen=True):
    password: str
    new_password: FreshPassword


class NewEmail(msgspec.Struct, frozen=True):
    email: Email
    email_password: str


class SignedUp(msgspec.Struct, frozen=True):
    tenant: int
    member: int


class Account(msgspec.Struct, frozen=True):
    """Somebody and the workspace that they come into; 0 when there is none any more."""

    user_id: int
    tenant_id: int
    password_hash: str
    two_factor: bool = False


class Details(msgspec.Struct, frozen=True):
    """What somebody sees of their own account."""

    id: int
    name: str
    email: str
    language: str
    time_zone: str
    email_confirmed_at: datetime | None
    totp_since: datetime | None
    codes_left: int
    wanted_email: str | None
    two_factor_required: bool


class EmailTaken(Exception):
    """Somebody signed up with it before."""

    message = N_("There is already an account with this e-mail. Sign in, or use another one.")


class WrongPassword(Exception):
    """The old one must be known to set a new one."""

    message = N_("That is not your current password.")


async def sign_up(db: Db, wish: SignUp, *, language: str) -> SignedUp:
    """Workspace, owner and defaults, or nothing. Raises EmailTaken. Needs the platform's door."""
    country, zone = HOMES[language]
    slug = await tenant.free_slug(db, wish.workspace)
    # argon2 takes its time on purpose, and others must not wait for it.
    hashed = await asyncio.to_thread(hash_password, wish.password)
    try:
        return await db.one(
            q.sign_up, SignedUp, workspace=wish.workspace, slug=slug, country=country, zone=zone, language=language,
            name=wish.name, email=wish.email.lower(), password_hash=hashed,
        )  # fmt: skip
    except UniqueViolation as clash:
        if clash.diag.constraint_name == "users_email_key":
            raise EmailTaken from None
        raise


async def join(db: Db, email: str, *, name: str, password: str, language: str) -> int:
    """A person without a workspace, whose address is proven: the id. Raises EmailTaken. Needs the platform's door."""
    hashed = await asyncio.to_thread(hash_password, password)
    made = await db.value(q.join, email=email.lower(), name=name, password_hash=hashed, language=language)
    if made is None:
        raise EmailTaken
    return int(made)


async def check(db: Db, email: str, password: str) -> Account | None:
    """None for a wrong password and for an unknown e-mail alike, after the same time."""
    account = await db.maybe(q.by_email, Account, email=email.lower())
    if not await asyncio.to_thread(password_fits, password, account.password_hash if account else NOBODY):
        return None
    return account


async def find(db: Db, email: str) -> Account:
    """Raises NotFound."""
    return await db.one(q.by_email, Account, email=email.lower())


async def known(db: Db, email: str) -> Account | None:
    return await db.maybe(q.by_email, Account, email=email.lower())


async def in_workspace(db: Db, person: Account, slug: str) -> int | None:
    """The id of another workspace of theirs. Needs the platform's door."""
    found: int | None = await db.value(q.in_workspace, user_id=person.user_id, slug=slug)
    return found


async def details(db: Db, user_id: int) -> Details:
    """Needs the platform's door, because a person may be in several workspaces."""
    return await db.one(q.details, Details, id=user_id)


async def change(db: Db, user_id: int, person: Person) -> None:
    await db.run(q.change, id=user_id, name=person.name, language=person.language, time_zone=person.time_zone)


async def speak(db: Db, user_id: int, language: str) -> None:
    """Their language, everywhere."""
    await db.run(q.speak, id=user_id, language=language)


async def set_password(db: Db, user_id: int, password: str) -> None:
    """Needs the platform's door."""
    hashed = await asyncio.to_thread(hash_password, password)
    await db.run(q.change_password, id=user_id, password_hash=hashed)
