"""Whatever a route changes stands in the audit log, or the route says why not."""

from __future__ import annotations

from typing import Any

from app.audit import words
from app.core.db import platform_tx
from app.main import application
from tests.architecture.belongings import one_of_each
from tests.architecture.house import nobody as none_of
from tests.architecture.test_routes import GUARDED, ask
from tests.conftest import Person, a_workspace

# Said of a handler with quiet=True: what happens all day long, and changes nothing that anybody would ask for.
QUIET = {
    "PUT /announcements/{announcement_id:int}/putting-away", "PUT /inbox/{conversation_id:int}/read",
    "POST /language/{code:str}", "PUT /account/availability", "PUT /api/v1/availability",
    "POST /account/availability/heartbeat",
}  # fmt: skip
CHANGING = [route for route in GUARDED if route.method in ("POST", "PUT", "PATCH", "DELETE")]


def test_only_these_are_quiet() -> None:
    quiet = set()
    for route in application().routes:
        for method, (handler, *_) in getattr(route, "route_handler_map", {}).items():
            if handler.opt.get("quiet"):
                quiet.add(f"{method} {route.path}")
    none_of(quiet - QUIET, "These leave no trace, without a reason in QUIET:")


async def test_every_route_that_changes_something_is_in_the_log(house: str) -> None:
    """Each is asked once, of things that are there; what wrote rows of the workspace must have told so."""
    offenders, untold = [], set()
    for route in CHANGING:
        if route.name in QUIET:
            continue
        owner = await a_workspace()
        things = await one_of_each(owner)
        before = await _counts(owner)
        answer = await ask(owner, route, things, things.form())
        after = await _counts(owner)
        if answer.status_code >= 500:
            offenders.append(f"{route.name}: {answer.status_code}")
        if answer.status_code < 400 and after["changed"] > before["changed"] and after["told"] == before["told"]:
            offenders.append(f"{route.name}: {answer.status_code}")
        untold |= {entry for entry in after["routes"] if entry not in words.ROUTES}
    none_of(offenders, "They changed something and the audit log does not know, or they broke:")
    none_of(untold, "These tell themselves; give them a word in app/audit/words.py:")


async def _counts(owner: Person) -> dict[str, Any]:
    """Entries of the log, those that are a route, and the newest transaction that touched something people work with."""
    async with platform_tx() as door:
        found = await door.conn.execute("select action from audit_log where tenant_id = %s", (owner.tenant_id,))
        told = [action for (action,) in await found.fetchall()]
    async with owner.tenant.tx() as db:
        parts = " union all ".join(
            f"select coalesce(max(xmin::text::bigint), 0) as x from {table}"
            for table in ("contacts", "labels", "quick_replies", "campaigns", "message_templates", "phone_numbers",
                          "conversations", "messages", "alerts", "alert_channels", "contact_imports", "campaign_recipients")
        )  # fmt: skip
        changed = await (await db.conn.execute(f"select max(x) from ({parts}) all_of_them")).fetchone()
    assert changed
    return {"told": len(told), "routes": [action for action in told if " /" in action], "changed": changed[0]}
