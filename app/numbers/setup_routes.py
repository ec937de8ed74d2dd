"""/numbers/setup, the guide, and the way through Meta's own sign-up that leads into it."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Router, delete, get, post, put
from litestar.params import FromQuery, QueryParameter

from app.access.guards import CurrentViewer, needs
from app.access.permissions import Permission
from app.access.viewer import CurrentRequest, Viewer
from app.core.db import Tenant
from app.core.forms import NOT_POSSIBLE, Form, SubmittedForm, parse
from app.core.pages import Page, fragment, page, redirect
from app.numbers import setup, signup, simulated
from app.numbers.routes import BAD_ID, LIST, NO_ANSWER
from app.whatsapp.errors import NotSent, OutcomeUnknown, ProviderError, WrongField
from app.whatsapp.meta.onboarding import FIELDS

GUIDE = f"{LIST}/setup"
CONNECTS = [needs(Permission.CONNECT_NUMBERS)]


@get("/setup", guards=CONNECTS)
async def show(request: CurrentRequest, viewer: CurrentViewer, trouble: FromQuery[str] = "") -> Page:
    said = {"cancelled": signup.CANCELLED, "stranger": signup.NOT_OURS, "silent": NO_ANSWER}.get(trouble, "")
    return await guide(request, viewer, trouble=said)


@delete("/setup", status_code=200, guards=CONNECTS)
async def start_anew(request: CurrentRequest, viewer: CurrentViewer) -> Page:
    async with viewer.tx() as db:
        await setup.start_anew(db)
    return redirect(request, GUIDE)


@put("/setup/app", guards=CONNECTS)
async def save_app(request: CurrentRequest, viewer: CurrentViewer, data: SubmittedForm) -> Page:
    form = parse(setup.App, data)
    form.errors = {field: BAD_ID if error == NOT_POSSIBLE else error for field, error in form.errors.items()}
    if not form.errors:
        await _try(form, setup.save_app(Tenant(viewer.tenant_id), form.value), "app_secret")
    return await guide(request, viewer, form)


@put("/setup/product", guards=CONNECTS)
async def note_product(request: CurrentRequest, viewer: CurrentViewer) -> Page:
    async with viewer.tx() as db:
        await setup.note_product(db, added=True)
    return await guide(request, viewer)


@delete("/setup/product", status_code=200, guards=CONNECTS)
async def forget_product(request: CurrentRequest, viewer: CurrentViewer) -> Page:
    async with viewer.tx() as db:
        await setup.note_product(db, added=False)
    return await guide(request, viewer)


@put("/setup/token", guards=CONNECTS)
async def save_token(request: CurrentRequest, viewer: CurrentViewer, data: SubmittedForm) -> Page:
    form = parse(setup.PermanentToken, data)
    if not form.errors:
        await _try(form, setup.save_token(Tenant(viewer.tenant_id), form.value.access_token), "access_token")
    return await guide(request, viewer, form)


# The numbers are asked for once the page is there, because Meta may take its time.
@get("/setup/choices", guards=CONNECTS)
async def choices(request: CurrentRequest, viewer: CurrentViewer, waba_id: FromQuery[str] = "") -> Page:
    form: Form[Any] = Form({"waba_id": waba_id})
    wanted = waba_id.strip()
    if wanted and not wanted.isdecimal():
        form.errors["waba_id"] = BAD_ID
    found = None
    if not form.errors:
        found = await _try(form, setup.choices(Tenant(viewer.tenant_id), wanted), "numbers")
    return fragment(request, "numbers/setup/_choices.html", "choices", form=form, found=found or [], asked=bool(wanted))


@post("/setup/numbers", status_code=200, guards=CONNECTS)
async def connect(request: CurrentRequest, viewer: CurrentViewer, data: SubmittedForm) -> Page:
    form = parse(setup.Choice, data)
    if form.errors:
        form.errors = {"numbers": setup.NOTHING_CHOSEN}
    else:
        await _try(form, setup.connect(Tenant(viewer.tenant_id), form.value.numbers), "numbers")
    return await guide(request, viewer, form)


@post("/setup/hook", status_code=200, guards=CONNECTS)
async def set_hook(request: CurrentRequest, viewer: CurrentViewer) -> Page:
    form: Form[Any] = Form()
    await _try(form, setup.set_hook(Tenant(viewer.tenant_id)), "hook")
    return await guide(request, viewer, form)


@get("/setup/heard", guards=CONNECTS)
async def heard(request: CurrentRequest, viewer: CurrentViewer, at: FromQuery[setup.StepName] = "webhook") -> Page:
    """What Meta has told meanwhile; the page asks for it while it waits."""
    return fragment(request, "numbers/setup/_heard.html", "heard", at=at, **await _state(viewer))


@post("/setup/rehearsal", status_code=200, guards=CONNECTS)
async def rehearse(request: CurrentRequest, viewer: CurrentViewer) -> Page:
    form: Form[Any] = Form()
    await _try(form, simulated.rehearse(Tenant(viewer.tenant_id), viewer.tenant_name), "app_secret")
    return await guide(request, viewer, form)


@get("/sign-up", guards=CONNECTS)
async def begin_sign_up(request: CurrentRequest, viewer: CurrentViewer) -> Page:
    return redirect(request, signup.begin(viewer) if signup.offered() else GUIDE)


@get("/sign-up/callback", guards=CONNECTS)
async def finish_sign_up(
    request: CurrentRequest,
    viewer: CurrentViewer,
    code: FromQuery[str] = "",
    began: Annotated[str, QueryParameter(name="state")] = "",
) -> Page:
    if not code:
        return redirect(request, f"{GUIDE}?trouble=cancelled")
    try:
        await signup.finish(viewer, code=code, state=began)
    except (signup.Stranger, ProviderError, WrongField):
        return redirect(request, f"{GUIDE}?trouble=stranger")
    except (NotSent, OutcomeUnknown):
        return redirect(request, f"{GUIDE}?trouble=silent")
    return redirect(request, GUIDE)


async def _try(form: Form[Any], deed: Any, field: str) -> Any:
    """What it answers, or the reason at its field."""
    try:
        return await deed
    except WrongField as wrong:
        form.errors[wrong.field if wrong.field in form.raw else field] = wrong.message
    except ProviderError as refusal:
        form.errors[field] = refusal.failure.title
        form.raw["detail"] = refusal.detail
    except (NotSent, OutcomeUnknown):
        form.errors[field] = NO_ANSWER
    return None


async def _state(viewer: Viewer) -> dict[str, Any]:
    async with viewer.tx() as db:
        known = await setup.begun(db)
        number = await setup.number_of(db, known)
    done = known.done(number)
    now = next((name for name in setup.STEPS if name not in done), "")
    screen = simulated.phone_screen(number.phone_number_id) if number else ""
    return {"setup": known, "number": number, "done": done, "now_at": now, "phone_screen": screen, "address": setup.address()}


async def guide(request: CurrentRequest, viewer: Viewer, form: Form[Any] | None = None, trouble: str = "") -> Page:
    shown = form if form and form.errors else None
    return page(
        request, "numbers/setup.html", "steps", 422 if shown else 200, form=shown, trouble=trouble, fields=FIELDS,
        simulator=await simulated.is_there(), sign_up=signup.offered(), **await _state(viewer),
    )  # fmt: skip


router = Router(
    LIST,
    route_handlers=[
        show, start_anew, save_app, note_product, forget_product, save_token, choices, connect, set_hook, heard, rehearse,
        begin_sign_up, finish_sign_up,
    ],
)  # fmt: skip
