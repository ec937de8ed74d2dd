"""The OpenAPI description of the API, with a worked example of every request and answer from examples.json."""

from __future__ import annotations

import asyncio
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from litestar import Litestar, Router
from litestar.di import Provide
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme, Server

from app.access.guards import current_viewer, tenant_db
from app.api import constraints
from app.api.routes import HANDLERS
from app.settings import settings

EXAMPLES = Path(__file__).parent / "examples.json"
VERSION = "1"
STARTED = 5.0  # seconds after which nobody waits for the start any more

Json = dict[str, Any]

# RFC 9457; `errors` are by field, `permission` is the one that is missing.
PROBLEM: Json = {
    "type": "object", "required": ["type", "title", "status"], "properties": {
        "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"}, "detail": {"type": "string"},
        "permission": {"type": "string"}, "errors": {"type": "object", "additionalProperties": {"type": "string"}},
    },
}  # fmt: skip
# What any operation may answer instead.
PROBLEMS = {
    "400": "It cannot be read.", "401": "No token, or one that is over.", "403": "The role does not allow it.",
    "404": "It is not there, or not yours.", "409": "As things are, it is not possible.", "413": "It is too large.",
    "422": "Some values do not fit.", "423": "The workspace is suspended.", "503": "Too much is happening at once.",
}  # fmt: skip
# What only some may answer.
TRIES = {"429": "Too often. Try again later."}
PROVIDER = {"502": "WhatsApp refused it."}
PROBLEMS_OF = {
    "sign_in": TRIES, "refresh": TRIES, "create_invitations": TRIES, "connect_number": PROVIDER,
    "create_message_template": PROVIDER,
}  # fmt: skip


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
    alone = Litestar(
        [Router("/api/v1", route_handlers=HANDLERS)], dependencies=dependencies, openapi_config=config, logging_config=None
    )
    schema: Json = alone.openapi_schema.to_schema()
    components = schema["components"].setdefault("schemas", {})
    for model in components.values():
        # A field of a name that we do not know is refused, so that a misspelt one is not lost in silence.
        if "properties" in model:
            model.setdefault("additionalProperties", False)
    constraints.describe(components)
    schema["paths"]["/api/v1/contacts/imports"]["post"]["requestBody"] = constraints.import_body()
    for _, path, operation in operations(schema):
        _illustrate(operation, examples()[operation["operationId"]])
        if operation["operationId"].startswith("download_"):
            operation["responses"]["200"]["content"] = {"*/*": {"schema": {"type": "string", "format": "binary"}}}
        _warn(operation, PROBLEMS | PROBLEMS_OF.get(operation["operationId"], {}), finds="{" in path)
    constraints.narrow([schema["paths"], components])
    components["Problem"] = PROBLEM
    return schema


async def prepare() -> None:
    """Beside the work, so that whoever opens the documentation first does not wait for it."""
    await asyncio.sleep(STARTED)
    await asyncio.to_thread(description)


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


def _warn(operation: Json, problems: dict[str, str], *, finds: bool) -> None:
    """Every refusal is a problem, in its own media type."""
    takes = "requestBody" in operation
    for status, meaning in problems.items():
        if (status == "413" and not takes) or (status == "409" and not takes and not finds):
            continue
        content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
        operation["responses"][status] = {"description": meaning, "content": content}
