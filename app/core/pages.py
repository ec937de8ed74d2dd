"""Jinja pages: the whole page for a browser, one named block of it for htmx."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

import msgspec
from babel import dates, numbers
from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined, select_autoescape
from jinja2_fragments import render_block
from litestar import Request, Response
from litestar.datastructures import Cookie
from litestar.utils.scope.state import ScopeState

from app.core import assets, i18n, mail
from app.core.clock import now, seconds, today
from app.core.typed import typed_day
from app.settings import settings

ROOT = Path(__file__).parent.parent.parent
CSRF_HEADER = "x-csrftoken"
LOOKS_AGAIN = 1.0  # seconds; a page has a hundred icons, and each names its sprite

Page: TypeAlias = Response[str]
AnyRequest: TypeAlias = Request[Any, Any, Any]

_urls: dict[str, tuple[str, float]] = {}


@cache
def environment() -> Environment:
    """One for the process. `ui` holds every macro of templates/ui, so that a block rendered alone has them too."""
    env = Environment(
        loader=FileSystemLoader(ROOT / "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        auto_reload=not settings().production,
        bytecode_cache=_compiled(),
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols"],
    )
    env.install_gettext_callables(i18n.gettext, i18n.ngettext, newstyle=True)  # type: ignore[attr-defined]
    env.globals |= {
        "asset": assets.url,
        "static": static,
        "languages": i18n.LANGUAGES,
        "now": now,
        "today": today,
        "week_days": week_days,
        "mail_is_kept": mail.is_kept,
    }
    env.filters |= {
        "when": when,
        "plain": plain,
        "day": day,
        "typed_day": typed_day,
        "short_day": short_day,
        "clock": clock_time,
        "number": number,
        "percent": percent,
        "ago": ago,
    }
    ui = SimpleNamespace()
    env.globals["ui"] = ui
    for name in sorted(name for name in env.list_templates(["html"]) if name.startswith("ui/")):
        for macro, function in vars(env.get_template(name).module).items():
            if not macro.startswith("_"):
                setattr(ui, macro, function)
    return env


def _compiled() -> FileSystemBytecodeCache | None:
    """Compiling all templates takes a second of a busy process, so a second start finds them done where it may write."""
    folder = settings().home / "templates"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return FileSystemBytecodeCache(str(folder))


def render(request: AnyRequest, name: str, block: str | None = None, **context: Any) -> str:
    """HTML of a template, or of one block of it."""
    context = {**_context(request), **context}
    if block is not None:
        return render_block(environment(), name, block, **context)
    return environment().get_template(name).render(**context)


def page(request: AnyRequest, name: str, block: str = "content", status: int = 200, **context: Any) -> Page:
    """A partial request gets its block, everything else the page."""
    partial = request.headers.get("hx-request-type") == "partial"
    html = render(request, name, block if partial else None, **context)
    return Response(html, status_code=status, media_type="text/html", headers={"Vary": "HX-Request-Type"})


def fragment(request: AnyRequest, name: str, block: str, status: int = 200, **context: Any) -> Page:
    """One block, whoever asks: an answer that is only ever a part of a page."""
    return Response(render(request, name, block, **context), status_code=status, media_type="text/html")


def redirect(request: AnyRequest, to: str, *cookies: Cookie) -> Page:
    """303 for a browser; htmx is told to go there itself, because it would follow a 303 into the target."""
    status, header = (200, "HX-Redirect") if request.headers.get("hx-request") else (303, "Location")
    return Response("", status_code=status, media_type="text/html", headers={header: to}, cookies=list(cookies))


_extra_context: list[Callable[[AnyRequest], dict[str, Any]]] = []


def add_context(source: Callable[[AnyRequest], dict[str, Any]]) -> None:
    """main.py adds what layouts need and core must not know, such as the navigation."""
    if source not in _extra_context:
        _extra_context.append(source)


def _context(request: AnyRequest) -> dict[str, Any]:
    token = ScopeState.from_scope(request.scope).csrf_token
    viewer = request.scope.get("user")
    context = {
        "request": request,
        "viewer": viewer,
        "can": viewer.can if viewer else _no,
        "can_any": viewer.can_any if viewer else _no,
        "can_all": viewer.can_all if viewer else _no,
        "language": i18n.language(),
        "csrf_token": token if isinstance(token, str) else "",
        "csrf_header": CSRF_HEADER,
    }
    for source in _extra_context:
        context |= source(request)
    return context


def _no(*_: str) -> bool:
    """What somebody may who is not signed in."""
    return False


@cache
def _version(path: Path, changed: float) -> str:  # noqa: ARG001 - part of the cache key
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10]


def static(path: str) -> str:
    """The URL of a static file with its version, so that browsers may keep it for a year."""
    url, until = _urls.get(path, ("", 0.0))
    if until < seconds():
        file = ROOT / "static" / path
        url = f"/static/{path}?v={_version(file, file.stat().st_mtime)}"
        _urls[path] = url, seconds() + LOOKS_AGAIN
    return url


def _locale() -> str:
    return i18n.language().replace("-", "_")


def local(at: datetime, zone: str) -> datetime:
    """The same moment on the workspace's clock."""
    return at.astimezone(ZoneInfo(zone))


def week_days() -> list[tuple[str, str]]:
    """Monday first, as a letter and in words."""
    letters, words = (dates.get_day_names(width, "stand-alone", _locale()) for width in ("narrow", "wide"))
    return [(letters[day], words[day]) for day in range(7)]


def when(at: datetime, zone: str) -> str:
    """Day and time, short, in the reader's language and the workspace's time zone."""
    return dates.format_datetime(local(at, zone), "d MMM yyyy, H:mm", locale=_locale())


def clock_time(at: datetime, zone: str) -> str:
    """Hours and minutes on the workspace's clock."""
    return dates.format_datetime(local(at, zone), "H:mm", locale=_locale())


def day(at: datetime | date, zone: str | None = None) -> str:
    """The day, in words."""
    moment = local(at, zone) if isinstance(at, datetime) and zone else at
    return dates.format_date(moment, "d MMM yyyy", locale=_locale())


def short_day(at: date) -> str:
    """The day without its year, as the axis of a chart has room for."""
    return dates.format_date(at, "d MMM", locale=_locale())


def ago(at: datetime, zone: str) -> str:
    """As an inbox writes it: the time today, the weekday this week, the date before."""
    moment, today = local(at, zone), local(now(), zone)
    days = (today.date() - moment.date()).days
    pattern = "H:mm" if days == 0 else "EEE" if 0 < days < 7 else "d MMM" if moment.year == today.year else "d MMM yyyy"
    return dates.format_datetime(moment, pattern, locale=_locale())


def plain(value: Any) -> str:
    """Whatever a column may hold, on one line."""
    if isinstance(value, str):
        return value or "–"
    return "–" if value is None else msgspec.json.encode(value).decode()


def number(value: float) -> str:
    """Grouped as the reader's language does."""
    return numbers.format_decimal(value, locale=_locale(), group_separator=True)


def percent(share: float, digits: int = 0) -> str:
    """0.123 as 12 %."""
    pattern = "#,##0 %" if digits == 0 else "#,##0." + "0" * digits + " %"
    return numbers.format_percent(share, pattern, locale=_locale())
