"""Postgres 15 or newer outside: migrated from nothing by a plain role, and the road that every newcomer takes."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest

from tests.conftest import eventually, page_of, text_of
from tests.operations.running import command, running

SIGN_UP = {"workspace": "Casa Olmo", "name": "Ana Olmo", "email": "ana@casaolmo.es", "password": "caballo correcto"}
CONTACTS = "Nombre;Teléfono\nLucía;611 482 903\nTomás;+34 611 482 904\nSin número;12\n"


def binaries() -> Path | None:
    """The oldest server of the system that we support."""
    found = {}
    for folder in [*Path("/usr/lib/postgresql").glob("*/bin"), *filter(None, [_on_path()])]:
        if (folder / "initdb").exists():
            said = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
            found[int(re.findall(r"\d+", said)[0])] = folder
    return found[min(version for version in found if version >= 15)] if any(version >= 15 for version in found) else None


def _on_path() -> Path | None:
    initdb = shutil.which("initdb")
    return Path(initdb).resolve().parent if initdb else None


@pytest.fixture(scope="module")
def outside() -> Iterator[str]:
    """The URL of a server of the system's own, in a folder that goes afterwards."""
    folder = binaries()
    if folder is None:
        pytest.skip("there is no Postgres 15 or newer on this system (apt-get install postgresql)")
    # Postgres refuses to run as root, and nobody may look into pytest's own folders.
    who = {"user": "nobody", "extra_groups": []} if os.geteuid() == 0 else {}
    home = Path(tempfile.mkdtemp(prefix="recado-outside-"))
    if who:
        shutil.chown(home, "nobody")
    data = home / "data"

    def run(*arguments: str | Path) -> None:
        subprocess.run(arguments, check=True, cwd=home, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, **who)  # type: ignore[call-overload]

    run(folder / "initdb", "--auth=trust", "--encoding=utf8", "--locale=C", "-U", "postgres", "-D", data)
    options = f"-h '' -k {home} -c fsync=off"
    run(folder / "pg_ctl", "-w", "-D", data, "-l", home / "log", "-o", options, "start")
    try:
        with psycopg.connect(f"postgresql://postgres@/postgres?host={home}", autocommit=True) as conn:
            conn.execute("create role recado login")
            conn.execute("create database recado owner recado")
        yield f"postgresql://recado@/recado?host={home}"
    finally:
        run(folder / "pg_ctl", "-w", "-m", "immediate", "-D", data, "stop")
        shutil.rmtree(home)


async def test_a_plain_role_migrates_from_nothing_and_again(outside: str, tmp_path: Path) -> None:
    for _ in range(2):
        process = await command("migrate", home=tmp_path, DATABASE_URL=outside)
        said, complaint = await process.communicate()
        assert process.returncode == 0, (said, complaint)


async def test_the_road_of_a_newcomer(outside: str, tmp_path: Path) -> None:
    async with running("serve", home=tmp_path, DATABASE_URL=outside, META_GRAPH_URL="http://127.0.0.1:9") as recado:
        http = recado.http
        await http.get("/sign-up")
        http.headers["x-csrftoken"] = http.cookies["csrf"]
        assert (await http.post("/sign-up", data=SIGN_UP)).headers["location"] == "/first-steps"
        await a_quick_reply(http)
        await an_import(http)
        assert (await http.get("/dashboard")).status_code == 200
        assert (await http.get("/inbox")).status_code == 200
        assert not (tmp_path / "postgres").exists()


async def a_quick_reply(http: httpx.AsyncClient) -> None:
    reply = {"shortcut": "horario", "body": "Abrimos de 9:00 a 20:00.", "category": ""}
    assert (await http.post("/settings/quick-replies", data=reply)).status_code == 303
    assert "/horario" in text_of(await http.get("/settings/quick-replies"), "tbody tr")


async def an_import(http: httpx.AsyncClient) -> None:
    sent = await http.post("/contacts/imports", files={"file": ("clientes.csv", CONTACTS.encode(), "text/csv")})
    assert sent.status_code == 303, sent.text
    path = sent.headers["location"]
    mapping = {
        name: [field.attributes["value"] for field in page_of(await http.get(path)).css(f'[name="{name}"] option[selected]')]
        for name in ("kinds", "country")
    }
    begun = await http.put(f"{path}/run", data=mapping)
    assert begun.status_code in (200, 303), begun.text

    async def arrived() -> bool:
        return "Lucía" in (await http.get("/contacts")).text

    await eventually(arrived)
    assert "Tomás" in (await http.get("/contacts")).text
