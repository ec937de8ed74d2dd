"""A company's logo and colours, with a look at them before they are kept; and the logo itself, for pages and mails."""

from __future__ import annotations

from typing import Any, TypeAlias

import msgspec
from litestar import Response, delete, get, put
from litestar.datastructures import UploadFile
from litestar.params import FromPath, FromQuery, MultipartBody

from app.access.guards import TenantDb, needs
from app.access.permissions import Permission
from app.access.viewer import CurrentRequest
from app.core.forms import REQUIRED, Form, SubmittedForm, blank, parse
from app.core.pages import Page, page, redirect
from app.tenants import brand, logo, tenant

HERE = "/settings/workspace/brand"
KEPT = "public, max-age=31536000, immutable"  # a year: a new logo has a new address
HARMLESS = "default-src 'none'; sandbox"

Upload: TypeAlias = MultipartBody[dict[str, Any]]


class Wish(msgspec.Struct, frozen=True):
    brand: str = ""
    accent: str = ""


@get("/workspace/brand", guards=[needs(Permission.BRAND_WORKSPACE)])
async def show(
    request: CurrentRequest,
    db: TenantDb,
    look: FromQuery[str] = "",
    pick_brand: FromQuery[str] = "",
    pick_accent: FromQuery[str] = "",
) -> Page:
    """`look`: what is typed and not yet kept."""
    now = await tenant.current(db)
    if not look:
        return _page(request, now)
    typed = {name: request.query_params.get(name, "") for name in ("brand", "accent")}
    picked = {"brand": pick_brand, "accent": pick_accent}
    return _page(request, now, _parse(typed | {name: colour for name, colour in picked.items() if colour}))


@put("/workspace/brand", guards=[needs(Permission.BRAND_WORKSPACE)])
async def change(request: CurrentRequest, db: TenantDb, data: SubmittedForm) -> Page:
    form = _parse(data)
    if form.errors:
        return _page(request, await tenant.current(db), form, status=422)
    await tenant.paint(db, form.raw["brand"], form.raw["accent"])
    return redirect(request, f"{HERE}?saved=colours")


@delete("/workspace/brand", status_code=200, guards=[needs(Permission.BRAND_WORKSPACE)])
async def forget(request: CurrentRequest, db: TenantDb) -> Page:
    """Recado's own colours again."""
    await tenant.paint(db, "", "")
    return redirect(request, f"{HERE}?saved=colours")


@put("/workspace/logo", guards=[needs(Permission.BRAND_WORKSPACE)])
async def put_logo_up(request: CurrentRequest, db: TenantDb, data: Upload) -> Page:
    wrong, file = REQUIRED, data.get("logo")
    if isinstance(file, UploadFile) and file.filename:
        try:
            await logo.put_up(db, await file.read(logo.LARGEST + 1))
            return redirect(request, f"{HERE}?saved=logo")
        except logo.Unfit as unfit:
            wrong = unfit.message
    return _page(request, await tenant.current(db), status=422, wrong=wrong)


@delete("/workspace/logo", status_code=200, guards=[needs(Permission.BRAND_WORKSPACE)])
async def take_logo_down(request: CurrentRequest, db: TenantDb) -> Page:
    await logo.take_down(db)
    return redirect(request, HERE)


@get("/logos/{tenant_id:int}/{file_id:int}/{seal:str}", public=True)
async def show_logo(tenant_id: FromPath[int], file_id: FromPath[int], seal: FromPath[str]) -> Response[bytes]:
    file, content = await logo.find(tenant_id, file_id, seal)
    # Mail programs in browsers show it on pages of their own.
    shown = {"Cache-Control": KEPT, "Content-Security-Policy": HARMLESS, "Cross-Origin-Resource-Policy": "cross-origin"}
    return Response(content, media_type=file.mime, headers=shown)


def _parse(data: dict[str, Any]) -> Form[Wish]:
    form = parse(Wish, data)
    for name in ("brand", "accent"):
        try:
            form.raw[name] = brand.colour(str(form.raw.get(name, "")))
        except brand.NoColour as wrong:
            form.errors[name] = wrong.message
    return form


def _page(
    request: CurrentRequest, now: tenant.Workspace, form: Form[Any] | None = None, *, status: int = 200, wrong: str = ""
) -> Page:
    """`wrong`: what is the matter with a logo."""
    picture: Form[Any] = Form()
    picture.errors = {"logo": wrong} if wrong else {}
    form = form or blank(brand=now.brand_colour, accent=now.accent_colour)
    chosen = {name: "" if name in form.errors else form.raw.get(name, "") for name in ("brand", "accent")}
    shades = {name: brand.shades(colour) for name, colour in chosen.items()}
    return page(
        request, "settings/workspace_brand.html", "logo" if wrong else "colours", status, now=now, form=form, picture=picture,
        path=logo.path, chosen=chosen, shades=shades, brands=brand.BRANDS, accents=brand.ACCENTS,
        saved=request.query_params.get("saved", ""),
    )  # fmt: skip


handlers = [show, change, forget, put_logo_up, take_logo_down]
