"""What people come back with from their mailbox: a forgotten password, an address to confirm."""

from __future__ import annotations

import msgspec
from litestar import Router, get, post
from litestar.params import FromPath

from app.accounts import account, confirmation, link, origin, password_reset, throttle
from app.accounts.account import EmailTaken, FreshPassword
from app.accounts.link import Expired
from app.accounts.routes import checked, enter
from app.core import mail
from app.core.db import platform_tx
from app.core.forms import SubmittedForm, blank
from app.core.pages import AnyRequest, Page, page


class Forgetful(msgspec.Struct, frozen=True):
    email: account.Email


class Fresh(msgspec.Struct, frozen=True):
    new_password: FreshPassword


@get("/forgot-password", public=True)
async def forgot(request: AnyRequest) -> Page:
    return page(request, "accounts/forgot_password.html", "form", form=blank(), asked="", possible=mail.is_possible())


@post("/forgot-password", public=True, status_code=200)
async def ask(request: AnyRequest, data: SubmittedForm) -> Page:
    form, asked = checked(Forgetful, data), ""
    if not form.errors:
        asked = form.value.email
        if await throttle.is_free(throttle.mails(origin.of(request).address, asked)):
            async with platform_tx() as db:
                await password_reset.ask(db, asked)
    status, possible = 422 if form.errors else 200, mail.is_possible()
    return page(request, "accounts/forgot_password.html", "form", status, form=form, asked=asked, possible=possible)


@get("/reset-password/{token:str}", public=True)
async def new_password(request: AnyRequest, token: FromPath[str]) -> Page:
    try:
        async with platform_tx() as db:
            found = await link.find(db, token, "reset")
    except Expired:
        return _expired(request, "reset")
    return page(request, "accounts/reset_password.html", "form", form=blank(), token=token, email=found.email)


@post("/reset-password/{token:str}", public=True)
async def reset(request: AnyRequest, token: FromPath[str], data: SubmittedForm) -> Page:
    form = checked(Fresh, data)
    try:
        async with platform_tx() as db:
            found = await link.find(db, token, "reset")
            if form.errors:
                known = {"form": form, "token": token, "email": found.email}
                return page(request, "accounts/reset_password.html", "form", status=422, **known)
            await password_reset.reset(db, token, form.value.new_password)
    except Expired:
        return _expired(request, "reset")
    return await _in(request, found.current_email)


async def _in(request: AnyRequest, email: str) -> Page:
    """Whoever could read the letter is in, and unknown guesses do not count any more."""
    async with platform_tx() as db:
        await throttle.right(db, throttle.passwords(origin.of(request), email))
        known = await account.find(db, email)
    if not known.tenant_id:
        return page(request, "accounts/confirmed.html", email=email)
    return await enter(request, known, email, told=True)


@get("/confirm-email/{token:str}", public=True)
async def look(request: AnyRequest, token: FromPath[str]) -> Page:
    """Nothing happens yet: mail servers open links to look at them."""
    try:
        async with platform_tx() as db:
            found = await link.find(db, token, "confirm", "change_email")
    except Expired:
        return _expired(request, "confirm")
    return page(request, "accounts/confirm_email.html", token=token, email=found.email, new=found.purpose == "change_email")


@post("/confirm-email/{token:str}", public=True)
async def confirm(request: AnyRequest, token: FromPath[str]) -> Page:
    try:
        async with platform_tx() as db:
            used = await confirmation.confirm(db, token)
    except Expired:
        return _expired(request, "confirm")
    except EmailTaken:
        return _expired(request, "taken")
    answer = page(request, "accounts/confirmed.html", status=200, email=used.email)
    answer.set_cookie(origin.remember(origin.of(request), used.email))
    return answer


def _expired(request: AnyRequest, why: str) -> Page:
    return page(request, "accounts/expired.html", status=410, why=why)


router = Router("/", route_handlers=[forgot, ask, new_password, reset, look, confirm])
