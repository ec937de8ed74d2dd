"""What every page loads: one sheet made of all, and scripts that import each other, under the version of all of them.

Asked for one by one, sixty files are the slowest part of a first page on a telephone, and thirty of every page after it.
"""

import gzip
import hashlib
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
LOOKS_AGAIN = 1.0  # seconds


class Kept(Struct):
    """Packed, as they were read last, by their name."""

    files: dict[str, bytes] = {}
    changed: float = 0.0
    version: str = ""
    until: float = 0.0

    def look(self) -> None:
        if self.until > seconds():
            return
        self.until = seconds() + LOOKS_AGAIN
        scripts, sheets = sorted((STATIC / "js").rglob("*.js")), [STATIC / "css" / f"{name}.css" for name in SHEETS]
        if (changed := max(each.stat().st_mtime for each in (*scripts, *sheets))) != self.changed:
            found = {each.relative_to(STATIC / "js").as_posix(): each.read_bytes() for each in scripts}
            found[SHEET] = b"\n".join(each.read_bytes() for each in sheets)
            self.files = {name: gzip.compress(content, mtime=0) for name, content in found.items()}
            self.version = hashlib.sha256(b"".join(self.files.values())).hexdigest()[:10]
            self.changed = changed


_kept = Kept()


def url(name: str) -> str:
    """Where a browser finds it, and by relative addresses all that it imports."""
    _kept.look()
    return f"{ASSETS}{_kept.version}/{name}"


@get(ASSETS + "{version:str}/{name:path}", opt={"public": True, "exclude_from_csrf": True})
async def asset(request: Request[Any, Any, Any], version: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    """A page that was opened before a deploy asks for the version before; it gets today's. Raises NotFound."""
    _kept.look()
    if (packed := _kept.files.get(name.lstrip("/"))) is None:
        raise NotFound(name)
    headers = {"Vary": "Accept-Encoding"} | ({} if version == _kept.version else {"Cache-Control": "no-cache"})
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(gzip.decompress(packed), media_type=KINDS[Path(name).suffix], headers=headers)
    return Response(packed, media_type=KINDS[Path(name).suffix], headers=headers | {"Content-Encoding": "gzip"})
