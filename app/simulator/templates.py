"""Templates of an account: created, listed, edited, deleted, and reviewed after a moment."""

from __future__ import annotations

import asyncio
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from app.simulator import ids, template_rules, webhooks
from app.simulator.access import Access, account_of, may_see
from app.simulator.errors import GraphError, missing, unknown
from app.simulator.http import Answer, Request, json_answer
from app.simulator.state import Account, Template, World, clock

REFUSED_WORDS = re.compile(r"rechazar|reject", re.IGNORECASE)
DEFAULT_FIELDS = "id,name,language,status,category,components,parameter_format"
EVENTS = {"APPROVED", "REJECTED", "PENDING", "PAUSED", "DISABLED", "FLAGGED", "REINSTATED"}
EDITABLE = {"APPROVED", "REJECTED", "PAUSED"}


def create(world: World, access: Access, account_id: str, request: Request) -> Answer:
    account = account_of(world, access, account_id, "POST")
    wanted = request.json()
    for name in ("name", "language", "category", "components"):
        if not wanted.get(name):
            raise missing(name)
    style = str(wanted.get("parameter_format") or "POSITIONAL").upper()
    category = str(wanted["category"]).upper()
    template_rules.check(wanted["name"], wanted["language"], category, parameter_format=style, components=wanted["components"])
    key = (wanted["name"], wanted["language"])
    if key in account.templates:
        text = f"There is already {key[1]} content for this template. You can create a new template and try again."
        raise GraphError(100, text, subcode=2388024, user=("Content in This Language Already Exists", text))
    template = Template(ids.mint(ids.TEMPLATE), account.id, *key, category, wanted["components"], style)
    account.templates[key] = world.templates[template.id] = template
    world.spawn(review(world, account, template))
    return json_answer({"id": template.id, "status": template.status, "category": template.category})


async def review(world: World, account: Account, template: Template) -> None:
    numbers = list(account.numbers.values())
    await asyncio.sleep(numbers[0].behaviour.review_ms / 1000 if numbers else 2)
    if template.id not in world.templates:
        return
    text = " ".join(str(part.get("text", "")) for part in template.components)
    if REFUSED_WORDS.search(text):
        decide(world, template, "REJECTED", "INVALID_FORMAT")
    else:
        decide(world, template, "APPROVED")


def decide(world: World, template: Template, status: str, reason: str = "NONE") -> None:
    """Gives a template its new status and tells the app: always at its default address, never an override."""
    template.status = {"REINSTATED": "APPROVED", "FLAGGED": template.status}.get(status, status)
    template.rejected_reason = reason
    value: dict[str, Any] = {
        "event": status,
        "message_template_id": int(template.id),
        "message_template_name": template.name,
        "message_template_language": template.language,
        "message_template_category": template.category,
        "reason": reason,
    }
    if status == "REJECTED":
        advice = "Write the text in another way and send it for review again."
        value["rejection_info"] = {"reason": "The format of the template is not valid.", "recommendation": advice}
    if status in {"PAUSED", "DISABLED"}:
        value["other_info"] = {"title": "FIRST_PAUSE" if status == "PAUSED" else "DISABLED", "description": "Low quality."}
    account = world.accounts[template.account_id]
    entry = {"id": account.id, "time": int(clock()), "changes": [{"field": "message_template_status_update", "value": value}]}
    if account.subscribed and account.numbers:
        webhooks.post(world, account.app.webhook_url, account.app.app_secret, [entry])


def listing(world: World, access: Access, account_id: str, request: Request) -> Answer:
    account = account_of(world, access, account_id)
    query = request.query()
    fields = query.get("fields", DEFAULT_FIELDS).split(",")
    found = [template for template in account.templates.values() if is_wanted(template, query)]
    start, limit = cursor(query.get("after")), max(1, min(int(query.get("limit") or 25), 1000))
    page = found[start : start + limit]
    answer: dict[str, Any] = {"data": [shown(template, fields) for template in page]}
    if page:
        ends = {"before": to_cursor(start), "after": to_cursor(start + len(page))}
        answer["paging"] = {"cursors": ends}
        if start + limit < len(found):
            answer["paging"]["next"] = f"{request.origin}{request.path}?after={ends['after']}&limit={limit}"
    return json_answer(answer)


def is_wanted(template: Template, query: dict[str, str]) -> bool:
    named = template.name == query["name"] if "name" in query else True
    return named and all(
        getattr(template, field).lower() == query[field].lower()
        for field in ("status", "category", "language")
        if field in query
    )


def cursor(text: str | None) -> int:
    try:
        return int(urlsafe_b64decode(text)) if text else 0
    except ValueError as broken:
        raise GraphError(131059, "The cursor is not one of this list. Start again without it.") from broken


def to_cursor(place: int) -> str:
    return urlsafe_b64encode(str(place).encode()).decode()


def shown(template: Template, fields: list[str]) -> dict[str, Any]:
    known = {
        "name": template.name,
        "language": template.language,
        "status": template.status,
        "category": template.category,
        "components": template.components,
        "parameter_format": template.parameter_format,
        "rejected_reason": template.rejected_reason,
        "quality_score": {"score": "UNKNOWN", "date": 0},
    }
    return {field: known[field] for field in map(str.strip, fields) if field in known} | {"id": template.id}


def find(world: World, access: Access, template_id: str, method: str) -> Template:
    template = world.templates.get(template_id)
    if template is None or not may_see(access, world.accounts[template.account_id]):
        raise unknown(method, template_id)
    return template


def show(world: World, access: Access, template_id: str, request: Request) -> Answer:
    fields = request.query().get("fields", DEFAULT_FIELDS).split(",")
    return json_answer(shown(find(world, access, template_id, "GET"), fields))


def edit(world: World, access: Access, template_id: str, request: Request) -> Answer:
    template = find(world, access, template_id, "POST")
    wanted = request.json()
    category = str(wanted.get("category") or template.category).upper()
    if template.status not in EDITABLE:
        raise GraphError(100, f"A template with the status {template.status} can't be edited.")
    if template.status == "APPROVED" and category != template.category:
        raise GraphError(100, "The category of an approved template can't be changed.")
    style = str(wanted.get("parameter_format") or template.parameter_format).upper()
    components = wanted.get("components", template.components)
    template_rules.check(template.name, template.language, category, parameter_format=style, components=components)
    template.components, template.category, template.parameter_format = components, category, style
    template.status, template.shape = "PENDING", None
    world.spawn(review(world, world.accounts[template.account_id], template))
    return json_answer({"success": True, "id": template.id, "name": template.name, "category": template.category})


def delete(world: World, access: Access, account_id: str, request: Request) -> Answer:
    account = account_of(world, access, account_id, "DELETE")
    query = request.query()
    if not query.get("name"):
        raise missing("name")
    gone = [
        key
        for key, template in account.templates.items()
        if template.name == query["name"] and query.get("hsm_id", template.id) == template.id
    ]
    if not gone:
        raise GraphError(100, "The message template does not exist.", subcode=2593002)
    for key in gone:
        del world.templates[account.templates.pop(key).id]
    return json_answer({"success": True})
