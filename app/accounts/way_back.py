"""What somebody wanted before they were asked to sign in, kept through every step of it; only pages of ours count."""

from __future__ import annotations

import re
from urllib.parse import urlencode, urlsplit

from app.core.pages import AnyRequest

# No second slash and no backslash, be it percent-encoded: that is another host. Sealed, it has to fit into a cookie.
OURS = re.compile(r"/(?![/%])[\w/?=&%.+~,:@-]{0,500}", re.ASCII)


def door(request: AnyRequest, path: str, *, home: str) -> str:
    """Where somebody without a session is sent. What is no page of its own leads back to the page that it is on."""
    is_page = request.method == "GET" and request.headers.get("hx-request-type") != "partial"
    was_at = urlsplit(str(request.url) if is_page else request.headers.get("hx-current-url", ""))
    to = checked(was_at._replace(scheme="", netloc="").geturl(), home=home)
    return path if to == home else f"{path}?{urlencode({'to': to})}"


def checked(to: str, *, home: str, root: str = "/") -> str:
    """As it was asked for, or home."""
    return to if OURS.fullmatch(to) and to.startswith(root) else home
