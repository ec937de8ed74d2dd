"""Who wants no more: noted on a person's page, and the words that do it by themselves."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import Router, delete, get, put
from litestar.params import FromPath, FromQuery
from msgspec import Meta

from app.access.guards import CurrentViewer, TenantDb, needs
from app.access.permissions import Permission
from app.access.viewer import CurrentRequest
from app.contacts import consent, contact, opt_out_words
from app.contacts.consent import Said, Scope
from app.contacts.opt_out_words import Words
from app.core.db import Db
from app.core.forms import Form, SubmittedForm, blank, parse
from app.core.pages import Page, fragment, page


class Noted(msgspec.Struct, frozen=True):
    """`text` is how somebody of the team knows."""

    scope: Scope = "marketing"
    text: Annotated[str, Meta(max_length=500)] = ""


@put("/contacts/{contact_id:int}/opt-out", guards=[needs(Permission.CHANGE_CONSENT)])
async def opt_out(
    request: CurrentRequest, db: TenantDb, viewer: CurrentViewer, data: SubmittedForm, contact_id: FromPath[int]
) -> Page:
    person, form = await contact.find(db, contact_id), parse(Noted, data)
    if form.errors:
        return await _consent(request, db, person.id, form)
    await consent.opt_out(db, [Said(person.id, text=form.value.text)], "manual", scope=form.value.scope, by=viewer)
    return await _consent(request, db, person.id)


@delete("/contacts/{contact_id:int}/opt-out", status_code=200, guards=[needs(Permission.CHANGE_CONSENT)])
async def opt_in(
    request: CurrentRequest, db: TenantDb, viewer: CurrentViewer, contact_id: FromPath[int], text: FromQuery[str] = ""
) -> Page:
    person = await contact.find(db, contact_id)
    await consent.opt_in(db, [Said(person.id, text=text)], "manual", by=viewer)
    return await _consent(request, db, person.id)


@get("/settings/opt-out", guards=[needs(Permission.MANAGE_OPT_OUT_WORDS)])
async def words(request: CurrentRequest, db: TenantDb) -> Page:
    return page(request, "contacts/opt_out_words.html", "form", form=_filled(await opt_out_words.current(db)))


@put("/settings/opt-out", guards=[needs(Permission.MANAGE_OPT_OUT_WORDS)])
async def change_words(request: CurrentRequest, db: TenantDb, data: SubmittedForm) -> Page:
    form = parse(opt_out_words.Wish, data)
    if not form.errors:
        try:
            kept = await opt_out_words.keep(db, form.value)
            return page(request, "contacts/opt_out_words.html", "form", form=_filled(kept), saved=True)
        except opt_out_words.Unfit as unfit:
            form.errors = unfit.errors
    form.raw.setdefault("confirms", "")
    return page(request, "contacts/opt_out_words.html", "form", status=422, form=form)


@delete("/settings/opt-out", status_code=200, guards=[needs(Permission.MANAGE_OPT_OUT_WORDS)])
async def forget_words(request: CurrentRequest, db: TenantDb) -> Page:
    return page(request, "contacts/opt_out_words.html", "form", form=_filled(await opt_out_words.forget(db)), saved=True)


async def _consent(request: CurrentRequest, db: Db, person_id: int, form: Form[Noted] | None = None) -> Page:
    person, ledger = await contact.find(db, person_id), await consent.ledger(db, person_id)
    return fragment(
        request, "contacts/consent.html", "consent", 422 if form else 200, person=person, ledger=ledger, noting=form
    )


def _filled(kept: Words) -> Form[opt_out_words.Wish]:
    """The words with commas between them."""
    lists = {name: ", ".join(getattr(kept, name)) for name in ("marketing", "everything", "back")}
    return blank(kept, **lists, confirms="1" if kept.confirms else "")


router = Router("/", route_handlers=[opt_out, opt_in, words, change_words, forget_words])
