"""The page that explains the API, and the same for programs. Both are public."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response, Router, get

from app.api import description, problems
from app.core.forms import REQUIRED
from app.core.i18n import gettext
from app.core.pages import AnyRequest, Page, page
from app.settings import settings


class Operation(msgspec.Struct, frozen=True):
    method: str
    path: str
    id: str
    summary: str
    parameters: list[dict[str, Any]]
    query: str
    request: str
    status: str
    answer: str


@get("/docs", public=True)
async def docs(request: AnyRequest) -> Page:
    groups: dict[str, list[Operation]] = {}
    for method, path, found in description.operations(description.description()):
        groups.setdefault(found["tags"][0], []).append(_operation(method, path, found))
    first = f'curl {settings().public_url}/api/v1/contacts -H "Authorization: Bearer rcd_…"'
    return page(request, "api/docs.html", groups=groups, first=first, refusal=_pretty(_refusal()))


@get("/openapi.json", public=True)
async def openapi() -> Response[dict[str, Any]]:
    return Response(description.description())


def _operation(method: str, path: str, found: dict[str, Any]) -> Operation:
    example = description.examples()[found["operationId"]]
    status = next(code for code in found["responses"] if code.startswith("2"))
    return Operation(
        method.upper(), path, found["operationId"], found["summary"], found.get("parameters", []), example.query,
        _pretty(example.request) if example.request is not None else "", status,
        _pretty(example.answer) if example.answer is not None else "",
    )  # fmt: skip


def _refusal() -> dict[str, Any]:
    title, errors = gettext(problems.DOES_NOT_FIT), {"phone": gettext(REQUIRED)}
    return {"type": "about:blank", "status": 422, "title": title, "errors": errors}


def _pretty(value: Any) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()


router = Router("/api", route_handlers=[docs, openapi])
