"""Accounts: a person, their password, and the workspace that sign-up makes for them."""

from __future__ import annotations

import asyncio
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


class SignUp(msgspec.Struct, frozen=True):
    workspace: Annotated[str, Meta(min_length=1, max_length=120)]
    name: Annotated[str, Meta(min_length=1, max_length=120)]
    email: Annotated[str, Meta(max_length=254, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]
    password: Annotated[str, Meta(min_length=SHORTEST_PASSWORD, max_length=200)]


class Person(msgspec.Struct, frozen=True):
    """What somebody may change about themselves."""

    name: Annotated[str, Meta(min_length=1, max_length=120)]
    language: str


class NewPassword(msgspec.Struct, frozen=True):
    password: str
    new_password: Annotated[str, Meta(min_length=SHORTEST_PASSWORD, max_length=200)]


class SignedUp(msgspec.Struct, frozen=True):
    tenant: int
    member: int


class Account(msgspec.Struct, frozen=True):
    user_id: int
    tenant_id: int
    password_hash: str


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


async def change(db: Db, user_id: int, person: Person) -> None:
    await db.run(q.change, id=user_id, name=person.name, language=person.language)


async def change_password(db: Db, email: str, wish: NewPassword) -> None:
    """Raises WrongPassword. Needs the platform's door."""
    account = await check(db, email, wish.password)
    if account is None:
        raise WrongPassword
    await db.run(q.change_password, id=account.user_id, password_hash=hash_password(wish.new_password))
