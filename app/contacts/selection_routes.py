"""What is done to several contacts at once; the list refreshes itself, and a toast says how many it were."""

from __future__ import annotations

import json

from litestar import Response, Router, post, put
from litestar.params import FromPath
from litestar.status_codes import HTTP_204_NO_CONTENT

from app.access.guards import CurrentViewer, TenantDb, needs
from app.access.permissions import Permission
from app.contacts import consent, contact, label
from app.contacts.consent import Said, Scope
from app.core.forms import SubmittedForm
from app.core.i18n import ngettext


@put("/labels/{label_id:int}", status_code=HTTP_204_NO_CONTENT, guards=[needs(Permission.LABEL_CONTACTS)])
async def put_label(db: TenantDb, data: SubmittedForm, label_id: FromPath[int]) -> Response[None]:
    chosen = await label.find(db, label_id)
    n = await label.put_on(db, chosen, _ids(data))
    return _said(ngettext("%(n)s contact has %(label)s now.", "%(n)s contacts have %(label)s now.", n), n, label=chosen.name)


@post("/labels/{label_id:int}/removal", status_code=HTTP_204_NO_CONTENT, guards=[needs(Permission.LABEL_CONTACTS)])
async def take_label(db: TenantDb, data: SubmittedForm, label_id: FromPath[int]) -> Response[None]:
    chosen = await label.find(db, label_id)
    n = await label.take_off(db, chosen, _ids(data))
    return _said(ngettext("%(label)s is off %(n)s contact.", "%(label)s is off %(n)s contacts.", n), n, label=chosen.name)


@put("/opt-out", status_code=HTTP_204_NO_CONTENT, guards=[needs(Permission.CHANGE_CONSENT)])
async def opt_out(db: TenantDb, viewer: CurrentViewer, data: SubmittedForm) -> Response[None]:
    scope: Scope = "all" if data.get("scope") == "all" else "marketing"
    n = len(await consent.opt_out(db, [Said(each) for each in _ids(data)], "manual", scope=scope, by=viewer))
    if scope == "all":
        return _said(ngettext("%(n)s contact gets answers only now.", "%(n)s contacts get answers only now.", n), n)
    return _said(ngettext("%(n)s contact gets no campaigns now.", "%(n)s contacts get no campaigns now.", n), n)


@post("/deletion", status_code=HTTP_204_NO_CONTENT, guards=[needs(Permission.DELETE_CONTACTS)])
async def deletion(db: TenantDb, data: SubmittedForm) -> Response[None]:
    n = await contact.delete(db, _ids(data))
    return _said(ngettext("%(n)s contact is deleted.", "%(n)s contacts are deleted.", n), n)


def _ids(data: dict[str, str | list[str]]) -> list[int]:
    """Foreign ids do no harm: to this workspace they are not there."""
    given = data.get("ids", [])
    return [int(each) for each in (given if isinstance(given, list) else [given]) if each.isdecimal()]


def _said(sentence: str, n: int, **names: str) -> Response[None]:
    told = {"toast": {"text": sentence % {"n": n, **names}, "tone": "success"}, contact.CHANGED: {}}
    return Response(None, status_code=HTTP_204_NO_CONTENT, headers={"HX-Trigger": json.dumps(told)})


router = Router("/contacts/selection", route_handlers=[put_label, take_label, opt_out, deletion])
