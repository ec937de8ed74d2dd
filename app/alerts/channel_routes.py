"""Channels of alerts in the settings: made for one kind of service each, tried, changed, removed."""

from __future__ import annotations

from typing import Any, get_args

from litestar import Router, delete, get, post, put
from litestar.params import FromPath, FromQuery

from app.access.guards import CurrentViewer, TenantDb, needs
from app.access.permissions import Permission
from app.access.viewer import CurrentRequest
from app.alerts import channel, channel_form, telling
from app.alerts.channel import ChannelKind
from app.alerts.kinds import KINDS
from app.core import mail
from app.core.db import Db, NotFound
from app.core.forms import Form, SubmittedForm, blank
from app.core.pages import Page, page, redirect

LIST = "/settings/alerts"
GUARDS = [needs(Permission.MANAGE_ALERTS)]


@get("/", guards=GUARDS)
async def index(request: CurrentRequest, db: TenantDb) -> Page:
    return await _list(request, db)


@get("/new", guards=GUARDS)
async def new(request: CurrentRequest, kind: FromQuery[str] = "email") -> Page:
    return _form(request, _kind(kind), blank(enabled=True, cool_down=15, least="warning"))


@post("/", guards=GUARDS, status_code=200)
async def create(
    request: CurrentRequest, db: TenantDb, viewer: CurrentViewer, data: SubmittedForm, kind: FromQuery[str] = "email"
) -> Page:
    form = channel_form.read(_kind(kind), data, known=False)
    if not form.errors:
        try:
            _, signs = await channel.create(db, _kind(kind), form.value, by=viewer)
            return _form(request, _kind(kind), form, signs=signs) if signs else redirect(request, LIST)
        except (mail.NoMailServer, channel.Unconfirmed) as problem:
            form.errors["address"] = problem.message
    return _form(request, _kind(kind), form, status=422)


@get("/{channel_id:int}", guards=GUARDS)
async def edit(request: CurrentRequest, db: TenantDb, channel_id: FromPath[int]) -> Page:
    known = await channel.find(db, channel_id)
    shown = {name: getattr(known, name) for name in ("name", "least", "cool_down", "kinds", "enabled")}
    return _form(request, known.kind, blank(**shown), known)


@put("/{channel_id:int}", guards=GUARDS)
async def change(request: CurrentRequest, db: TenantDb, data: SubmittedForm, channel_id: FromPath[int]) -> Page:
    known = await channel.find(db, channel_id)
    form = channel_form.read(known.kind, data, known=True)
    if not form.errors:
        try:
            await channel.change(db, known, form.value)
            return redirect(request, LIST)
        except channel.Unconfirmed as problem:
            form.errors["address"] = problem.message
    return _form(request, known.kind, form, known, status=422)


@delete("/{channel_id:int}", status_code=200, guards=GUARDS)
async def remove(request: CurrentRequest, db: TenantDb, channel_id: FromPath[int]) -> Page:
    await channel.delete(db, await channel.find(db, channel_id))
    return redirect(request, LIST)


@post("/{channel_id:int}/trials", status_code=200, guards=GUARDS)
async def test(request: CurrentRequest, db: TenantDb, channel_id: FromPath[int]) -> Page:
    await telling.test(db, (await channel.find(db, channel_id)).id)
    return await _list(request, db)


async def _list(request: CurrentRequest, db: Db) -> Page:
    return page(request, "alerts/channels.html", "channels", channels=await channel.all(db))


def _form(
    request: CurrentRequest, kind: ChannelKind, form: Form[Any], known: channel.Channel | None = None,
    *, status: int = 200, signs: str = "",
) -> Page:  # fmt: skip
    choices = {"kinds": KINDS, "mails": mail.is_possible(), "signs": signs}
    return page(request, "alerts/channel.html", "form", status, kind=kind, form=form, known=known, **choices)


def _kind(kind: str) -> ChannelKind:
    """Raises NotFound for a service that we do not know."""
    found: ChannelKind | None = next((each for each in get_args(ChannelKind) if each == kind), None)
    if found is None:
        raise NotFound(kind)
    return found


router = Router(LIST, route_handlers=[index, new, create, edit, change, remove, test])
