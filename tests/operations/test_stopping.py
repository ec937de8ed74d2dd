"""Stops: Ctrl-C ends everything within seconds, kill -9 loses nothing that the next start needs, halves work apart."""

from __future__ import annotations

import signal
from pathlib import Path

import httpx
from psycopg import AsyncConnection

from app.core.clock import seconds
from tests.conftest import eventually
from tests.operations.running import Running, command, running

SIGN_UP = {"workspace": "Casa Olmo", "name": "Ana Olmo", "email": "ana@casaolmo.es", "password": "caballo correcto"}


async def signed_up(http: httpx.AsyncClient) -> None:
    await http.get("/sign-up")
    answer = await http.post("/sign-up", data=SIGN_UP, headers={"x-csrftoken": http.cookies["csrf"]})
    assert answer.status_code == 303, answer.text


async def test_ctrl_c_ends_it_though_a_page_listens(tmp_path: Path) -> None:
    async with running("serve", home=tmp_path) as recado:
        await signed_up(recado.http)
        async with recado.http.stream("GET", "/live") as stream:
            assert stream.status_code == 200
            assert recado.postgres()
            began = seconds()
            assert await recado.stop(signal.SIGINT) == 0
            assert seconds() - began < 5
        assert recado.postgres() is None


async def test_after_kill_9_the_next_start_works_and_stops_its_postgres(tmp_path: Path) -> None:
    async with running("serve", home=tmp_path) as recado:
        await signed_up(recado.http)
        await recado.stop(signal.SIGKILL)
    async with running("serve", home=tmp_path) as again:
        assert (await again.http.get("/sign-in")).status_code == 200
        await again.http.get("/sign-in")
        credentials = {"email": SIGN_UP["email"], "password": SIGN_UP["password"]}
        answer = await again.http.post("/sign-in", data=credentials, headers={"x-csrftoken": again.http.cookies["csrf"]})
        assert (answer.status_code, answer.headers["location"]) == (303, "/inbox")
        assert await again.stop() == 0
        assert again.postgres() is None


async def test_web_and_worker_work_apart(house: str, tmp_path: Path) -> None:
    worker = await command("worker", home=tmp_path, DATABASE_URL=house, META_GRAPH_URL="http://127.0.0.1:9")
    try:
        async with running("web", home=tmp_path, DATABASE_URL=house, META_GRAPH_URL="http://127.0.0.1:9") as web:
            assert (await web.http.get("/sign-in")).status_code == 200
            assert worker.returncode is None
            assert await web.stop(signal.SIGTERM) == 0
    finally:
        half = Running(worker, 0, tmp_path)
        assert await half.stop(signal.SIGTERM) == 0


async def test_web_alone_uses_the_embedded_server_that_a_worker_started(tmp_path: Path) -> None:
    async with running("web", home=tmp_path, META_GRAPH_URL="http://127.0.0.1:9") as web:
        worker = Running(await command("worker", home=tmp_path, META_GRAPH_URL="http://127.0.0.1:9"), 0, tmp_path)
        pids = tmp_path / "postgres" / ".handle_pids.json"
        await eventually(lambda: str(worker.process.pid) in pids.read_text())
        assert await web.stop() == 0
        assert worker.postgres(), "the worker still needs it"
        assert await worker.stop() == 0
        assert worker.postgres() is None


async def test_queues_that_nobody_works_on_end_the_process(tmp_path: Path) -> None:
    """A group whose listener cannot come back stops by itself. Mails would wait for ever behind pages that look well."""
    async with running("serve", home=tmp_path) as recado:
        port, folder = (tmp_path / "postgres" / "postmaster.pid").read_text().splitlines()[3:5]
        superuser = f"host={folder} port={port} user=postgres dbname=recado"
        async with await AsyncConnection.connect(superuser, autocommit=True) as conn:
            await conn.execute("alter role recado connection limit 0")
            await conn.execute("select pg_terminate_backend(pid) from pg_stat_activity where query ilike 'listen%maintenance%'")
        await eventually(lambda: recado.process.returncode is not None)
        assert recado.process.returncode == 1
