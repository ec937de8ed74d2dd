"""Which methods an address knows."""

from __future__ import annotations

import re
from typing import Any

from litestar import Request, Response
from litestar.routes import HTTPRoute

AnyRequest = Request[Any, Any, Any]


def allowed(request: AnyRequest) -> str:
    """As the header `Allow` has them (RFC 9110, 15.5.6)."""
    here = [route for route in request.app.routes if re.fullmatch(re.sub(r"{[^}]+}", "[^/]+", route.path), request.url.path)]
    return ", ".join(sorted({method for route in here if isinstance(route, HTTPRoute) for method in route.methods}))


def answer_options(request: AnyRequest) -> Response[Any] | None:
    """Before each request: the framework's own answer knows only the first handler of an address."""
    return Response(None, status_code=204, headers={"Allow": allowed(request)}) if request.method == "OPTIONS" else None
