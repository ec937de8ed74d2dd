"""Signing in over the API: for programs that act for a person and should not keep a token for ever."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import post
from litestar.openapi.spec import SecurityRequirement
from litestar.params import JSONBody
from msgspec import Meta

from app.accounts import account, machine, origin, signing_in
from app.accounts.account import Account
from app.accounts.machine import Tokens
from app.accounts.origin import Origin
from app.api.problems import AnyRequest, Invalid
from app.core.db import platform_tx
from app.core.forms import NOT_POSSIBLE, REQUIRED
from app.core.i18n import N_

TAGS = [N_("Signing in")]
# Whoever asks has no token yet.
OPEN: list[SecurityRequirement] = [{}]

Short = Annotated[str, Meta(max_length=254)]


class Proof(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """E-mail and password, with the code of the moment where the person has set one up; or an API token.

    `workspace` is the name in its addresses, for people who are in several.
    """

    email: Short = ""
    password: Annotated[str, Meta(max_length=200)] = ""
    code: Annotated[str, Meta(max_length=20)] = ""
    workspace: Annotated[str, Meta(max_length=60)] = ""
    api_token: Annotated[str, Meta(max_length=200)] = ""


class Refresh(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    refresh_token: Annotated[str, Meta(min_length=1, max_length=200)]


@post("/auth/token", operation_id="sign_in", summary=N_("Sign in, for a quarter of an hour"), tags=TAGS, public=True,
      status_code=200, security=OPEN)  # fmt: skip
async def sign_in(request: AnyRequest, data: JSONBody[Proof]) -> Tokens:
    if data.api_token:
        return await machine.exchange(data.api_token)
    if missing := [field for field in ("email", "password") if not getattr(data, field)]:
        raise Invalid(**dict.fromkeys(missing, REQUIRED))
    where = origin.of(request)
    known = await signing_in.prove(data.email, data.password, where)
    if known.two_factor:
        await _second_step(known, data, where)
    return await machine.sign_in(known.user_id, await _workspace(known, data.workspace), where, two_factor=known.two_factor)


async def _second_step(known: Account, proof: Proof, where: Origin) -> None:
    if not proof.code:
        raise Invalid(code=REQUIRED)
    await signing_in.prove_code(known.user_id, proof.email, proof.code, where)


async def _workspace(known: Account, wanted: str) -> int:
    if not wanted:
        return known.tenant_id
    async with platform_tx() as db:
        found = await account.in_workspace(db, known, wanted)
    if found is None:
        raise Invalid(workspace=NOT_POSSIBLE)
    return found


@post("/auth/refresh", operation_id="refresh", summary=N_("A new pair of tokens, once for each refresh token"), tags=TAGS,
      public=True, status_code=200, security=OPEN)  # fmt: skip
async def refresh(data: JSONBody[Refresh]) -> Tokens:
    return await machine.refresh(data.refresh_token)


@post("/auth/logout", operation_id="sign_out", summary=N_("Sign out: its access tokens end as well"), tags=TAGS, public=True,
      status_code=204, security=OPEN)  # fmt: skip
async def sign_out(data: JSONBody[Refresh]) -> None:
    await machine.sign_out(data.refresh_token)


handlers = [sign_in, refresh, sign_out]
