"""Token, PIN and registration of a number. Each talks to the provider, so no transaction is open meanwhile."""

from __future__ import annotations

from typing import Any

from litestar import Router, delete, post, put
from litestar.params import FromPath

from app.access.guards import CurrentViewer, needs
from app.access.permissions import Permission
from app.access.viewer import CurrentRequest, Viewer
from app.core.db import NotFound, Tenant
from app.core.forms import NOT_POSSIBLE, Form, SubmittedForm, parse
from app.core.i18n import N_
from app.core.pages import Page, fragment
from app.numbers import access, inspection, phone_number
from app.numbers.access import NewKeys, Pin, Refused
from app.numbers.phone_number import PhoneNumber
from app.numbers.routes import LIST, board
from app.whatsapp.errors import NotSent, OutcomeUnknown, ProviderError, WrongField

UNKNOWN = N_("WhatsApp did not answer, so we do not know whether it took effect. Check the number before you try again.")
UNCHANGED = N_("WhatsApp did not answer. The token in use stays; try again in a moment.")
REGISTERS = [needs(Permission.REGISTER_NUMBERS)]


@put("/{number_id:int}/credentials", guards=[needs(Permission.ROTATE_NUMBERS)])
async def rotate(request: CurrentRequest, viewer: CurrentViewer, data: SubmittedForm, number_id: FromPath[int]) -> Page:
    number, form = await _connected(viewer, number_id), parse(NewKeys, data)
    try:
        if not form.errors:
            await access.rotate(Tenant(viewer.tenant_id), number_id, form.value)
    except WrongField as wrong:
        form.errors[wrong.field] = wrong.message
    except ProviderError as refusal:
        form.errors["access_token"] = refusal.failure.title
    except (NotSent, OutcomeUnknown):
        form.errors["access_token"] = UNCHANGED
    return await _card(request, "credentials", number, form, saved="credentials")


@post("/{number_id:int}/subscription", status_code=200, guards=[needs(Permission.CONNECT_NUMBERS)])
async def subscribe(request: CurrentRequest, viewer: CurrentViewer, number_id: FromPath[int]) -> Page:
    number, trouble = await _connected(viewer, number_id), ""
    try:
        await inspection.subscribe(Tenant(viewer.tenant_id), number.id)
        await inspection.inspect(Tenant(viewer.tenant_id), number.id)
    except ProviderError as refusal:
        trouble = refusal.failure.title
    except (NotSent, OutcomeUnknown):
        trouble = UNKNOWN
    async with viewer.tx() as db:
        return await board(request, db, await phone_number.find(db, number_id), trouble)


@post("/{number_id:int}/registration", status_code=200, guards=REGISTERS)
async def register(request: CurrentRequest, viewer: CurrentViewer, data: SubmittedForm, number_id: FromPath[int]) -> Page:
    number, form = await _connected(viewer, number_id), _pin(data)
    if not form.errors:
        await _try(form, access.register(Tenant(viewer.tenant_id), number.id, form.value.pin))
    return await _card(request, "registration", number, form, saved="registered")


@delete("/{number_id:int}/registration", status_code=200, guards=REGISTERS)
async def deregister(request: CurrentRequest, viewer: CurrentViewer, number_id: FromPath[int]) -> Page:
    number, form = await _connected(viewer, number_id), Form[Pin]()
    await _try(form, access.deregister(Tenant(viewer.tenant_id), number.id))
    return await _card(request, "registration", number, form, saved="deregistered")


@put("/{number_id:int}/pin", guards=REGISTERS)
async def set_pin(request: CurrentRequest, viewer: CurrentViewer, data: SubmittedForm, number_id: FromPath[int]) -> Page:
    number, form = await _connected(viewer, number_id), _pin(data)
    if not form.errors:
        await _try(form, access.set_pin(Tenant(viewer.tenant_id), number.id, form.value.pin))
    return await _card(request, "registration", number, form, saved="pin")


async def _connected(viewer: Viewer, number_id: int) -> PhoneNumber:
    async with viewer.tx() as db:
        number = await phone_number.find(db, number_id)
    if number.disconnected_at:
        raise NotFound
    return number


def _pin(data: dict[str, Any]) -> Form[Pin]:
    form = parse(Pin, data)
    form.errors = {field: access.PIN_IS_SIX_DIGITS if error == NOT_POSSIBLE else error for field, error in form.errors.items()}
    return form


async def _try(form: Form[Pin], deed: access.Deed) -> None:
    """What went wrong stands at the form: beside the PIN, or above when it is about something else."""
    try:
        await deed
    except Refused as refusal:
        form.errors["pin" if refusal.message == access.PIN_IS_WRONG else "registration"] = refusal.message
        form.raw |= {"advice": refusal.advice, "detail": refusal.detail}
    except (NotSent, OutcomeUnknown):
        form.errors["registration"] = UNKNOWN


async def _card(request: CurrentRequest, name: str, number: PhoneNumber, form: Form[Any], *, saved: str) -> Page:
    """The card of a form. When it took effect, everything is looked at anew, and open pages hear of it."""
    if not form.errors:
        await inspection.inspect(Tenant(request.user.tenant_id), number.id)
        async with request.user.tx() as db:
            number = await phone_number.find(db, number.id)
    status, saved = (422, "") if form.errors else (200, saved)
    shown = form if form.errors else None
    return fragment(request, f"numbers/_{name}.html", name, status, number=number, form=shown, saved=saved)


router = Router(LIST, route_handlers=[rotate, subscribe, register, deregister, set_pin])
