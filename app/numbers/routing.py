"""Which workspace a webhook belongs to, and which secrets may have signed it. Asked through the platform's door."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from app.core.clock import seconds
from app.core.db import Db, platform_tx
from app.core.statements import statements
from app.numbers import credentials as vault
from app.settings import settings

KEPT = 30.0  # seconds; another process may have saved a new secret meanwhile


class Secret(msgspec.Struct, frozen=True):
    """What may have signed a webhook, and the workspace for which it speaks: none means all."""

    value: str
    tenant_id: int | None


_secrets: dict[str, tuple[float, list[Secret]]] = {}
NOBODYS: tuple[float, list[Secret]] = (0.0, [])


class Every:
    """All secrets, and until when they are believed."""

    secrets: list[Secret] = []  # noqa: RUF012 - one for the process
    until = 0.0


_every = Every()

q = statements("numbers")


async def owners(db: Db, phone_number_ids: Iterable[str], waba_ids: Iterable[str]) -> dict[str, int]:
    """The tenant of each known phone number id and account id."""
    rows = await db.rows(q.owners, phone_number_ids=list(phone_number_ids), waba_ids=list(waba_ids))
    return {row["id"]: row["tenant_id"] for row in rows}


async def holders(db: Db, phone_number_ids: Iterable[str], waba_ids: Iterable[str]) -> dict[str, int]:
    """The same, without those that gave them up."""
    rows = await db.rows(q.holders, phone_number_ids=list(phone_number_ids), waba_ids=list(waba_ids))
    return {row["id"]: row["tenant_id"] for row in rows}


async def app_secrets(waba_ids: Sequence[str]) -> list[Secret]:
    """Those of the settings and of these accounts. Only what is found is remembered, so a new number works at once."""
    ours = [Secret(value.strip(), None) for value in settings().meta_app_secret.split(",") if value.strip()]
    unknown = [waba_id for waba_id in waba_ids if _secrets.get(waba_id, NOBODYS)[0] < seconds()]
    if unknown:
        async with platform_tx() as door:
            for waba_id, found in _opened(await door.many(q.sealed_by_accounts, vault.Sealed, waba_ids=unknown)).items():
                _secrets[waba_id] = (seconds() + KEPT, found)
    theirs = [secret for waba_id in waba_ids for secret in _secrets.get(waba_id, NOBODYS)[1]]
    return list(dict.fromkeys([*ours, *theirs]))


async def every_app_secret() -> list[Secret]:
    """Of all accounts, for a body that names none of them; remembered for as long as the others."""
    if _every.until < seconds():
        async with platform_tx() as door:
            rows = await door.many(q.all_credentials, vault.Sealed)
        _every.secrets = list(dict.fromkeys(secret for found in _opened(rows).values() for secret in found))
        _every.until = seconds() + KEPT
    return _every.secrets


def _opened(rows: Sequence[vault.Sealed]) -> dict[str, list[Secret]]:
    """By account, which one workspace has and others may have had."""
    found: dict[str, list[Secret]] = {}
    for row in vault.readable(rows):
        found.setdefault(row.waba_id, []).extend(Secret(each, row.tenant_id) for each in vault.secrets(row))
    return found


def forget(waba_id: str) -> None:
    """After a new secret was saved in this process."""
    _secrets.pop(waba_id, None)
    _every.until = 0.0
