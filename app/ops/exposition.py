"""What /metrics says: the counters of this process, and gauges of the whole installation that every process can tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Gauge, Metric, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from psycopg import Error
from psycopg_pool import PoolTimeout

from app.core import db, metrics
from app.core.db import Db, platform_tx
from app.core.live import hub
from app.core.statements import statements
from app.numbers.breaker import REST
from app.ops import process, queue

q = statements("ops")


class House:
    """What is counted elsewhere, read when somebody asks."""

    def collect(self) -> Iterator[Metric]:
        messages = CounterMetricFamily("recado_messages", "Messages handed to the provider, by outcome.", labels=["outcome"])
        outcomes: Counter[str] = Counter()
        for (_, outcome), n in metrics.sends.items():
            outcomes[outcome] += n
        for outcome, n in sorted(outcomes.items()):
            messages.add_metric([outcome], n)
        yield messages
        pool = db.pool().get_stats()
        connections = GaugeMetricFamily("recado_pool_connections", "Database connections, by state.", labels=["state"])
        free = pool.get("pool_available", 0)
        connections.add_metric(["used"], pool.get("pool_size", 0) - free)
        connections.add_metric(["free"], free)
        yield connections
        yield GaugeMetricFamily("recado_pool_waiting", "Who waits for a connection.", value=pool.get("requests_waiting", 0))
        streams = {id(each) for queues in hub.queues.values() for each in queues}
        yield GaugeMetricFamily("recado_live_streams", "Open live streams.", value=len(streams))


metrics.REGISTRY.register(House())
ProcessCollector(registry=metrics.REGISTRY)


async def text() -> bytes:
    """In Prometheus' format. Without Postgres it is this process alone."""
    told = generate_latest(metrics.REGISTRY)
    try:
        async with platform_tx() as door:
            return told + generate_latest(await _of_all(door))
    except (Error, PoolTimeout):
        return told


async def _of_all(door: Db) -> CollectorRegistry:
    registry = CollectorRegistry()
    sizes = Gauge("recado_queue_jobs", "Jobs of a queue, by state.", ("queue", "state"), registry=registry)
    oldest = Gauge("recado_queue_oldest_seconds", "How long the first has waited.", ("queue",), registry=registry)
    for each in await queue.all(door):
        for state in ("waiting", "running", "delayed", "failed"):
            sizes.labels(each.name, state).set(getattr(each, state))
        oldest.labels(each.name).set(each.oldest or 0)
    (found,) = await door.rows(q.breakers, rest=REST)
    breakers = Gauge("recado_breakers", "Breakers that are not closed, by state.", ("state",), registry=registry)
    for state, n in found.items():
        breakers.labels(state).set(n)
    alive = Gauge("recado_workers_alive", "Processes with a heartbeat, by kind.", ("kind",), registry=registry)
    for kind, n in Counter(each.name for each in await process.all(door) if each.alive).items():
        alive.labels(kind).set(n)
    return registry
