"""The pages of phone numbers. What talks to the provider gets no `db`: no transaction stays open meanwhile."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import Router, delete, get, post
from litestar.params import FromPath, FromQuery
from msgspec import Meta

from app.access.guards import CurrentViewer, TenantDb, needs
from app.access.permissions import Permission
from app.access.viewer import CurrentRequest, Viewer
from app.core.db import Db, Tenant
from app.core.forms import NOT_POSSIBLE, Form, SubmittedForm, blank, parse
from app.core.i18n import N_
from app.core.pages import Page, page, redirect
from app.numbers import inspection, limits, phone_number, portfolio, sending_cap, signup, simulated
from app.numbers.board import lines
from app.numbers.phone_number import PhoneNumber
from app.whatsapp.contract import Credentials
from app.whatsapp.errors import NotSent, OutcomeUnknown, ProviderError, WrongField

LIST = "/numbers"
BAD_ID = N_("An id has digits only. Copy it from WhatsApp Manager.")
NO_ANSWER = N_("WhatsApp did not answer, so nothing was saved. Try again in a moment.")
NOT_ASKED = N_("WhatsApp did not answer. What you see is from the last check.")

Id = Annotated[str, Meta(pattern=r"^[0-9]{5,30}$")]
Secret = Annotated[str, Meta(min_length=1, max_length=2000, pattern=r"^[\x21-\x7e]+$")]


class Wish(msgspec.Struct, frozen=True):
    waba_id: Id
    phone_number_id: Id
    access_token: Secret
    app_secret: Secret


@get("/", guards=[needs(Permission.VIEW_NUMBERS)])
async def index(request: CurrentRequest, db: TenantDb) -> Page:
    shared = {each.id: each for each in await portfolio.all(db)}
    return page(
        request, "numbers/index.html", "rows", numbers=await phone_number.all(db), portfolios=shared,
        cap=await sending_cap.find(db), cap_form=None, saved="", gone=await phone_number.disconnected(db),
    )  # fmt: skip


@get("/new", guards=[needs(Permission.CONNECT_NUMBERS)])
async def new(request: CurrentRequest, viewer: CurrentViewer, again: FromQuery[int] = 0) -> Page:
    form = blank()
    if again:
        async with viewer.tx() as db:
            number = await phone_number.find(db, again)
        form = blank(waba_id=number.waba_id, phone_number_id=number.phone_number_id)
    return page(request, "numbers/new.html", "form", form=form, **await _doors())


@post("/", guards=[needs(Permission.CONNECT_NUMBERS)])
async def create(request: CurrentRequest, viewer: CurrentViewer, data: SubmittedForm) -> Page:
    form = parse(Wish, data)
    form.errors = {field: BAD_ID if error == NOT_POSSIBLE else error for field, error in form.errors.items()}
    number = None if form.errors else await _connect(viewer, form, Credentials(**msgspec.structs.asdict(form.value)))
    if number:
        return redirect(request, f"{LIST}/{number.id}")
    return page(request, "numbers/new.html", "form", status=422, form=form, **await _doors())


@post("/simulated", guards=[needs(Permission.CONNECT_NUMBERS)])
async def create_simulated(request: CurrentRequest, viewer: CurrentViewer) -> Page:
    form = blank()
    try:
        number = await _connect(viewer, form, await simulated.make(viewer.tenant_name))
    except (NotSent, OutcomeUnknown):
        number, form.errors["connection"] = None, NO_ANSWER
    if number:
        return redirect(request, f"{LIST}/{number.id}")
    return page(request, "numbers/new.html", "form", status=422, form=form, **await _doors())


async def _doors() -> dict[str, bool]:
    """The other ways to connect a number."""
    return {"simulator": await simulated.is_there(), "sign_up": signup.offered()}


async def _connect(viewer: Viewer, form: Form[Wish], credentials: Credentials) -> PhoneNumber | None:
    """None when something does not fit, which the form then says beside its field."""
    try:
        return await phone_number.connect(Tenant(viewer.tenant_id), credentials)
    except WrongField as wrong:
        form.errors[wrong.field] = wrong.message
    except ProviderError as refusal:
        form.errors["connection"] = refusal.failure.title
    except (NotSent, OutcomeUnknown):
        form.errors["connection"] = NO_ANSWER
    return None


@get("/{number_id:int}", guards=[needs(Permission.VIEW_NUMBERS)])
async def show(request: CurrentRequest, db: TenantDb, number_id: FromPath[int]) -> Page:
    return await board(request, db, await phone_number.find(db, number_id))


@post("/{number_id:int}/checks", guards=[needs(Permission.CHECK_NUMBERS)])
async def check(request: CurrentRequest, viewer: CurrentViewer, number_id: FromPath[int]) -> Page:
    found = await inspection.inspect(Tenant(viewer.tenant_id), number_id)
    trouble = "" if found.answered else NOT_ASKED
    async with viewer.tx() as db:
        return await board(request, db, await phone_number.find(db, number_id), trouble)


@delete("/{number_id:int}", status_code=200, guards=[needs(Permission.DISCONNECT_NUMBERS)])
async def remove(request: CurrentRequest, db: TenantDb, number_id: FromPath[int]) -> Page:
    await phone_number.disconnect(db, await phone_number.find(db, number_id))
    return redirect(request, LIST)


async def board(request: CurrentRequest, db: Db, number: PhoneNumber, trouble: str = "") -> Page:
    """The page of a number, or the part of it that follows what happens."""
    found, looked = await limits.of(db, number), await inspection.of(db, number.id)
    return page(
        request, "numbers/show.html", "board", number=number, limits=found, portfolio=found.portfolio, trouble=trouble,
        lines=lines(number, looked.findings if looked else None, found), looked=looked,
        phone_screen=simulated.phone_screen(number.phone_number_id), pace_form=None, share_form=None, form=None, saved="",
    )  # fmt: skip


router = Router(LIST, route_handlers=[index, new, create, create_simulated, show, check, remove])
