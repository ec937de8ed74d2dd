"""Scripts that import each other, under the version of all of them: what one imports is kept for a year as well.

Asked for one by one at each visit, some thirty of them were the slowest part of a page on a telephone.
"""

import hashlib
from pathlib import Path

from litestar import Response, get
from litestar.params import FromPath
from msgspec import Struct

from app.core.clock import seconds
from app.core.db import NotFound
from app.core.headers import MODULES

FOLDER = Path(__file__).parent.parent.parent / "static" / "js"
LOOKS_AGAIN = 1.0  # seconds


class Scripts(Struct):
    """As they were read last, by their path below the folder."""

    files: dict[str, bytes] = {}
    version: str = ""
    until: float = 0.0

    def look(self) -> None:
        if self.until < seconds():
            found = sorted(FOLDER.rglob("*.js"))
            self.files = {each.relative_to(FOLDER).as_posix(): each.read_bytes() for each in found}
            self.version = hashlib.sha256(b"\0".join(self.files.values())).hexdigest()[:10]
            self.until = seconds() + LOOKS_AGAIN


_scripts = Scripts()


def url(name: str) -> str:
    """Where a browser finds it, and by relative addresses all that it imports."""
    _scripts.look()
    return f"{MODULES}{_scripts.version}/{name}"


@get(MODULES + "{version:str}/{script:path}", opt={"public": True, "exclude_from_csrf": True})
async def script(version: FromPath[str], script: FromPath[str]) -> Response[bytes]:
    """A page that was opened before a deploy asks for the version before; it gets today's. Raises NotFound."""
    _scripts.look()
    content = _scripts.files.get(script.lstrip("/"))
    if content is None:
        raise NotFound(script)
    headers = {} if version == _scripts.version else {"Cache-Control": "no-cache"}
    return Response(content, media_type="text/javascript; charset=utf-8", headers=headers)
