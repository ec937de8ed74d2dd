"""The ASGI application: routers, middleware, errors, headers, and the navigation that layouts show."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeAlias

import structlog
from litestar import Litestar, MediaType, Request, Response
from litestar.config.csrf import CSRFConfig
from litestar.di import Provide
from litestar.exceptions import HTTPException, PermissionDeniedException
from litestar.static_files import create_static_files_router
from litestar.types import ASGIApp
from psycopg import DataError
from psycopg.errors import CheckViolation, NumericValueOutOfRange, UntranslatableCharacter
from psycopg_pool import PoolTimeout

from app import features, reactions
from app.access import theme_routes
from app.access.authentication import Authentication
from app.access.guards import NotAllowed, NotSignedIn, NotTheirs, SecondFactorMissing, Suspended, current_viewer, tenant_db
from app.access.operator import ROOT as BACK_OFFICE
from app.access.operator import NotOperating
from app.access.permission_words import SENTENCES
from app.accounts import machine, origin, way_back
from app.accounts.confirmation import Unconfirmed
from app.accounts.routes import HOME
from app.api.problems import problem
from app.core import assets, demo, methods, pages
from app.core.correlation import Correlation
from app.core.db import NotFound
from app.core.headers import secure
from app.core.i18n import N_, gettext
from app.core.pages import ROOT
from app.demo import workspace
from app.settings import settings

log = structlog.get_logger()

Lifespan: TypeAlias = Callable[[Litestar], AbstractAsyncContextManager[None]]

TITLES = {
    400: N_("This cannot be read"),
    401: N_("Sign in to continue"),
    403: N_("Your role does not allow this"),
    404: N_("This page is not here"),
    405: N_("This page is not here"),
    413: N_("This is too large"),
    423: N_("This workspace is suspended"),
    500: N_("Something failed on our side"),
    503: N_("Too much is happening at once"),
}
BEYOND_IDS = re.compile(r"/\d{19}")
# Where programs ask, there are no pages.
API_TITLES = {404: N_("It is not there, or not yours"), 405: N_("This cannot be done here")}
NOT_GIVEN = N_("It takes a permission that you do not have: “%(what)s” Whoever runs the workspace can give it to you.")


def application(lifespan: Sequence[Lifespan] = ()) -> Litestar:
    """A new application; the pools and the hub belong to whoever serves it."""
    pages.environment()  # compiled now, not while the first person waits
    pages.add_context(features.navigation)
    pages.add_context(theme_routes.look)
    reactions.register()
    demo.offer(workspace.fill_for_sign_in)
    return Litestar(
        route_handlers=[
            create_static_files_router(
                "/static", [ROOT / "static"], opt={"public": True, "exclude_from_csrf": True}
            ),
            assets.asset,
            *features.routers(),
        ],
        dependencies={"db": Provide(tenant_db), "viewer": Provide(current_viewer)},
        middleware=[Correlation(), Authentication()],
        before_send=[secure],
        lifespan=list(lifespan),
        csrf_config=CSRFConfig(
            secret=settings().secret_key, cookie_name="__Host-csrf" if origin.secure() else "csrf",
            header_name=pages.CSRF_HEADER, cookie_secure=origin.secure(), cookie_samesite="lax",
        ),
        exception_handlers={
            NotFound: _not_found, NotSignedIn: _not_signed_in, NotAllowed: _not_allowed, Suspended: _suspended,
            NotTheirs: _not_theirs, NotOperating: _not_operating, CheckViolation: _over_the_plan,
            DataError: _unstorable,
            SecondFactorMissing: _second_factor_missing, Unconfirmed: _unconfirmed,
            PoolTimeout: _too_busy, HTTPException: _http_error, Exception: _broken,
        },
        openapi_config=None,
        request_max_body_size=100 * 1024 * 1024,
        logging_config=None,
    )  # fmt: skip


def _answer(request: Request[Any, Any, Any], status: int, detail: str = "") -> Response[Any]:
    if request.url.path.startswith("/api/"):
        return problem(status, detail or gettext((TITLES | API_TITLES).get(status, TITLES[500])))
    if request.headers.get("hx-request-type") == "partial" and status < 500:
        said = detail or gettext(TITLES.get(status, TITLES[500]))
        headers = {"HX-Reswap": "none", "HX-Trigger": json.dumps({"toast": said})}
        return Response(said, status_code=status, media_type=MediaType.TEXT, headers=headers)
    html = pages.render(request, "errors/error.html", code=status, title=TITLES.get(status, TITLES[500]), detail=detail)
    return Response(html, status_code=status, media_type=MediaType.HTML)


def _not_found(request: Request[Any, Any, Any], _: Exception) -> Response[Any]:
    return _answer(request, 404)


def _not_signed_in(request: Request[Any, Any, Any], _: Exception) -> Response[Any]:
    if request.url.path.startswith("/api/"):
        answer = problem(401, gettext(TITLES[401]))
        answer.headers["WWW-Authenticate"] = "Bearer"
        return answer
    return pages.redirect(request, way_back.door(request, "/sign-in", home=HOME))


def _not_allowed(request: Request[Any, Any, Any], refusal: NotAllowed) -> Response[Any]:
    """Says which permission is missing, so that they know what to ask for."""
    what = gettext(SENTENCES[refusal.permission])
    if request.url.path.startswith("/api/"):
        return problem(403, gettext(TITLES[403]), permission=refusal.permission, detail=what)
    return _answer(request, 403, gettext(NOT_GIVEN) % {"what": what})


def _suspended(request: Request[Any, Any, Any], why: Suspended) -> Response[Any]:
    """Signed in, and told why there is nothing but the door out."""
    if request.url.path.startswith("/api/") or request.headers.get("hx-request-type") == "partial":
        return _answer(request, 423)
    html = pages.render(request, "errors/suspended.html", reason=str(why))
    return Response(html, status_code=423, media_type=MediaType.HTML)


def _not_theirs(request: Request[Any, Any, Any], _: Exception) -> Response[Any]:
    return _answer(request, 403, gettext(N_("Only the person themselves may do this, not somebody who helps from inside.")))


def _not_operating(request: Request[Any, Any, Any], _: Exception) -> Response[Any]:
    return pages.redirect(request, way_back.door(request, f"{BACK_OFFICE}/sign-in", home=BACK_OFFICE))


def _unstorable(request: Request[Any, Any, Any], refused: DataError) -> Response[Any]:
    """Postgres keeps no NUL in a text, be it in JSON or not, and counts to 2**63; nobody types either."""
    if isinstance(refused, NumericValueOutOfRange):
        return _answer(request, 404 if BEYOND_IDS.search(request.url.path) else 400)
    is_nul = isinstance(refused, UntranslatableCharacter) or "NUL" in str(refused)
    return _answer(request, 400) if is_nul else _broken(request, refused)


def _over_the_plan(request: Request[Any, Any, Any], refused: CheckViolation) -> Response[Any]:
    """The database counts; here it is only put in words."""
    if (refused.diag.constraint_name or "").startswith("plan_"):
        people = refused.diag.constraint_name == "plan_memberships"
        said = N_("Your plan has room for %(room)s people.") if people else N_("Your plan has room for %(room)s numbers.")
        return _answer(request, 409, gettext(said) % {"room": refused.diag.message_hint})
    return _broken(request, refused)


def _second_factor_missing(request: Request[Any, Any, Any], _: Exception) -> Response[Any]:
    if request.url.path.startswith("/api/"):
        return problem(403, gettext(machine.SecondFactorMissing.message))
    return pages.redirect(request, "/account/two-factor")


def _unconfirmed(request: Request[Any, Any, Any], refused: Unconfirmed) -> Response[Any]:
    return _answer(request, 409, gettext(refused.message))


def _too_busy(request: Request[Any, Any, Any], _: Exception) -> Response[Any]:
    answer = _answer(request, 503)
    answer.headers["Retry-After"] = "2"
    return answer


def _http_error(request: Request[Any, Any, Any], problem: HTTPException) -> Response[Any]:
    if isinstance(problem, PermissionDeniedException) and "CSRF" in problem.detail:
        return _answer(request, 403, gettext(N_("The page was open for too long. Reload it and try again.")))
    answer = _answer(request, problem.status_code, problem.detail if problem.status_code in (400, 422) else "")
    if problem.status_code == 405:
        answer.headers["Allow"] = methods.allowed(request)
    return answer


def _broken(request: Request[Any, Any, Any], problem: Exception) -> Response[Any]:
    log.error("request failed", path=request.url.path, exc_info=problem)
    return _answer(request, 500)


__all__ = ["ASGIApp", "application"]
