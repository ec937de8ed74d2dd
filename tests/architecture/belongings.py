"""One of each thing in a workspace, quiet enough that no worker touches it, and where routes take their ids from."""

from __future__ import annotations

import secrets
from typing import Any

from tests.conftest import Person

# Path parameter to the table whose id it is.
TABLES = {
    "campaign_id": "campaigns", "contact_id": "contacts", "conversation_id": "conversations", "file_id": "files",
    "import_id": "contact_imports", "label_id": "labels", "message_id": "messages", "number_id": "phone_numbers",
    "recipient_id": "campaign_recipients", "reply_id": "quick_replies", "template_id": "message_templates",
    "token_id": "api_tokens", "waba": "wabas",
}  # fmt: skip
# Counters are folded by a job whenever it comes round.
COUNTERS = {"campaign_deltas", "campaign_counts", "stat_deltas", "stat_slots"}
SHEET = """{"name": "clientes.csv", "columns": [], "rows": [], "kind": "csv"}"""
INSERTS = (
    ("wabas", "(waba_id, name, access_token, app_secret) values (%(mark)s, %(mark)s, '', '')"),
    (
        "phone_numbers",
        "(waba, phone_number_id, display, verified_name) values (%(wabas)s, %(mark)s, '+34 600', %(mark)s)",
    ),
    (
        "message_templates",
        "(waba, name, language, category, body) values (%(wabas)s, 'oferta', 'es', 'MARKETING', %(mark)s)",
    ),
    ("contacts", "(name) values (%(mark)s)"),
    ("labels", "(name) values (%(mark)s)"),
    ("files", "(name, mime, size) values (%(mark)s, 'text/csv', 4)"),
    ("contact_imports", f"(file_id, sheet, state) values (%(files)s, '{SHEET}', 'failed')"),
    ("quick_replies", "(shortcut, body) values ('secreto', %(mark)s)"),
    ("conversations", "(contact_id, number_id, snippet) values (%(contacts)s, %(phone_numbers)s, %(mark)s)"),
    (
        "messages",
        "(conversation_id, direction, kind, text, file_id) values (%(conversations)s, 'in', 'document', %(mark)s, %(files)s)",
    ),
    ("campaigns", "(name, number_id, template_id) values (%(mark)s, %(phone_numbers)s, %(message_templates)s)"),
    (
        "campaign_recipients",
        "(campaign_id, contact_id, address, status) values (%(campaigns)s, %(contacts)s, %(mark)s, 'cancelled')",
    ),
    ("api_tokens", "(user_id, name, token_hash, hint) values (%(user)s, %(mark)s, %(hash)s, 'rec_')"),
)


class Belongings:
    """`mark` is written all over them, so that a page that leaks one is recognised."""

    def __init__(self, mark: str, ids: dict[str, int]) -> None:
        self.mark, self.ids = mark, ids

    def path(self, template: str) -> str:
        """A path of a route with the ids in place. Raises KeyError for a parameter that TABLES does not know."""
        for parameter, table in TABLES.items():
            template = template.replace(f"{{{parameter}:int}}", str(self.ids[table])).replace(
                f"{{{parameter}}}", str(self.ids[table])
            )
        return template

    def form(self) -> dict[str, Any]:
        """A form that points at all of them, whatever the field is called."""
        alone = {parameter: str(self.ids[table]) for parameter, table in TABLES.items()}
        many = {f"{parameter}s": [value] for parameter, value in alone.items()}
        short = {parameter.removesuffix("_id"): value for parameter, value in alone.items()}
        lists = {"labels": [alone["label_id"]], "contacts": [alone["contact_id"]], "import": alone["import_id"]}
        return {**alone, **many, **short, **lists, "name": "Prueba", "body": "Hola", "text": "Hola", "audience": "labels"}


async def one_of_each(owner: Person) -> Belongings:
    mark = f"secreto{secrets.token_hex(6)}"
    ids: dict[str, Any] = {"mark": mark, "user": owner.user_id, "hash": secrets.token_bytes(32)}
    async with owner.tenant.tx() as db:
        for table, columns in INSERTS:
            cursor = await db.conn.execute(f"insert into {table} {columns} returning id".encode(), ids)
            row = await cursor.fetchone()
            assert row is not None
            ids[table] = row[0]
        await db.conn.execute("insert into file_parts (file_id, part, content) values (%(files)s, 0, 'csv;')", ids)
    return Belongings(mark, ids)


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
