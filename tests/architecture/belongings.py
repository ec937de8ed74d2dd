"""One of each thing in a workspace, quiet enough that no worker touches it, and where routes take their ids from."""

from __future__ import annotations

import re
import secrets
from typing import Any
from uuid import uuid4

from app.core.db import Db, platform_tx
from app.core.secrets import seal
from app.numbers import credentials
from app.settings import settings
from app.whatsapp.contract import Credentials
from tests.conftest import Person

# Path parameter to the table whose id it is. A message is also known by the id that the browser gave it.
TABLES = {
    "entry_id": "audit_log", "alert_id": "alerts", "channel_id": "alert_channels",
    "campaign_id": "campaigns", "contact_id": "contacts", "conversation_id": "conversations", "file_id": "files",
    "export_id": "exports", "list_id": "contact_list", "archive_id": "workspace_exports", "holiday_id": "holidays",
    "event_id": "intake_parts",
    "import_id": "contact_imports", "invitation_id": "invitations", "member_id": "user", "workspace_id": "workspace",
    "job_id": "procrastinate_jobs", "label_id": "labels", "message_id": "messages",
    "public_id": "public_id", "session_id": "session", "announcement_id": "announcement", "number_id": "phone_numbers",
    "team_id": "teams", "person_id": "user",
    "recipient_id": "campaign_recipients", "reply_id": "quick_replies", "template_id": "message_templates",
    "module_id": "module_id", "queue_name": "queue_name", "role_key": "roles", "token_id": "api_tokens", "waba": "wabas",
}  # fmt: skip
# Counters are folded by a job whenever it comes round.
COUNTERS = {"availability", "campaign_deltas", "campaign_counts", "job_minutes", "stat_deltas", "stat_slots"}
SHEET = """{"columns": ["Teléfono"], "first_line": 2, "sample": [["600"]], "encoding": "utf-8", "delimiter": ";", "rows": 1}"""
TARGET = """{"address": "https://example.com/x"}"""
CHOICE = """{"kinds": ["phone"], "country": "ES"}"""
INSERTS = (
    # Over, because open ones are looked at by a job whenever it comes round.
    (
        "alerts",
        "kind, severity, subject, key, facts, resolved_at",
        """'queue_late', 'warning', 'queue', %(mark)s, '{"minutes": 6}', now()""",
    ),
    ("audit_log", "tenant_id, actor, action, subject_name", "tenant_id(), 'person', 'labels.create', %(mark)s"),
    ("alert_channels", "name, kind, target, hint", "%(mark)s, 'slack', %(channel)s, %(mark)s"),
    ("wabas", "waba_id, name, access_token, app_secret", "%(mark)s, %(mark)s, %(token)s, %(secret)s"),
    ("phone_numbers", "waba, phone_number_id, display, verified_name", "%(wabas)s, %(mark)s, '+34 600', %(mark)s"),
    (
        "message_templates",
        "waba, name, language, category, status, body",
        "%(wabas)s, 'oferta', 'es', 'UTILITY', 'approved', %(mark)s",
    ),
    ("contacts", "name", "%(mark)s"),
    ("labels", "name", "%(mark)s"),
    ("roles", "name, level", "%(mark)s, 3"),
    ("files", "name, mime, size", "%(mark)s, 'text/csv', 4"),
    ("contact_imports", "file_id, sheet, mapping, state", f"%(files)s, '{SHEET}', '{CHOICE}', 'failed'"),
    ("quick_replies", "shortcut, body", "'secreto', %(mark)s"),
    ("teams", "name, description", "%(mark)s, %(mark)s"),
    ("conversations", "contact_id, number_id, snippet", "%(contacts)s, %(phone_numbers)s, %(mark)s"),
    (
        "messages",
        "conversation_id, public_id, direction, kind, text, file_id",
        "%(conversations)s, %(public_id)s, 'in', 'document', %(mark)s, %(files)s",
    ),
    ("campaigns", "name, number_id, template_id", "%(mark)s, %(phone_numbers)s, %(message_templates)s"),
    ("campaign_recipients", "campaign_id, contact_id, address, status", "%(campaigns)s, %(contacts)s, %(mark)s, 'cancelled'"),
    (
        "exports",
        "campaign_id, name, kind, language, time_zone, status, file_id",
        "%(campaigns)s, %(mark)s, 'csv', 'es', 'UTC', 'done', %(files)s",
    ),
    (
        "invitations",
        "email, language, token_hash, expires_at",
        "%(mark)s || '@casaolmo.es', 'es', %(hash)s, now() + interval '1 day'",
    ),
    ("workspace_exports", "language, status, file_id", "'es', 'done', %(files)s"),
    ("holidays", "name, day", "%(mark)s, '2031-01-06'"),
    ("api_tokens", "user_id, name, token_hash, hint", "%(user)s, %(mark)s, %(hash)s, 'rec_'"),
    (
        "procrastinate_jobs",
        "queue_name, task_name, args, status",
        "'imports', %(mark)s, jsonb_build_object('tenant_id', tenant_id()), 'failed'",
    ),
)


class Belongings:
    """`mark` is written all over them, so that a page that leaks one is recognised."""

    def __init__(self, mark: str, ids: dict[str, Any]) -> None:
        self.mark, self.ids = mark, ids

    def path(self, template: str) -> str:
        """A path of a route with the ids in place. Raises KeyError for a parameter that is not in TABLES."""
        return re.sub(r"{(\w+)(?::\w+)?}", lambda found: str(self.ids[TABLES[found[1]]]), template)

    def form(self) -> dict[str, Any]:
        """A form that points at all of them, whatever the field is called."""
        alone = {parameter: str(self.ids[table]) for parameter, table in TABLES.items()}
        many = {f"{parameter}s": [value] for parameter, value in alone.items()}
        short = {parameter.removesuffix("_id"): value for parameter, value in alone.items()}
        lists = {"labels": [alone["label_id"]], "contacts": [alone["contact_id"]], "import": alone["import_id"]}
        return {**alone, **many, **short, **lists, "name": "Prueba", "body": "Hola", "text": "Hola", "audience": "labels"}


async def one_of_each(owner: Person) -> Belongings:
    mark = f"secreto{secrets.token_hex(6)}"
    sealed = credentials.sealed(owner.tenant_id, Credentials("EAAsim", "secret", mark, mark))
    ids: dict[str, Any] = {
        "token": sealed.access_token,
        "secret": sealed.app_secret,
        "channel": seal(TARGET, settings().encryption_keys, context=f"alert_channel:{owner.tenant_id}"),
        "mark": mark,
        "public_id": uuid4(),
        "session": uuid4(),
        "announcement": 1,
        "user": owner.user_id,
        "workspace": owner.tenant_id,
        "queue_name": "imports",
        "module_id": "quick_replies",
        "hash": secrets.token_bytes(32),
    }
    async with owner.tenant.tx() as db:
        for table, columns, values in INSERTS:
            statement = f"insert into {table} ({columns}) values ({values}) returning id"
            cursor = await db.conn.execute(statement.encode(), ids)
            row = await cursor.fetchone()
            assert row is not None
            ids[table] = row[0]
        made = await db.conn.execute(
            "insert into exports (subject, name, kind, language, time_zone, status, file_id, created_by)"
            " values ('contacts', %(mark)s, 'csv', 'es', 'UTC', 'done', %(files)s, %(user)s) returning id", ids,
        )  # fmt: skip
        ids["contact_list"] = (await made.fetchone() or (0,))[0]
        await db.conn.execute("insert into pacing (number_id) values (%(phone_numbers)s)", ids)
        await db.conn.execute("insert into file_parts (file_id, part, content) values (%(files)s, 0, 'csv;')", ids)
    async with platform_tx() as door:
        ids["intake_parts"] = await _webhook(door, owner, mark)
    return Belongings(mark, ids)


async def _webhook(door: Db, owner: Person, mark: str) -> int:
    """Kept before anybody knows whose it is, so it comes in by the other door."""
    made = await door.conn.execute(
        "with kept as (insert into intake_events (provider, digest, body, state, processed_at)"
        " select 'meta', sha256(%(body)s), %(body)s, 'done', now() returning id, received_at)"
        " insert into intake_parts"
        " (tenant_id, event_id, state, kinds, numbers, updates, unrouted, unknown, attempts, error, received_at)"
        " select %(tenant)s, id, 'done', '{messages}', '{}', 1, 0, 0, 0, '', received_at from kept returning event_id",
        {"body": f'{{"entry": "{mark}"}}'.encode(), "tenant": owner.tenant_id},
    )
    return int((await made.fetchone() or (0,))[0])


async def rows(owner: Person) -> dict[str, list[str]]:
    """Every row of the workspace, to compare before and after."""
    found = {}
    async with owner.tenant.tx() as db:
        tables = await db.conn.execute(
            "select relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'"
            " where relkind = 'r' and relnamespace = 'public'::regnamespace and not attisdropped and relname <> 'sessions'"
        )
        for table in {name for (name,) in await tables.fetchall()} - COUNTERS:
            cursor = await db.conn.execute(f"select t::text from {table} t order by 1".encode())
            found[table] = [row[0] for row in await cursor.fetchall()]
    return found
