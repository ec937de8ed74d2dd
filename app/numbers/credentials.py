"""Access tokens and app secrets: sealed in their row, opened only to be used, re-sealed when the key changes."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import structlog

from app.core.db import Db
from app.core.secrets import KEY_ID, Unreadable, seal, unseal
from app.core.statements import statements
from app.settings import settings
from app.whatsapp.contract import Credentials

log = structlog.get_logger()
q = statements("numbers")


class Sealed(msgspec.Struct, frozen=True):
    tenant_id: int
    waba_id: str
    access_token: bytes
    app_secret: bytes
    phone_number_id: str = ""
    former_secret: bytes | None = None


def context(tenant_id: int, waba_id: str) -> str:
    """Sealed bytes open only in the row they were made for."""
    return f"waba:{tenant_id}:{waba_id}"


def sealed(tenant_id: int, credentials: Credentials) -> Sealed:
    row, keys = context(tenant_id, credentials.waba_id), settings().encryption_keys
    return Sealed(
        tenant_id=tenant_id,
        waba_id=credentials.waba_id,
        access_token=seal(credentials.access_token, keys, context=row),
        app_secret=seal(credentials.app_secret, keys, context=row),
        phone_number_id=credentials.phone_number_id,
    )


def opened(row: Sealed) -> Credentials:
    """Raises Unreadable when the key is gone or the row was copied from elsewhere."""
    name, keys = context(row.tenant_id, row.waba_id), settings().encryption_keys
    return Credentials(
        access_token=unseal(row.access_token, keys, context=name),
        app_secret=unseal(row.app_secret, keys, context=name),
        phone_number_id=row.phone_number_id,
        waba_id=row.waba_id,
    )


def secrets(row: Sealed) -> list[str]:
    """What may have signed a webhook: the app secret, and for a while the one before. Raises Unreadable."""
    name, keys = context(row.tenant_id, row.waba_id), settings().encryption_keys
    return [unseal(each, keys, context=name) for each in (row.app_secret, row.former_secret) if each is not None]


def readable(rows: Sequence[Sealed]) -> list[Sealed]:
    """Those that open. One account whose key is lost must not stop the others; it is told to the operator."""
    found = []
    for row in rows:
        try:
            secrets(row)
            found.append(row)
        except Unreadable:
            log.exception("credentials cannot be opened: is a key missing in RECADO_ENCRYPTION_KEYS?", tenant=row.tenant_id)
    return found


async def of_number(db: Db, number_id: int) -> Credentials:
    return opened(await db.one(q.credentials_of_number, Sealed, id=number_id))


async def of_account(db: Db, waba: int) -> Credentials:
    """Those of the account alone, for its templates and its webhooks; without a phone number id."""
    return opened(await db.one(q.credentials_of_account, Sealed, waba=waba))


async def reseal(db: Db) -> int:
    """Seals with the newest key what an older one sealed; how many rows. Needs the platform's door."""
    keys = settings().encryption_keys
    newest = seal("", keys, context="")[:KEY_ID]
    old = readable([row for row in await db.many(q.all_credentials, Sealed) if row.access_token[:KEY_ID] != newest])
    done = 0
    for row in old:
        fresh, name = sealed(row.tenant_id, opened(row)), context(row.tenant_id, row.waba_id)
        done += await db.run(
            q.reseal, token_read=row.access_token, secret_read=row.app_secret, tenant_id=row.tenant_id, waba_id=row.waba_id,
            access_token=fresh.access_token, app_secret=fresh.app_secret,
            former_secret=seal(secrets(row)[1], keys, context=name) if row.former_secret else None,
        )  # fmt: skip
    return done
