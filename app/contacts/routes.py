"""Contacts: the list with its search and its selection, and one person."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Router, delete, get, post, put
from litestar.params import FromPath, FromQuery

from app.access.guards import CurrentViewer, TenantDb, needs
from app.access.permissions import Permission
from app.access.viewer import CurrentRequest, Viewer
from app.contacts import consent, contact, label
from app.contacts.contact import Contact
from app.core.db import Db
from app.core.forms import NOT_POSSIBLE, Form, SubmittedForm, blank, parse
from app.core.i18n import N_
from app.core.pages import Page, page, redirect

BAD_EMAIL = N_("This is not an e-mail address. Example: ana@ejemplo.es")

Data = dict[str, str | list[str]]


@get("/", guards=[needs(Permission.VIEW_CONTACTS)])
async def index(
    request: CurrentRequest,
    db: TenantDb,
    *,
    q: FromQuery[str] = "",
    label_id: FromQuery[str] = "",
    opted_out: FromQuery[bool] = False,
    after: FromQuery[str] = "",
) -> Page:
    chosen = int(label_id) if label_id.isdecimal() else None
    found = await contact.search(db, q, label_id=chosen, opted_out=opted_out, page=after)
    shown: dict[str, Any] = {"words": q, "label_id": chosen, "opted_out": opted_out}
    return page(request, "contacts/index.html", "rows", found=found, labels=await label.every(db), **shown)


@get("/new", guards=[needs(Permission.CREATE_CONTACTS)])
async def new(request: CurrentRequest, db: TenantDb, phone: FromQuery[str] = "") -> Page:
    return page(request, "contacts/new.html", "form", form=blank(phone=phone), labels=await label.every(db))


@post("/", guards=[needs(Permission.CREATE_CONTACTS)])
async def create(request: CurrentRequest, db: TenantDb, viewer: CurrentViewer, data: SubmittedForm) -> Page:
    form = _parse(data)
    if not form.errors:
        try:
            made = await contact.create(db, _allowed(viewer, form.value), country=viewer.country)
            return redirect(request, f"/contacts/{made.id}")
        except (contact.BadPhone, contact.PhoneTaken) as problem:
            form.errors["phone"] = problem.message
    return page(request, "contacts/new.html", "form", status=422, form=form, labels=await label.every(db))


@get("/{contact_id:int}", guards=[needs(Permission.VIEW_CONTACTS)])
async def show(request: CurrentRequest, db: TenantDb, contact_id: FromPath[int]) -> Page:
    person = await contact.find(db, contact_id)
    return page(request, "contacts/show.html", "person", **await _person(db, person))


@put("/{contact_id:int}", guards=[needs(Permission.EDIT_CONTACTS)])
async def change(
    request: CurrentRequest, db: TenantDb, viewer: CurrentViewer, data: SubmittedForm, contact_id: FromPath[int]
) -> Page:
    person, form = await contact.find(db, contact_id), _parse(data)
    if not form.errors:
        try:
            changed = await contact.change(db, person, _allowed(viewer, form.value, person), country=viewer.country)
            return page(request, "contacts/show.html", "person", **await _person(db, changed, saved=True))
        except (contact.BadPhone, contact.PhoneTaken) as problem:
            form.errors["phone"] = problem.message
    return page(request, "contacts/show.html", "person", status=422, **await _person(db, person, form))


@delete("/{contact_id:int}", status_code=200, guards=[needs(Permission.DELETE_CONTACTS)])
async def remove(request: CurrentRequest, db: TenantDb, contact_id: FromPath[int]) -> Page:
    person = await contact.find(db, contact_id)
    await contact.delete(db, [person.id])
    return redirect(request, "/contacts")


@get("/variables/new", guards=[needs(Permission.EDIT_CONTACTS, Permission.CREATE_CONTACTS)])
async def another_variable(request: CurrentRequest) -> Page:
    return page(request, "contacts/_variable.html", "variable", key="", value="")


async def _person(db: Db, person: Contact, form: Form[Any] | None = None, *, saved: bool = False) -> dict[str, Any]:
    stored = {"phone": person.number, "label_ids": [each.id for each in person.labels]}
    stored |= {"keys": list(person.variables), "values": list(person.variables.values())}
    return {
        "person": person, "form": form or blank(person, **stored), "saved": saved,
        "labels": await label.every(db), "identities": await contact.identities_of(db, person),
        "ledger": await consent.ledger(db, person.id),
    }  # fmt: skip


def _allowed(viewer: Viewer, wish: contact.Wish, person: Contact | None = None) -> contact.Wish:
    """Whoever may not label leaves the labels as they are."""
    if viewer.can(Permission.LABEL_CONTACTS):
        return wish
    return msgspec.structs.replace(wish, label_ids=[each.id for each in person.labels] if person else [])


def _parse(data: Data) -> Form[contact.Wish]:
    form = parse(contact.Wish, data)
    if form.errors.get("email") == NOT_POSSIBLE:
        form.errors["email"] = BAD_EMAIL
    for name in ("label_ids", "keys", "values"):
        given = form.raw.get(name, [])
        form.raw[name] = given if isinstance(given, list) else [given]
    return form


handlers = [index, new, create, show, change, remove, another_variable]
router = Router("/contacts", route_handlers=handlers)
