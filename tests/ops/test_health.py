"""What hosts and monitoring ask: ready, workers, metrics; and request ids."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import msgspec
import structlog

from app.core import metrics
from app.core.db import platform_tx
from app.ops import heartbeat, process
from app.ops.metrics_routes import may_read
from app.ops.process import Process
from app.settings import settings
from tests.conftest import Person, eventually
from tests.numbers.numbers import a_number
from tests.ops.stumbling import a_failed_job


async def test_ready_means_that_every_migration_is_there(nobody: Person) -> None:
    assert (await nobody.get("/health/ready")).text == "ok"
    rename = "update applied_files set name = %s where name = %s"
    async with platform_tx() as door:
        await door.conn.execute(rename, ("gone", "0020_ops.sql"))
    try:
        answer = await nobody.get("/health/ready")
        assert (answer.status_code, answer.text) == (503, "1 migrations are missing")
    finally:
        async with platform_tx() as door:
            await door.conn.execute(rename, ("0020_ops.sql", "gone"))


async def test_workers_are_counted_without_names(nobody: Person) -> None:
    async with platform_tx() as door:
        await door.conn.execute("delete from workers")
    assert (await nobody.get("/health/workers")).status_code == 503
    web, worker = Process("web"), Process("worker")
    await process.arrive(web)
    assert (await nobody.get("/health/workers")).status_code == 503, "who only serves pages takes no jobs"
    await process.arrive(worker)
    answer = await nobody.get("/health/workers")
    assert (answer.status_code, answer.json()["alive"]) == (200, 1)
    (first, second) = answer.json()["workers"]
    assert first.keys() == {"kind", "works", "alive", "heartbeat_seconds", "uptime_seconds", "memory_bytes"}
    assert (first["kind"], second["kind"]) == ("worker", "web")
    assert first["memory_bytes"] > 10_000_000
    async with platform_tx() as door:
        await door.conn.execute("update workers set heartbeat_at = now() - interval '31 seconds'")
    assert (await nobody.get("/health/workers")).status_code == 503
    for each in (web, worker):
        await process.leave(each)


async def test_metrics_tell_of_this_process_and_of_all(owner: Person, nobody: Person) -> None:
    await a_failed_job(owner, "measured")
    await owner.get("/ops")
    metrics.sends["106540352242922", "accepted"] += 3
    answer = await nobody.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    lines = dict(line.rsplit(" ", 1) for line in answer.text.splitlines() if not line.startswith("#"))
    assert float(lines['recado_messages_total{outcome="accepted"}']) >= 3
    assert float(lines['recado_jobs_total{outcome="failed",queue="maintenance"}']) >= 1
    assert float(lines['recado_queue_jobs{queue="maintenance",state="failed"}']) >= 1
    assert float(lines['recado_request_seconds_count{method="GET",route="/ops",status="200"}']) >= 1
    names = ("recado_pool_connections", "recado_live_streams", "recado_webhooks_total", "recado_breakers", "process_resident")
    for name in names:
        assert any(line.startswith(name) for line in lines), name
    assert "106540352242922" not in answer.text


def test_metrics_open_with_their_token_only() -> None:
    token = msgspec.structs.replace(settings(), metrics_token="palabra")
    assert may_read(token, "Bearer palabra")
    assert not may_read(token, "Bearer otra")
    assert not may_read(token, "")
    assert may_read(settings(), ""), "in development it is open"
    assert not may_read(msgspec.structs.replace(settings(), environment="production"), "")


async def test_a_request_keeps_its_id_or_gets_one(owner: Person) -> None:
    kept = await owner.get("/ops", headers={"X-Request-Id": "abc-12345678"})
    assert kept.headers["x-request-id"] == "abc-12345678"
    made = await owner.get("/ops", headers={"X-Request-Id": "una frase entera"})
    assert len(made.headers["x-request-id"]) == 16


async def test_the_rate_of_a_number_is_what_was_handed_over(owner: Person) -> None:
    number, this = await a_number(owner), Process("serve")
    metrics.sends[number.phone_number_id, "accepted"] += 50
    metrics.sends[number.phone_number_id, "refused"] += 50
    await process.beat(this)
    async with owner.tenant.tx() as db:
        row = await (await db.conn.execute("select per_second from number_rates where number_id = %s", (number.id,))).fetchone()
    assert row is not None
    assert row[0] > 0
    await process.beat(this)

    async def at_rest() -> bool:
        async with owner.tenant.tx() as db:
            found = await db.conn.execute("select per_second from number_rates where number_id = %s", (number.id,))
            return await found.fetchone() == (0.0,)

    await eventually(at_rest)
    await process.leave(this)


async def test_a_process_says_that_it_lives_and_says_goodbye(house: str) -> None:
    async def rows() -> list[str]:
        async with platform_tx() as door:
            found = await door.conn.execute("select name from workers")
            return [name for (name,) in await found.fetchall()]

    living = asyncio.create_task(heartbeat.run("web"))
    await eventually(rows)
    living.cancel()
    with suppress(asyncio.CancelledError):
        await living
    assert "web" not in await rows()


async def test_the_health_line_has_what_an_operator_asks_for(owner: Person) -> None:
    await a_failed_job(owner, "in the line")
    with structlog.testing.capture_logs() as lines:
        await heartbeat.say(Process("serve"))
    (line,) = [each for each in lines if each["event"] == "health"]
    waiting, running, failed = line["queues"]["maintenance"].split("/")
    assert int(failed) >= 1
    assert (waiting.isdigit(), running.isdigit()) == (True, True)
    assert line.keys() >= {"process", "uptime_s", "memory_mb", "sends_per_second", "pool_used", "pool_size", "pool_waiting"}
