"""The second factor: set up with a telephone, recovery codes, turned off; and whether the workspace asks everybody for it."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Router, get, post, put

from app.access.guards import CurrentViewer, TenantDb, needs, signed_in
from app.access.permissions import Permission
from app.access.viewer import CurrentRequest, Viewer
from app.accounts import account, confirmation, deed, requirement, session, signing_in, throttle, totp, two_factor
from app.core.db import Db, platform_tx
from app.core.forms import SubmittedForm, blank, parse
from app.core.i18n import N_
from app.core.pages import Page, page

TOO_LATE = N_("This page was open for too long. Scan the new code and type what the app shows.")
YOURS_FIRST = N_("Set it up for yourself first: then you know what you ask of the others.")


class Confirmation(msgspec.Struct, frozen=True):
    offer: str
    code: str
    password: str


class Proof(msgspec.Struct, frozen=True):
    password: str


class Security(msgspec.Struct, frozen=True):
    two_factor_required: bool = False


@get("/account/two-factor", guards=[signed_in], without_two_factor=True)
async def show(request: CurrentRequest, viewer: CurrentViewer) -> Page:
    async with platform_tx() as db:
        return await _page(request, db, viewer, "content")


@put("/account/two-factor", guards=[signed_in], without_two_factor=True)
async def turn_on(request: CurrentRequest, viewer: CurrentViewer, data: SubmittedForm) -> Page:
    form, offer = parse(Confirmation, data), two_factor.read_offer(str(data.get("offer", "")), viewer.id)
    if offer is None:
        form.errors["code"] = TOO_LATE
    if offer and not form.errors:
        try:
            return await _turn_on(request, viewer, offer, form.value)
        except (two_factor.WrongCode, confirmation.Unconfirmed) as refusal:
            form.errors["code"] = refusal.message
        except (account.WrongPassword, throttle.TooMany) as refusal:
            form.errors["password"] = refusal.message
    async with platform_tx() as db:
        return await _page(request, db, viewer, "factor", status=422, form=form, offer=offer)


async def _turn_on(request: CurrentRequest, viewer: Viewer, offer: two_factor.Offer, wish: Confirmation) -> Page:
    if viewer.unconfirmed:
        raise confirmation.Unconfirmed
    await signing_in.prove_again(viewer.id, viewer.email, wish.password)
    async with platform_tx() as db:
        codes = await two_factor.turn_on(db, offer, wish.code)
        await session.note_second_factor(db, request.cookies.get(session.cookie_name(), ""))
        await deed.note(db, viewer, "turn_on_two_factor")
        return await _page(request, db, viewer, "factor", codes=codes)


@put("/account/two-factor/removal", guards=[signed_in])
async def turn_off(request: CurrentRequest, viewer: CurrentViewer, data: SubmittedForm) -> Page:
    form = parse(Proof, data)
    if not form.errors:
        try:
            await _turn_off(viewer, form.value.password)
        except (account.WrongPassword, throttle.TooMany, two_factor.Required) as refusal:
            form.errors["password"] = refusal.message
    async with platform_tx() as db:
        return await _page(request, db, viewer, "factor", status=422 if form.errors else 200, removal=form)


async def _turn_off(viewer: Viewer, password: str) -> None:
    await signing_in.prove_again(viewer.id, viewer.email, password)
    async with platform_tx() as db:
        await two_factor.turn_off(db, await account.details(db, viewer.id))
        await deed.note(db, viewer, "turn_off_two_factor")


@post("/account/recovery-codes", guards=[signed_in], status_code=200)
async def new_codes(request: CurrentRequest, viewer: CurrentViewer, data: SubmittedForm) -> Page:
    form, codes = parse(Proof, data), []
    if not form.errors:
        try:
            codes = await _new_codes(viewer, form.value.password)
        except (account.WrongPassword, throttle.TooMany) as refusal:
            form.errors["password"] = refusal.message
    async with platform_tx() as db:
        return await _page(request, db, viewer, "factor", status=422 if form.errors else 200, fresh=form, codes=codes)


async def _new_codes(viewer: Viewer, password: str) -> list[str]:
    await signing_in.prove_again(viewer.id, viewer.email, password)
    async with platform_tx() as db:
        await deed.note(db, viewer, "renew_recovery_codes")
        return await two_factor.new_recovery_codes(db, viewer.id)


async def _page(request: CurrentRequest, db: Db, viewer: Viewer, block: str, *, status: int = 200, **more: Any) -> Page:
    person = await account.details(db, viewer.id)
    offer = more.pop("offer", None) or two_factor.offer(viewer.id)
    known: dict[str, Any] = {
        "person": person, "alone": viewer.two_factor_missing, "codes": [],
        "form": blank(), "removal": blank(), "fresh": blank(),
        "secret": offer.secret, "offer": two_factor.sealed_offer(offer), "picture": totp.picture(offer.secret, person.email),
        "address": totp.address(offer.secret, person.email),
    }  # fmt: skip
    return page(request, "settings/account_two_factor.html", block, status, **{**known, **more})


@get("/settings/security", guards=[needs(Permission.SECURE_WORKSPACE)])
async def security(request: CurrentRequest, db: TenantDb) -> Page:
    return await _security(request, db, "content")


@put("/settings/security", guards=[needs(Permission.SECURE_WORKSPACE)])
async def change_security(request: CurrentRequest, db: TenantDb, viewer: CurrentViewer, data: SubmittedForm) -> Page:
    form = parse(Security, data)
    async with platform_tx() as door:
        protected = (await account.details(door, viewer.id)).totp_since is not None
    if form.value.two_factor_required and not protected:
        form.errors["two_factor_required"] = YOURS_FIRST
        return await _security(request, db, "form", status=422, form=form)
    await requirement.choose(db, required=form.value.two_factor_required)
    return await _security(request, db, "form", saved=True)


async def _security(request: CurrentRequest, db: Db, block: str, *, status: int = 200, **more: Any) -> Page:
    known = {"form": blank(two_factor_required=await requirement.is_on(db)), "saved": False}
    shown = {"protection": await requirement.protection(db), **known, **more}
    return page(request, "settings/account_security.html", block, status, **shown)


router = Router("/", route_handlers=[show, turn_on, turn_off, new_codes, security, change_security])
