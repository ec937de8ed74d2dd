"""What every page loads: one sheet made of all, and scripts that import each other, under the version of all of them.

Asked for one by one, thirty sheets are the slowest part of a first page on a telephone, thirty scripts of every page after it.
"""

import gzip
import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath
from msgspec import Struct

from app.core.clock import seconds
from app.core.db import NotFound
from app.core.headers import ASSETS

STATIC = Path(__file__).parent.parent.parent / "static"
SHEET = "all.css"
# tokens orders the layers, so it is first. All of them on every page: a boosted visit swaps the body and keeps the head.
SHEETS = (
    "tokens", "base", "layout", "controls", "components", "lists", "figures", "overlays", "message", "phone", "inbox",
    "campaigns", "message_templates", "contacts", "teams", "dashboard", "accounts", "settings", "api", "alerts",
    "first_steps", "numbers", "people", "roles", "audit", "ops", "intake", "backoffice",
)  # fmt: skip
KINDS = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}


class Kept(Struct, frozen=True):
    """Packed, by their name."""

    version: str
    files: dict[str, bytes]


def kept() -> Kept:
    """As they are now, or were a second ago."""
    return _read(_changed(int(seconds())))


@lru_cache(maxsize=1)
def _changed(second: int) -> float:  # noqa: ARG001 - part of the cache key
    return max(each.stat().st_mtime for each in (*_scripts(), *_sheets()))


@lru_cache(maxsize=1)
def _read(changed: float) -> Kept:  # noqa: ARG001 - part of the cache key
    found = {each.relative_to(STATIC / "js").as_posix(): each.read_bytes() for each in _scripts()}
    found[SHEET] = b"\n".join(each.read_bytes() for each in _sheets())
    version = hashlib.sha256(b"\0".join(found.values())).hexdigest()[:10]
    return Kept(version, {name: gzip.compress(content, mtime=0) for name, content in found.items()})


def _scripts() -> list[Path]:
    return sorted((STATIC / "js").rglob("*.js"))


def _sheets() -> list[Path]:
    return [STATIC / "css" / f"{name}.css" for name in SHEETS]


def url(name: str) -> str:
    """Where a browser finds it, and by relative addresses all that it imports."""
    return f"{ASSETS}{kept().version}/{name}"


@get(ASSETS + "{version:str}/{name:path}", opt={"public": True, "exclude_from_csrf": True})
async def asset(request: Request[Any, Any, Any], version: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    """A page that was opened before a deploy asks for the version before; it gets today's. Raises NotFound."""
    today = kept()
    if (packed := today.files.get(name.lstrip("/"))) is None:
        raise NotFound(name)
    headers = {"Vary": "Accept-Encoding"} | ({} if version == today.version else {"Cache-Control": "no-cache"})
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(gzip.decompress(packed), media_type=KINDS[Path(name).suffix], headers=headers)
    return Response(packed, media_type=KINDS[Path(name).suffix], headers=headers | {"Content-Encoding": "gzip"})
