"""Signing in: the password, then a code where somebody has set one up; each guess is counted before it is looked at."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import msgspec

from app.accounts import account, refusal, throttle, two_factor
from app.accounts.account import Account
from app.accounts.origin import Origin
from app.accounts.refusal import Step
from app.core.clock import now
from app.core.db import Db, platform_tx
from app.core.i18n import N_
from app.core.secrets import Unreadable, seal, unseal
from app.settings import settings

WAITS_FOR_CODE = timedelta(minutes=10)
SEALED_FOR = "second step"


class Wrong(Exception):
    """The password does not fit, or nobody has this address: the two look the same."""

    message = N_("That does not match this e-mail. Try again.")


class WrongCode(Wrong):
    """Neither a code of this minute nor a recovery code."""

    message = N_("That is not the code of this moment. Wait for the next one and type it.")


class NoWorkspace(Exception):
    """Everything is right, and yet there is nowhere to go."""

    message = N_("Your account is in no workspace any more. Ask an administrator of your company to invite you again.")


class HalfWay(msgspec.Struct, frozen=True):
    """The password was right, the code is missing."""

    user_id: int
    tenant_id: int
    email: str
    until: float
    # The page that they wanted.
    to: str = ""


@asynccontextmanager
async def _counting(email: str, step: Step) -> AsyncIterator[None]:
    """Whoever is refused leaves a trace, those who are sent away before anybody looks among them."""
    try:
        yield
    except (Wrong, account.WrongPassword, throttle.TooMany):
        await refusal.count(email, step)
        raise


async def prove(email: str, password: str, origin: Origin) -> Account:
    """Raises Wrong, TooMany or NoWorkspace."""
    tries = throttle.passwords(origin, email)
    async with _counting(email, "password"):
        left = await throttle.take(tries)
        async with platform_tx() as db:
            found = await account.check(db, email, password)
            if found:
                await throttle.right(db, tries)
        if found is None:
            raise Wrong if left else throttle.TooMany
    if not found.tenant_id:
        raise NoWorkspace
    return found


async def prove_again(user_id: int, email: str, password: str) -> None:
    """Of somebody who is signed in, before something that matters. Raises WrongPassword or TooMany."""
    tries = throttle.again(user_id)
    async with _counting(email, "password"):
        left = await throttle.take(tries)
        async with platform_tx() as db:
            if found := await account.check(db, email, password):
                await throttle.right(db, tries)
        if found is None:
            raise account.WrongPassword if left else throttle.TooMany


async def prove_code(user_id: int, email: str, code: str, origin: Origin) -> None:
    """A code of the app, or a recovery code. Raises WrongCode or TooMany."""
    tries = throttle.codes(user_id, origin, email)
    async with _counting(email, "code"):
        left = await throttle.take(tries)
        async with platform_tx() as db:
            if right := await two_factor.accepts(db, user_id, code):
                await throttle.right(db, tries)
        if not right:
            raise WrongCode if left else throttle.TooMany


def half_way(known: Account, email: str, to: str) -> str:
    """For a cookie: it says who, and is worth nothing without the code."""
    until = (now() + WAITS_FOR_CODE).timestamp()
    waiting = HalfWay(known.user_id, known.tenant_id, email.lower(), until, to)
    return seal(msgspec.json.encode(waiting).decode(), settings().encryption_keys, context=SEALED_FOR).hex()


def read_half_way(sealed: str) -> HalfWay | None:
    """None when it is too old or not ours."""
    try:
        opened = unseal(bytes.fromhex(sealed), settings().encryption_keys, context=SEALED_FOR)
        waiting = msgspec.json.decode(opened, type=HalfWay)
    except (ValueError, Unreadable, msgspec.DecodeError):
        return None
    return waiting if waiting.until > now().timestamp() else None


async def account_of(db: Db, waiting: HalfWay) -> Account | None:
    """None when somebody else has the address by now, or nobody. Raises NoWorkspace. Needs the platform's door."""
    found = await account.known(db, waiting.email)
    if found is None or found.user_id != waiting.user_id:
        return None
    if not found.tenant_id:
        raise NoWorkspace
    return found
