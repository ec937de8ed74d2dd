"""The limits of a number, its portfolio and the workspace, changed by hand; each answer is the form itself."""

from __future__ import annotations

from typing import Any

from litestar import Router, delete, get, put
from litestar.params import FromPath, FromQuery

from app.access.guards import TenantDb, needs
from app.access.permissions import Permission
from app.access.viewer import CurrentRequest
from app.core.forms import NOT_POSSIBLE, Form, S, SubmittedForm, blank, parse
from app.core.i18n import N_
from app.core.pages import Page, fragment
from app.numbers import breaker, levels, limits, phone_number, portfolio, sending_cap
from app.numbers.phone_number import PhoneNumber
from app.numbers.portfolio import Portfolio
from app.numbers.routes import LIST, board

BAD_RATE = N_("Choose a number from 1 to 1,000.")
BAD_CAP = N_("Choose a number of messages, 1 or more.")
BAD_PEOPLE = N_("Choose a whole number of people.")
LIMITS = [needs(Permission.LIMIT_NUMBERS)]


@get("/{number_id:int}/pace", guards=LIMITS)
async def show_pace(
    request: CurrentRequest, db: TenantDb, number_id: FromPath[int], level: FromQuery[levels.Name] = "AUTOMATIC"
) -> Page:
    number = await phone_number.find(db, number_id)
    offer = levels.offered(number, level)
    form = blank(level=level, per_second=f"{offer.per_second:g}", burst=f"{offer.burst:g}")
    return fragment(request, "numbers/show.html", "pace", number=number, pace_form=form, saved="")


@put("/{number_id:int}/pace", guards=LIMITS)
async def set_pace(request: CurrentRequest, db: TenantDb, data: SubmittedForm, number_id: FromPath[int]) -> Page:
    number, form = await phone_number.find(db, number_id), explained(parse(levels.Choice, data), BAD_RATE)
    try:
        if not form.errors:
            await levels.choose(db, number, form.value)
    except levels.TooFast as problem:
        form.errors["per_second"] = problem.message
    if form.errors:
        return fragment(request, "numbers/show.html", "pace", 422, number=number, pace_form=form, saved="")
    number = await phone_number.find(db, number_id)
    return fragment(request, "numbers/show.html", "pace", number=number, pace_form=None, saved="pace")


@delete("/{number_id:int}/breaker", status_code=200, guards=[needs(Permission.RESET_NUMBERS)])
async def reset_breaker(request: CurrentRequest, db: TenantDb, number_id: FromPath[int]) -> Page:
    number = await phone_number.find(db, number_id)
    await breaker.reset(db, number.id)
    return await board(request, db, await phone_number.find(db, number_id))


@put("/{number_id:int}/portfolio", guards=LIMITS)
async def set_share(request: CurrentRequest, db: TenantDb, data: SubmittedForm, number_id: FromPath[int]) -> Page:
    number, shared = await phone_number.find(db, number_id), await portfolio.of_number(db, number_id)
    form = explained(parse(limits.Share, data), BAD_PEOPLE)
    try:
        if not form.errors:
            await limits.share(db, shared, form.value)
    except limits.ReserveTooLarge as problem:
        form.errors["reserve"] = problem.message
    if form.errors:
        return _share(request, number, shared, 422, share_form=form, saved="")
    return _share(request, number, await portfolio.of_number(db, number_id), share_form=None, saved="share")


@put("/cap", guards=LIMITS)
async def set_cap(request: CurrentRequest, db: TenantDb, data: SubmittedForm) -> Page:
    form = explained(parse(sending_cap.Cap, data), BAD_CAP)
    if form.errors:
        return fragment(request, "numbers/index.html", "cap", 422, cap=await sending_cap.find(db), cap_form=form, saved="")
    await sending_cap.change(db, form.value)
    return fragment(request, "numbers/index.html", "cap", cap=form.value, cap_form=None, saved="cap")


@delete("/cap", status_code=200, guards=LIMITS)
async def remove_cap(request: CurrentRequest, db: TenantDb) -> Page:
    await sending_cap.remove(db)
    return fragment(request, "numbers/index.html", "cap", cap=None, cap_form=None, saved="removed")


def _share(request: CurrentRequest, number: PhoneNumber, shared: Portfolio, status: int = 200, **more: Any) -> Page:
    return fragment(request, "numbers/show.html", "share", status, number=number, portfolio=shared, **more)


def explained(form: Form[S], sentence: str) -> Form[S]:
    """What is possible, in place of "not possible"."""
    form.errors = {field: sentence if error == NOT_POSSIBLE else error for field, error in form.errors.items()}
    return form


router = Router(LIST, route_handlers=[show_pace, set_pace, reset_breaker, set_share, set_cap, remove_cap])
