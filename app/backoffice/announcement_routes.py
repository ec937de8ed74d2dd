"""Announcements: written in the back office, shown on every page, and put away by each person for themselves."""

from __future__ import annotations

from litestar import Response, Router, delete, get, post, put
from litestar.params import FromPath

from app.access.guards import CurrentViewer, signed_in
from app.access.operator import operates
from app.accounts import origin
from app.backoffice import announcement
from app.backoffice.announcement import LASTS, LONGEST, TONES, Wish
from app.core.db import platform_tx
from app.core.forms import NOT_POSSIBLE, REQUIRED, TOO_LONG, Form, SubmittedForm, blank
from app.core.i18n import LANGUAGES
from app.core.pages import AnyRequest, Page, page

INDEX = "backoffice/announcements.html"
PUT_AWAY = "announcements"  # the cookie


@get("/")
async def index(request: AnyRequest) -> Page:
    return await _shown(request, blank(days="3"))


@post("/", status_code=200)
async def make(request: AnyRequest, viewer: CurrentViewer, data: SubmittedForm) -> Page:
    form = _read(data)
    if form.errors:
        return await _shown(request, form, status=422)
    texts = {code: str(form.raw[f"text_{code}"]).strip() for code in LANGUAGES if form.raw.get(f"text_{code}")}
    async with platform_tx() as db:
        wish = Wish(texts, str(form.raw["tone"]), int(str(form.raw["days"])))
        await announcement.make(db, wish, by=viewer)
    return await _shown(request, blank(days="3"))


@delete("/{announcement_id:int}", status_code=200)
async def withdraw(request: AnyRequest, announcement_id: FromPath[int]) -> Page:
    async with platform_tx() as db:
        await announcement.withdraw(db, announcement_id)
    return await _shown(request, blank(days="3"))


@put("/announcements/{announcement_id:int}/putting-away", guards=[signed_in], quiet=True)
async def put_away(request: AnyRequest, announcement_id: FromPath[int]) -> Response[str]:
    """For this browser; the newest ten are enough, because older ones are over."""
    known = [each for each in request.cookies.get(PUT_AWAY, "").split(".") if each.isdecimal()]
    kept = ".".join([*known, str(announcement_id)][-10:])
    return Response("", media_type="text/html", cookies=[origin.cookie(PUT_AWAY, kept, origin.A_YEAR)])


def _read(data: SubmittedForm) -> Form[Wish]:
    """A text for each language; one of them is enough."""
    form: Form[Wish] = Form(dict(data))
    texts = {code: str(form.raw.get(f"text_{code}", "")).strip() for code in LANGUAGES}
    if not any(texts.values()):
        form.errors[f"text_{next(iter(LANGUAGES))}"] = REQUIRED
    form.errors |= {f"text_{code}": TOO_LONG for code, text in texts.items() if len(text) > LONGEST}
    form.errors |= {name: NOT_POSSIBLE for name, known in (("tone", TONES), ("days", LASTS)) if form.raw.get(name) not in known}
    return form


async def _shown(request: AnyRequest, form: Form[Wish], *, status: int = 200) -> Page:
    async with platform_tx() as db:
        known = await announcement.all(db)
    shown = {"announcements": known, "tones": TONES, "lasts": LASTS, "longest": LONGEST}
    return page(request, INDEX, "announcements", status, form=form, **shown)


router = Router("/platform/announcements", route_handlers=[index, make, withdraw], guards=[operates])
readers = Router("/", route_handlers=[put_away])
