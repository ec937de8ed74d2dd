"""The OpenAPI description of the API, with a worked example of every request and answer from examples.json."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from litestar import Litestar, Router
from litestar.di import Provide
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme, Server

from app.access.guards import current_viewer, tenant_db
from app.api.routes import HANDLERS
from app.settings import settings

EXAMPLES = Path(__file__).parent / "examples.json"
VERSION = "1"

Json = dict[str, Any]


class Example(msgspec.Struct, frozen=True):
    """`query` stands behind the path, `request` is the body."""

    answer: Any
    query: str = ""
    request: Any = None


@cache
def examples() -> dict[str, Example]:
    """By operation id."""
    return msgspec.json.decode(EXAMPLES.read_bytes(), type=dict[str, Example])


@cache
def description() -> Json:
    """Of an application that has the API and nothing else, so that pages stay out of it."""
    bearer = SecurityScheme(type="http", scheme="bearer", description="A token from Settings, API tokens.")
    config = OpenAPIConfig(
        title="Recado", version=VERSION, security=[{"bearer": []}], components=Components(security_schemes={"bearer": bearer}),
        servers=[Server(url=settings().public_url)],
    )  # fmt: skip
    dependencies = {"db": Provide(tenant_db), "viewer": Provide(current_viewer)}
    alone = Litestar([Router("/api/v1", route_handlers=HANDLERS)], dependencies=dependencies, openapi_config=config)
    schema: Json = alone.openapi_schema.to_schema()
    for _, _, operation in operations(schema):
        _illustrate(operation, examples()[operation["operationId"]])
    return schema


def operations(schema: Json) -> list[tuple[str, str, Json]]:
    """Method, path and the operation, in the order of the paths."""
    return [(method, path, operation) for path, item in schema["paths"].items() for method, operation in item.items()]


def _illustrate(operation: Json, example: Example) -> None:
    if example.request is not None:
        body = operation.setdefault("requestBody", {"content": {}, "required": True})
        body["content"].setdefault("application/json", {})["example"] = example.request
    for status, answer in operation["responses"].items():
        if status.startswith("2") and example.answer is not None:
            answer.setdefault("content", {}).setdefault("application/json", {})["example"] = example.answer
