"""How the phone's pages are made: templates, icons, addresses and the files beside them."""

from __future__ import annotations

import hashlib
from pathlib import Path
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from app.simulator import bubbles
from app.simulator.http import Answer, Request, html_answer
from app.simulator.state import Talk
from app.simulator.words import LANGUAGES, Say

ROOM = Path(__file__).parent
TYPES = {".css": b"text/css; charset=utf-8", ".js": b"text/javascript; charset=utf-8", ".svg": b"image/svg+xml"}
FILES = {file.name: file.read_bytes() for file in (ROOM / "static").iterdir() if file.suffix in TYPES}
VERSION = hashlib.sha256(b"".join(content for _, content in sorted(FILES.items()))).hexdigest()[:8]
FOREVER = (b"cache-control", b"public, max-age=31536000, immutable")


def page(name: str, request: Request, say: Say, status: int = 200, **context: object) -> Answer:
    asked = {"lang": request.query()["lang"]} if "lang" in request.query() else {}

    def url(path: str, **query: str) -> str:
        """An address that keeps the language somebody asked for."""
        query = asked | query
        return f"{path}?{urlencode(query)}" if query else path

    html = pages.get_template(name).render(t=say, url=url, here=request.query(), **context)
    return html_answer(html, status)


def static_file(name: str) -> Answer | None:
    if name not in FILES:
        return None
    return Answer(FILES[name], 200, TYPES[Path(name).suffix], (FOREVER,))


def static(name: str) -> str:
    return f"/simulator/static/{name}?v={VERSION}"


def icon(name: str, size: str = "") -> Markup:
    data = Markup(' data-size="{}"').format(size) if size else ""
    return Markup('<svg class="icon"{} aria-hidden="true"><use href="{}#{}"></use></svg>').format(
        data, static("icons.svg"), name
    )


def called(talk: Talk) -> str:
    return talk.name or talk.username or (talk.person if talk.is_bsuid else f"+{talk.person}")


def avatar(name: str, key: str, size: str = "") -> Markup:
    letters = "".join(word[0] for word in name.split() if word[0].isalpha())[:2].upper()
    data = Markup(' data-size="{}"').format(size) if size else ""
    return Markup('<span class="avatar" data-hue="{}"{} aria-hidden="true">{}</span>').format(
        sum(key.encode()) % 6 + 1, data, letters or icon("user", "small")
    )


pages = Environment(
    loader=FileSystemLoader(ROOM / "templates"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=StrictUndefined,
    auto_reload=False,
)
pages.globals |= {"static": static, "icon": icon, "avatar": avatar, "called": called, "languages": LANGUAGES}
pages.filters["rich"] = bubbles.rich
