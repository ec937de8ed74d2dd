"""Where short links come in, from strangers' phones: counted, and sent on to the address that stands in the row."""

from __future__ import annotations

from litestar import HttpMethod, Response, Router, route
from litestar.params import FromPath

from app.access.viewer import CurrentRequest
from app.campaigns import clicks


@route("/{code:str}", http_method=[HttpMethod.GET, HttpMethod.HEAD], public=True, exclude_from_csrf=True)
async def follow(request: CurrentRequest, code: FromPath[str]) -> Response[bytes]:
    counts = request.method == HttpMethod.GET and clicks.is_a_person(request.headers)
    url = await clicks.follow(code, counts=counts)
    return Response(b"", status_code=302, headers={"Location": url, "Referrer-Policy": "no-referrer"})


router = Router("/l", route_handlers=[follow])
