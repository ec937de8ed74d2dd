"""A run of the whole program whose log is read to the end: ids are in it, and nobody's name, number or token."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import psycopg

from tests.conftest import eventually
from tests.operations.running import running

PERSON = {"workspace": "Casa Olmo", "name": "Lucía Fernández", "email": "lucia@casaolmo.es", "password": "caballo correcto"}
PHONE = "+34611482903"
# As a careless caller would enqueue it: the library writes the arguments of a job that fails into the log.
CARELESS = """insert into procrastinate_jobs (queue_name, task_name, attempts, args)
              values ('chat', 'inbox.dispatch.deliver', 9,
                      jsonb_build_object('tenant_id', 1, 'number_id', 7, 'phone', %s::text, 'email', %s::text))"""


async def test_the_log_of_a_run_names_nobody(tmp_path: Path) -> None:
    async with running("serve", home=tmp_path) as recado:
        await recado.http.get("/sign-up")
        token = {"x-csrftoken": recado.http.cookies["csrf"]}
        assert (await recado.http.post("/sign-up", data=PERSON, headers=token)).status_code == 303
        await recado.http.post("/contacts", data={"name": PERSON["name"], "phone": PHONE}, headers=token)
        await recado.http.get("/contacts", params={"q": PHONE})
        assert (await recado.http.get("/api/openapi.json")).status_code == 200
        postgres = f"postgresql://recado@/recado?host={tmp_path / 'postgres'}"
        async with await psycopg.AsyncConnection.connect(postgres, autocommit=True) as conn:
            await conn.execute(CARELESS, (PHONE, PERSON["email"]))

            async def failed() -> bool:
                found = await conn.execute("select 1 from procrastinate_jobs where status = 'failed'")
                return await found.fetchone() is not None

            await eventually(failed)
        recado.process.send_signal(signal.SIGTERM)
        _, written = await recado.process.communicate()
    said, cookies = written.decode(), list(recado.http.cookies.values())
    assert "ended with status: Error" in said
    assert "INFO" not in said, "a library began to speak by itself"
    assert "tenant=1" in said
    assert "number_id=7" in said
    secrets = (*PERSON["name"].split(), PERSON["email"], PHONE[1:], PHONE[3:], *cookies)
    kept = json.loads((tmp_path / "secrets.json").read_text())
    assert [secret for secret in (*secrets, *kept.values()) if secret in said] == []
