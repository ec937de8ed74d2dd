"""A second factor: codes of an authenticator app, and ten recovery codes for the day on which the telephone is gone."""

from __future__ import annotations

import re
import secrets
from typing import Any

import msgspec

from app.accounts import account, letter, link, totp
from app.accounts.account import Details
from app.accounts.letter import Letter
from app.core.clock import now
from app.core.db import Db
from app.core.i18n import N_
from app.core.secrets import KEY_ID, Unreadable, digest, seal, unseal
from app.core.statements import statements
from app.settings import settings

RECOVERY_CODES = 10
# Without letters that look like others: 60 bits.
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
RECOVERY_LENGTH = 12
OFFER_LASTS = 3600.0  # seconds that a QR code may wait on the page

q = statements("two_factor")

TURNED_ON = Letter(
    N_("Signing in now takes a code"),
    (
        N_("Hello %(name)s,"),
        N_("Two-factor sign-in is on for your account on Recado: besides the password it takes a code of your app."),
        N_("If it was not you, choose a new password and write to an administrator of your company."),
    ),
    N_("Go to your account"),
)
TURNED_OFF = Letter(
    N_("Signing in takes no code any more"),
    (
        N_("Hello %(name)s,"),
        N_("Two-factor sign-in is off for your account on Recado: the password is enough again."),
        N_("If it was not you, choose a new password and turn it on again."),
    ),
    N_("Go to your account"),
)
RECOVERED = Letter(
    N_("A recovery code was used"),
    (
        N_("Hello %(name)s,"),
        N_("Somebody signed in to your account on Recado with a recovery code. %(left)s of them are left."),
        N_("If it was not you, choose a new password now."),
    ),
    N_("Go to your account"),
)


class WrongCode(Exception):
    """Of the app, while it is set up."""

    message = N_("That is not the code of this moment. Wait for the next one and type it.")


class Required(Exception):
    """A workspace of theirs asks for it."""

    message = N_("Your workspace asks everybody for it, so it stays on.")


class Offer(msgspec.Struct, frozen=True):
    """A secret that nobody has confirmed yet. It is kept on the page, sealed, and nowhere else."""

    user_id: int
    secret: str
    until: float


def offer(user_id: int) -> Offer:
    return Offer(user_id, totp.new_secret(), now().timestamp() + OFFER_LASTS)


def sealed_offer(made: Offer) -> str:
    return seal(msgspec.json.encode(made).decode(), settings().encryption_keys, context="two-factor offer").hex()


def read_offer(sealed: str, user_id: int) -> Offer | None:
    """None when it waited too long or is somebody else's."""
    try:
        opened = unseal(bytes.fromhex(sealed), settings().encryption_keys, context="two-factor offer")
        made = msgspec.json.decode(opened, type=Offer)
    except (ValueError, Unreadable, msgspec.DecodeError):
        return None
    return made if made.user_id == user_id and made.until > now().timestamp() else None


async def turn_on(db: Db, made: Offer, code: str) -> list[str]:
    """The recovery codes, for the only time. Raises WrongCode. Needs the platform's door."""
    step = totp.step_of(made.secret, _plain(code))
    if step is None:
        raise WrongCode
    sealed = seal(made.secret, settings().encryption_keys, context=_context(made.user_id))
    if not await db.run(q.turn_on, id=made.user_id, secret=sealed, step=step):
        raise WrongCode
    await _tell(db, made.user_id, TURNED_ON)
    return await new_recovery_codes(db, made.user_id)


async def turn_off(db: Db, person: Details) -> None:
    """Raises Required. Needs the platform's door."""
    if person.two_factor_required:
        raise Required
    await forget(db, person.id)
    await _tell(db, person.id, TURNED_OFF)


async def forget(db: Db, user_id: int) -> None:
    """Secret and recovery codes. Needs the platform's door."""
    await db.run(q.turn_off, id=user_id)
    await db.run(q.forget_codes, user_id=user_id)


async def new_recovery_codes(db: Db, user_id: int) -> list[str]:
    """The former ones are worth nothing any more. Needs the platform's door."""
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(RECOVERY_LENGTH)) for _ in range(RECOVERY_CODES)]
    await db.run(q.forget_codes, user_id=user_id)
    await db.run(q.keep_codes, user_id=user_id, hashes=[_hash(user_id, code) for code in codes])
    return [f"{code[:4]}-{code[4:8]}-{code[8:]}" for code in codes]


async def accepts(db: Db, user_id: int, code: str) -> bool:
    """A code of the app or a recovery code; each of them once. Needs the platform's door."""
    code = _plain(code)
    if len(code) == RECOVERY_LENGTH:
        return await _accepts_recovery(db, user_id, code)
    kept = next(iter(await db.rows(q.secret_of, id=user_id)), None)
    if not kept or not kept["totp_secret"]:
        return False
    secret = unseal(kept["totp_secret"], settings().encryption_keys, context=_context(user_id))
    step = totp.step_of(secret, code)
    return step is not None and await db.run(q.accept_step, id=user_id, step=step) > 0


async def _accepts_recovery(db: Db, user_id: int, code: str) -> bool:
    if not await db.run(q.use_code, user_id=user_id, code_hash=_hash(user_id, code)):
        return False
    await _tell(db, user_id, RECOVERED, left=await db.value(q.codes_left, user_id=user_id))
    return True


async def reseal(db: Db) -> int:
    """Seals with the newest key what an older one sealed; how many. Needs the platform's door."""
    keys = settings().encryption_keys
    newest = seal("", keys, context="")[:KEY_ID]
    old = [row for row in await db.rows(q.sealed_secrets) if row["totp_secret"][:KEY_ID] != newest]
    for row in old:
        secret = unseal(row["totp_secret"], keys, context=_context(row["id"]))
        fresh = seal(secret, keys, context=_context(row["id"]))
        await db.run(q.reseal, id=row["id"], secret=fresh, seen=row["totp_secret"])
    return len(old)


async def _tell(db: Db, user_id: int, what: Letter, **values: Any) -> None:
    person = await account.details(db, user_id)
    await letter.post(db, person.email, person.language, what, url=link.url("/account"), name=person.name, **values)


def _plain(code: str) -> str:
    """People copy codes with spaces and dashes."""
    return re.sub(r"[\s-]", "", code).upper()


def _hash(user_id: int, code: str) -> bytes:
    return digest(f"{user_id}:{code}")


def _context(user_id: int) -> str:
    return f"totp:{user_id}"
